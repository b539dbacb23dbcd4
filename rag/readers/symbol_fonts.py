"""Signs that are set in a font of symbols, by their place in the font: what they show in Unicode.

Entry point: `sign_of`. Knows Adobe's Symbol font and the signs of forms in Wingdings.
"""

from __future__ import annotations

from rag.readers.lines import CHECKED, UNCHECKED
from rag.vocabulary import read_table

SYMBOL = "Symbol"
# The few signs that people set in these fonts.
_SIGNS = {
    ("Wingdings", 0xA8): UNCHECKED, ("Wingdings", 0x6F): UNCHECKED, ("Wingdings", 0x71): UNCHECKED,
    ("Wingdings", 0xFE): CHECKED, ("Wingdings", 0xFD): "☒", ("Wingdings", 0xFC): "✓", ("Wingdings", 0xFB): "✗",
    ("Wingdings", 0x6C): "●", ("Wingdings", 0x6E): "■", ("Wingdings", 0x75): "◆", ("Wingdings", 0xE0): "→",
    ("Wingdings", 0xDF): "←", ("Wingdings 2", 0x52): CHECKED, ("Wingdings 2", 0xA3): UNCHECKED,
    ("Wingdings 2", 0x53): "☒", ("Wingdings 2", 0x50): "✓", ("Wingdings 2", 0x4F): "✗",
} | {(SYMBOL, int(place, 16)): sign for place, sign, _ in read_table("symbol_signs")}  # fmt: skip
PRIVATE, PRIVATE_END = 0xF000, 0xF100  # symbol fonts stand in a private range: its start and the place in the font
_FIRST_SHOWN, _FIRST_SURROGATE = 0x21, 0xD800


def sign_of(font: str, code: int) -> str:
    """Return what a character of a font shows; "" where that is not known.

    `code` is the place in the font, or that in the private range of Unicode, or a character of Unicode.
    """
    place = code - PRIVATE if PRIVATE <= code < PRIVATE_END else code
    known = _SIGNS.get((font, place))
    return known or (chr(code) if _FIRST_SHOWN <= code < _FIRST_SURROGATE else "")
