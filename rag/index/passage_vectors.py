"""The vectors of an index's passages as its segments' files hold them, mapped: read where they are asked for.

Entry point: `held_vectors`. Knows no store.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.embedding.centring import LANGUAGES, Centring
from rag.index.segments import Segment
from rag.stores import Held

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def held_vectors(index: Path, segments: Sequence[Segment], rows: Rows, centring: Centring) -> Held:
    """Return what a store may take of a generation.

    Args:
        index: Folder of the index.
        segments: Of the generation.
        rows: (n,) for each row of the index its place in all segments' files, one after the other.
        centring: The generation's.
    """
    mapped = [segment.vectors() for segment in segments]
    languages = np.concatenate([segment.rows()["language"] for segment in segments])
    starts = np.concatenate([[0], np.cumsum([len(vectors) for vectors in mapped])]).astype(np.int64)

    def centred(places: Rows) -> Floats:
        found = np.empty((len(places), mapped[0].shape[1]), np.float32)
        order = np.argsort(places, kind="stable")
        bounds = np.searchsorted(places[order], starts).tolist()
        for number, vectors in enumerate(mapped):
            chosen = order[bounds[number] : bounds[number + 1]]
            found[chosen] = vectors[places[chosen] - starts[number]]
        return centring.centre_passages(found, [LANGUAGES[number] for number in languages[places].tolist()])

    names = [segment.name for segment in segments]
    return Held(index, tuple(zip(names, map(len, mapped), strict=True)), np.asarray(rows, np.int64), centred)
