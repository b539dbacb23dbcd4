"""The text inside a Word paragraph: runs, fields, form fields, formulas, note marks; what is not printed is counted.

Entry point: `RunReader`. Knows WordprocessingML (ECMA-376 part 1, 17.3 and 17.16).
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from typing import Any

from rag.readers.charts import drawn_parts
from rag.readers.docx_styles import Styles, attribute, below
from rag.readers.drawing_text import FORMULA_SIGNS, formula_marks, formula_part
from rag.readers.lines import CHECKED, UNCHECKED
from rag.readers.packages import Package, chosen_branches, is_on, name_of, names_of, text_amount, whole_number
from rag.readers.symbol_fonts import sign_of
from rag.records import Line
from rag.text.numbers import bears_power, raise_number

MAX_DEPTH = 60  # of elements in a paragraph, of tables in tables and boxes in boxes
LINE_BREAK = "\n"
PAGE_BREAK = "\f"
_RUN_TEXT = names_of("w:t m:t a:t")
_NOT_PRINTED = {
    name_of("w:del"): "deleted text", name_of("w:moveFrom"): "text that was moved elsewhere",
    name_of("w:rt"): "readings above characters",
}  # fmt: skip
_PROPERTIES = names_of("w:pPr w:rPr w:instrText w:delText w:sdtPr w:sdtEndPr w:tblPr w:delInstrText")
_TEXTS = {
    name_of("w:tab"): "\t", name_of("w:ptab"): "\t", name_of("w:cr"): LINE_BREAK, name_of("w:br"): LINE_BREAK,
    name_of("w:noBreakHyphen"): "-", name_of("w:lastRenderedPageBreak"): PAGE_BREAK, name_of("a:br"): LINE_BREAK,
}  # fmt: skip
_REFERENCES = {name_of("w:footnoteReference"): "footnote", name_of("w:endnoteReference"): "endnote"}
_DRAWINGS = names_of("w:drawing w:pict w:object")


class RunReader:
    """Reads paragraphs of one package; knows how much it read and how much it left out, and why.

    Args:
        package: The Word file.
        styles: Its styles, some of which hide text.
        refer: Called for each note reference with it and its kind ("footnote", "endnote"); returns the mark's text.
    """

    def __init__(self, package: Package, styles: Styles, refer: Callable[[Any, str], str]) -> None:
        self.read = 0
        self.left_out: collections.Counter[str] = collections.Counter()
        self.repeated = 0
        self.pictures = 0
        self._last = ""
        self._package = package
        self._styles = styles
        self._refer = refer

    def texts(self, parent: Any, path: str, boxes: list[Any], drawn: list[Line], depth: int = 0) -> Iterator[str]:
        """Yield the text of runs below `parent`, a paragraph or what is in it, in order.

        `path` is the part that it stands in. Text boxes are added to `boxes` instead, the lines of charts and diagrams
        to `drawn`.
        """
        if depth > MAX_DEPTH:
            return
        self._last = self._last if depth else ""
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _PROPERTIES:
                continue
            if tag in _RUN_TEXT:
                text = child.text or ""
                self.read += text_amount(child)
                # 10³ must not be read as 103, nor 10⁻³ as a difference.
                if bears_power(self._last) and attribute(below(parent, "w:rPr/w:vertAlign")) == "superscript":
                    text = raise_number(text)
                self._last = text[-1:] or self._last
                yield text
            elif tag in FORMULA_SIGNS:
                yield formula_part(tag, "".join(self.texts(child, path, boxes, drawn, depth + 1)).strip())
            elif tag in _TEXTS:
                self._last = _TEXTS[tag]
                yield self._last
            elif tag in _NOT_PRINTED:
                self.left_out[_NOT_PRINTED[tag]] += text_amount(child)
            elif tag == name_of("w:txbxContent"):
                boxes.append(child)
            elif tag == name_of("mc:AlternateContent"):
                chosen = chosen_branches(child)
                self.repeated += text_amount(child) - sum(map(text_amount, chosen))
                for branch in chosen:
                    yield from self.texts(branch, path, boxes, drawn, depth + 1)
            elif tag in _REFERENCES:
                yield self._refer(child, _REFERENCES[tag])
                if attribute(child, "w:customMarkFollows") in ("1", "true", "on"):
                    self.left_out["marks of notes"] += sum(map(text_amount, child.itersiblings()))
                    return  # the rest of this run is the printed mark
            elif tag == name_of("w:sym"):
                self._last = self._write_symbol(child)
                yield self._last
            elif tag == name_of("w:fldChar"):
                yield _write_form_field(child)
            elif tag == name_of("v:textpath"):
                yield child.get("string", "")
            elif tag == name_of("w:r") and self._is_hidden(child):
                self.left_out["hidden text"] += text_amount(child)
            else:
                if tag in _DRAWINGS:
                    drawn.extend(drawn_parts(self._package, path, child))
                elif tag == name_of("pic:pic"):
                    self.pictures += 1
                before, behind = formula_marks(child)
                yield before
                yield from self.texts(child, path, boxes, drawn, depth + 1)
                yield behind

    def _write_symbol(self, symbol: Any) -> str:
        font, code = attribute(symbol, "w:font"), attribute(symbol, "w:char")
        try:
            sign = sign_of(font, int(code, 16))
        except ValueError:
            sign = ""
        if not sign:
            self._package.tell(f"signs of the font {font} were left out")
        return sign

    def _is_hidden(self, run: Any) -> bool:
        vanish = below(run, "w:rPr/w:vanish")
        if vanish is not None:
            return is_on(attribute(vanish))
        style = attribute(below(run, "w:rPr/w:rStyle"))
        return bool(style) and self._styles.hides(style)


def _write_form_field(mark: Any) -> str:
    """Return what a form field shows that has no text of its own: a box to tick, the chosen entry of a list."""
    data = mark.find(name_of("w:ffData"))
    if data is None:
        return ""
    box = data.find(name_of("w:checkBox"))
    if box is not None:
        state = box.find(name_of("w:checked"))
        state = box.find(name_of("w:default")) if state is None else state
        return CHECKED if state is not None and is_on(attribute(state)) else UNCHECKED
    choices = data.find(name_of("w:ddList"))
    if choices is not None:
        entries = [attribute(entry) for entry in choices.iterchildren(name_of("w:listEntry"))]
        chosen = attribute(below(choices, "w:result")) or attribute(below(choices, "w:default"))
        return next(iter(entries[max(0, whole_number(chosen)) :]), "")
    return ""
