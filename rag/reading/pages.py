"""On which page a character of a document's canonical text stands.

Input: a document and an offset. Output: the page as printed where its number is printed, else counted, else "".
"""

from __future__ import annotations

import bisect

from rag.records import Document


class PageFinder:
    """Finds the pages of one document."""

    def __init__(self, document: Document) -> None:
        self._marks = [mark.start for mark in document.pages]
        self._numbers = [mark.number for mark in document.pages]
        self._labels = {mark.number: mark.label for mark in document.pages}
        self._recognised = {mark.number for mark in document.pages if mark.recognised is not None}
        self._blocks = sorted(document.blocks, key=lambda block: block.span)
        self._starts = [block.span[0] for block in self._blocks]

    def at(self, offset: int) -> str:
        """Return the page of the character at `offset`; "" where the format has no pages."""
        number = self.number_at(offset)
        return "" if number is None else self._labels.get(number, "") or str(number)

    def is_recognised(self, offset: int) -> bool:
        """Say whether the character at `offset` was recognised in a picture."""
        return self.number_at(offset) in self._recognised

    def number_at(self, offset: int) -> int | None:
        """Return the page of the character at `offset`, counted from 1; None where the format has no pages."""
        place = bisect.bisect_right(self._starts, offset) - 1
        block = self._blocks[max(0, place)] if self._blocks else None
        if block is None or block.page is None:
            return None
        number = block.page
        if block.kind != "footnote":
            mark = bisect.bisect_right(self._marks, offset) - 1
            # A page that begins inside the block: the block's own page is that of its first character.
            if mark >= 0 and block.span[0] <= self._marks[mark]:
                number = self._numbers[mark]
        return number
