"""Text inside drawings of office files, and formulas of Word, Excel and PowerPoint on one line: m(H^(1.5)), a/b, √x.

Entry points: `drawing_paragraphs`; `formula_part` and `formula_marks` for whoever walks through a formula itself.
Knows DrawingML and Office MathML (ECMA-376 part 1, 21.1.2 and 22.1).
"""

from __future__ import annotations

from typing import Any

from rag.readers.docx_styles import attribute, below
from rag.readers.lines import fold_spaces
from rag.readers.packages import chosen_branches, name_of, names_of

# Parts of formulas that stand above, below or raised, with what stands before them when all is on one line.
FORMULA_SIGNS = {
    name_of("m:num"): "", name_of("m:den"): "/", name_of("m:sup"): "^", name_of("m:sub"): "_", name_of("m:rad"): "√",
    name_of("m:deg"): "", name_of("m:lim"): "_",
}  # fmt: skip
# Parts of formulas whose sign is told by a property: where before, where behind, and the usual ones.
_FORMULA_MARKS = {
    name_of("m:nary"): ("m:naryPr/m:chr", "∫", "", ""), name_of("m:acc"): ("", "", "m:accPr/m:chr", "\u0302"),
    name_of("m:d"): ("m:dPr/m:begChr", "(", "m:dPr/m:endChr", ")"),
}  # fmt: skip
_FORMULA_ROWS = {name_of("m:d"): "|", name_of("m:eqArr"): "; ", name_of("m:m"): "; ", name_of("m:mr"): " "}
_DRAWN = {name_of("a:br"): "\n", name_of("a:tab"): "\t"}
_DRAWN_TEXT = names_of("a:t m:t")


def drawing_paragraphs(parent: Any) -> list[str]:
    """Return the paragraphs of DrawingML text below `parent`, none empty, line breaks as spaces."""
    return list(filter(None, (fold_spaces(_drawn_text(one)) for one in parent.iter(name_of("a:p")))))


def _drawn_text(element: Any) -> str:
    if not isinstance(element.tag, str):
        return ""
    children = chosen_branches(element) if element.tag == name_of("mc:AlternateContent") else element.iterchildren()
    inner = "".join(map(_drawn_text, children))
    if element.tag in FORMULA_SIGNS:
        return formula_part(element.tag, inner.strip())
    before, behind = formula_marks(element)
    own = element.text or "" if element.tag in _DRAWN_TEXT else _DRAWN.get(element.tag, "")
    return before + own + inner + behind


def formula_part(tag: str, inner: str) -> str:
    """Return a part of a formula, one of FORMULA_SIGNS, that reads `inner`, with the sign that tells its place."""
    bracketed = f"({inner})" if len(inner) > 1 and not inner.isdigit() else inner
    return FORMULA_SIGNS[tag] + bracketed if inner else ""


def formula_marks(part: Any) -> tuple[str, str]:
    """Return what is printed before and behind a part of a formula: ∑, brackets, what parts it from the one before."""
    last = part.getprevious()
    parting = _FORMULA_ROWS.get(part.getparent().tag, "") if last is not None and last.tag == part.tag else ""
    if part.tag not in _FORMULA_MARKS:
        return parting, ""
    first, usual, second, usual_behind = _FORMULA_MARKS[part.tag]
    before, behind = (below(part, place) if place else None for place in (first, second))
    return (
        parting + (usual if before is None else attribute(before, "m:val")),
        usual_behind if behind is None else attribute(behind, "m:val"),
    )
