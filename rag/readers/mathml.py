"""A formula in MathML on one line, as formulas of Word are written: ∑_(i=1)^n x_i, (a+b)/2, √x.

Entry point: `write_formula`. Knows MathML (W3C).
"""

from __future__ import annotations

import unicodedata
from typing import Any

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
MAX_DEPTH = 100  # of parts in parts
# What stands before the second and the third part of an element, when all is on one line.
_SIGNS = {
    "mfrac": ("/",), "msup": ("^",), "msub": ("_",), "msubsup": ("_", "^"), "munder": ("_",), "mover": ("^",),
    "munderover": ("_", "^"),
}  # fmt: skip


def write_formula(part: Any, depth: int = 0) -> str:
    """Return a formula, or a part of one, as text; "" for its notes, and for what lies too deep."""
    if not isinstance(part.tag, str) or depth > MAX_DEPTH:
        return ""
    tag = part.tag.removeprefix(NAMESPACE)
    if tag.startswith("annotation"):
        return ""
    parts = [write_formula(child, depth + 1) for child in part.iterchildren()]
    signs = _SIGNS.get(tag, ())
    if len(parts) == len(signs) + 1 and signs:
        first = _in_brackets(parts[0]) if tag == "mfrac" else parts[0]
        return first + "".join(sign + _in_brackets(inner) for sign, inner in zip(signs, parts[1:], strict=True))
    own = "".join(one for one in part.text or "" if unicodedata.category(one) != "Cf")  # an invisible × or +
    inner = " ".join(own.split()) + "".join(parts)
    return f"√{_in_brackets(inner)}" if tag == "msqrt" else inner


def _in_brackets(text: str) -> str:
    return f"({text})" if len(text) > 1 and not text.isdigit() else text
