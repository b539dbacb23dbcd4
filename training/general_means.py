"""Compute the means of the general bank that ship with the project: python -m training.general_means.

To be run when `rag/data/general_bank.json` or the bundled model changes; takes some ten seconds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag.embedding import centring, load_embedder
from rag.settings import Settings

if __name__ == "__main__":
    embedder = load_embedder(Settings(model="bundled"))
    arrays = centring.general_means(embedder)
    path = Path(centring.__file__).parent.parent / "data" / centring.SHIPPED
    np.savez(path, allow_pickle=False, key=np.array(centring.means_key(embedder)), **arrays)
