"""An embedding model without weights, so that a build takes a blink: which characters and pairs of them a text has.

Entry point: `HashedCharacters`, named in the settings. Caller: torture.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from rag.embedding import Floats, Offsets


class HashedCharacters:
    """See `rag.embedding.Model`."""

    dim = 256
    engine = "hashed characters"

    def run(self, prompt: str, texts: Sequence[str]) -> list[tuple[Floats, Floats, Offsets]]:
        """See `rag.embedding.Model`; a token is a character."""
        return [self._encode(text, len(prompt)) for text in texts]

    def _encode(self, text: str, prompt_chars: int) -> tuple[Floats, Floats, Offsets]:
        tokens = np.zeros((max(1, len(text)), self.dim), np.float32)
        for place in range(len(text)):
            for size in (1, 2):
                tokens[place, zlib.crc32(text[place : place + size].encode("utf-8", "replace")) % self.dim] += 1
        places = np.array([(place, place + 1) for place in range(len(tokens))], np.int32)
        return tokens.mean(0), tokens, places
