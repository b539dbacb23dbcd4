"""Every public name says what it takes, gives and raises, and in which unit each number is."""

from __future__ import annotations

import dataclasses
import inspect
import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rag

DOCS = Path(__file__).resolve().parent.parent / "docs"
PUBLIC = {name: getattr(rag, name) for name in rag.__all__}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
METHODS = {
    f"{name}.{method}": getattr(value, method)
    for name, value in CLASSES.items()
    for base in value.__mro__
    if base.__module__.startswith("rag.")
    for method, own in vars(base).items()
    if not method.startswith("_") and (inspect.isfunction(own) or isinstance(own, classmethod | property))
    if name != "Settings"
}
ENTRY = re.compile(r"^ +(\w+(?:, \w+)*): (.*(?:\n {8,}.*)*)", re.MULTILINE)
AS_ELSEWHERE = re.compile(r"(?:arguments|see)[^.;]*? `(?:rag\.)?(\w+)`")
NUMBER = re.compile(r"\b(?:int|float|Span|NDArray)\b")
UNIT = re.compile(r"\d|\b(?:characters|milliseconds|spans?|years?|index|number|how many|units)\b", re.IGNORECASE)


def doc_of(thing: Any) -> str:
    return inspect.getdoc(thing.fget if isinstance(thing, property) else thing) or ""


def entries(text: str) -> dict[str, str]:
    """What a docstring says of each name, in a list of its own or as `name` in its sentences."""
    listed = {name: said for names, said in ENTRY.findall(text) for name in names.split(", ")}
    return dict.fromkeys(re.findall(r"`(\w+)`", text), text) | listed


def docs_of(function: Callable[..., Any]) -> Iterator[str]:
    """The docstring of a function, and of those to which it sends the reader."""
    text = doc_of(function)
    yield text
    for name in AS_ELSEWHERE.findall(text.partition("Raises:")[0]):
        assert name in FUNCTIONS, f"{name} is no public function"
        yield from docs_of(FUNCTIONS[name])


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_a_function_tells_its_arguments_its_result_and_its_errors(name: str) -> None:
    function = {**FUNCTIONS, **METHODS}[name]
    if isinstance(function, property):
        assert doc_of(function)
        return
    text = "\n".join(docs_of(function))
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in ("self", "cls"):
            assert parameter.name in entries(text), parameter.name
    if "." not in name:
        assert re.search(r"^(?:Returns|Yields):|\bReturn\b|result|yielded", text, re.MULTILINE)
        assert re.search(r"^Raises:", text, re.MULTILINE)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_tells_its_fields_and_the_units_of_its_numbers(name: str) -> None:
    own = CLASSES[name]
    assert own.__doc__
    assert not own.__doc__.startswith(f"{name}(")  # what dataclasses write where nothing is written
    if name == "Settings":
        assert all(field.description for field in rag.Settings.model_fields.values())
        return
    said = entries(doc_of(own))
    for field in dataclasses.fields(own) if dataclasses.is_dataclass(own) else ():
        assert field.name in said, field.name
        if NUMBER.search(str(field.type)):
            assert UNIT.search(said[field.name]), f"{field.name}: {said[field.name]}"


def test_the_reference_tells_what_the_docstrings_tell() -> None:
    written = runpy.run_path(str(DOCS / "write_reference.py"))["reference_page"]()
    assert (DOCS / "reference.md").read_text("utf-8") == written, "python docs/write_reference.py"


def test_the_door_names_what_it_lists() -> None:
    assert set(dir(rag)) == set(rag.__all__)
    with pytest.raises(AttributeError, match="Librarian"):
        rag.Librarian  # noqa: B018
