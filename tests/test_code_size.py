"""What the code may hold at most of patterns, words, unnamed numbers and lines in one function; lower is better."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

PATHS = [path for path in sorted(Path("rag").rglob("*.py")) if "web" not in path.parts]
PATTERN_CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
THOUSAND_LINES = sum(len(path.read_text("utf-8").splitlines()) for path in PATHS) / 1000
MOST_PATTERNS = 7.4  # of a thousand lines
# Of a thousand lines: texts in lists, sets, tuples and keys of six or more.
MOST_WORDS = 7.4
MOST_UNNAMED = 11.6  # of a thousand lines: numbers other than 0, 1 and 2 inside functions
MOST_LINES = 70  # of one function
LEAST_LIST = 6


@functools.cache
def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text("utf-8")) for path in PATHS]


def nodes() -> Iterator[ast.AST]:
    for tree in trees():
        yield from ast.walk(tree)


def functions() -> Iterator[ast.FunctionDef]:
    return (node for node in nodes() if isinstance(node, ast.FunctionDef))


def is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_unnamed(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in (0, 1, 2)


def test_regular_expressions() -> None:
    calls = (node.func for node in nodes() if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    found = [call for call in calls if call.attr in PATTERN_CALLS and getattr(call.value, "id", "") == "re"]
    assert len(found) / THOUSAND_LINES <= MOST_PATTERNS


def test_words_in_code() -> None:
    lists = [list(filter(is_text, node.elts)) for node in nodes() if isinstance(node, ast.Set | ast.Tuple | ast.List)]
    lists += [list(filter(is_text, filter(None, node.keys))) for node in nodes() if isinstance(node, ast.Dict)]
    counted = sum(len(texts) for texts in lists if len(texts) >= LEAST_LIST)
    assert counted / THOUSAND_LINES <= MOST_WORDS


def test_unnamed_numbers() -> None:
    found = {id(node) for function in functions() for node in ast.walk(function) if is_unnamed(node)}
    assert len(found) / THOUSAND_LINES <= MOST_UNNAMED


def test_lines_of_a_function() -> None:
    longest = max(functions(), key=lambda function: (function.end_lineno or 0) - function.lineno)
    assert (longest.end_lineno or 0) - longest.lineno < MOST_LINES, longest.name


def test_the_room_for_text_knows_no_passage_question_or_answer() -> None:
    allowed = ("rag.text", "rag.vocabulary", "rag.records", "rag.errors", "rag.private_files")
    for path in Path("rag/text").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rag"):
                assert node.module.startswith(allowed), (path.name, node.module)
                assert not {name.name for name in node.names} & {"Passage", "Evidence", "Answer", "Question"}
