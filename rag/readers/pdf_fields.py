"""What is written on a PDF page but is no part of its text layer: filled form fields, typed annotations, comments.

Entry point: `read_fields`. Knows pypdfium2.
"""

from __future__ import annotations

import ctypes
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2.raw

from rag.readers.lines import CHECKED, UNCHECKED, fold_spaces
from rag.readers.pdf_segments import Glyph

raw: Any = pypdfium2.raw  # has no types

MAX_ANNOTATIONS = 5_000  # a page
MAX_VALUE_BYTES = 200_000
TEXT_FIELD_FALL = 0.3  # of the type size: how far a field's baseline lies below its middle


def read_fields(document: Any, page: Any, size: float) -> tuple[list[Glyph], list[str]]:
    """Return the values of a page's fields as glyphs in their places, and the texts of its comments.

    The document's forms are initialised; `size` is the type size in points in which the values count as printed.
    """
    values: list[Glyph] = []
    comments: list[str] = []
    box = raw.FS_RECTF()
    for annotation in _annotations(page):
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if kind == raw.FPDF_ANNOT_WIDGET:
            text = _field_text(document, annotation)
        else:
            text = _read_wide(functools.partial(raw.FPDFAnnot_GetStringValue, annotation, b"Contents"))
        text = fold_spaces(text)
        if not text or kind in (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK):
            continue
        raw.FPDFAnnot_GetRect(annotation, box)
        left, right = sorted((box.left, box.right))
        bottom, top = sorted((box.bottom, box.top))
        placed = all(map(math.isfinite, (left, bottom, right, top)))
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT) and placed:
            base = (bottom + top) / 2 - TEXT_FIELD_FALL * size
            values.append(Glyph(text, left, right, base, size, "typed", box=(left, bottom, right, top)))
        else:
            comments.append(text)
    return values, comments


def _annotations(page: Any) -> Iterator[Any]:
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                yield annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)


def _field_text(document: Any, annotation: Any) -> str:
    if not document.formenv:
        return ""
    kind = raw.FPDFAnnot_GetFormFieldType(document.formenv, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return CHECKED if raw.FPDFAnnot_IsChecked(document.formenv, annotation) else UNCHECKED
    if kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        return _read_wide(functools.partial(raw.FPDFAnnot_GetFormFieldValue, document.formenv, annotation))
    return ""


def _read_wide(read: Callable[[Any, int], int]) -> str:
    """Return the UTF-16 string that one of the library's functions writes into a buffer."""
    length = read(None, 0)
    if not 2 < length <= MAX_VALUE_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(length)
    read(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
