"""Questions read from a file, and asked: one line of a run for each.

Entry points: `read_lines`, `read_questions`, `read_run`, `answer_line`, `text_in_file`.
"""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.records import Answer, Turn
from rag.settings import Settings
from rag.tables import cells, is_row
from rag.text.labels import CITED

FORMAT = "see docs/evaluation.md"


def read_lines(file: Path, *needed: str) -> list[dict[str, Any]]:
    """Return the JSON objects of a file, one a line, each with texts under "id" and the names in `needed`.

    Raises:
        RagError: There is no such file, or a line is not what it should be.
    """
    if not file.is_file():
        raise RagError(f"there is no file {file}", advice="check the path")
    items = []
    for number, line in enumerate(file.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            if not all(isinstance(item[name], str) for name in ("id", *needed)):
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            names = " and ".join(f'"{name}"' for name in ("id", *needed))
            raise RagError(
                f"line {number} of {file} is no {'question' if needed else 'line of a run'}",
                advice=f"write one JSON object a line, in UTF-8, with at least {names}",
            ) from error
        items.append(item)
    return items


def read_questions(file: Path) -> list[dict[str, Any]]:
    """Return the questions of a file that can be measured; drafts that nobody accepted are left out.

    Raises:
        RagError: A question has no "gold", an empty quote, an unknown "need", or the id of another.
    """
    items = [item for item in read_lines(file, "question") if item.get("accepted") is not False]
    for item in items:
        item.setdefault("need", "any")
        item.setdefault("must", [])
        try:
            quotes = [(gold["doc"].strip(), gold["quote"].strip()) for gold in item["gold"]]
            sound = all(all(pair) for pair in quotes) and all(isinstance(one, str) for one in item["must"])
        except (KeyError, TypeError, AttributeError):
            sound = False
        if not sound or item["need"] not in ("any", "all"):
            raise RagError(f"question {item['id']!r} cannot be measured", advice=FORMAT)
    if len({item["id"] for item in items}) < len(items):
        raise RagError(f"two questions of {file} have one id", advice="give each its own")
    if not items:
        raise RagError(f"{file} holds no accepted question", advice='set "accepted": true where a draft is right')
    return items


def read_run(file: Path) -> dict[str, dict[str, Any]]:
    """Return the lines of a run that `wenju run` wrote, by the id of their question.

    Raises:
        RagError: There is no such file, or a result or citation has no document and text.
    """
    lines = {line["id"]: {"results": [], **line} for line in read_lines(file)}
    for name, line in lines.items():
        try:
            found = [(one["doc"], one["text"]) for one in (*line["results"], *line.get("citations", []))]
            sound = all(isinstance(text, str) for pair in found for text in pair)
        except (KeyError, TypeError):
            sound = False
        if not sound or not isinstance(line.get("answer", ""), str):
            raise RagError(f"the line {name!r} of {file} is no line of a run", advice="write runs with wenju run")
    return lines


def answer_line(
    item: dict[str, Any], settings: Settings, index: Any, *, retrieval_only: bool = False, without_gold: bool = False
) -> dict[str, Any]:
    """Return the line of a run for a question: what was found and, unless `retrieval_only`, what was answered."""
    from rag.answering import ask
    from rag.retrieval import Filters, retrieve

    history = [Turn(turn["role"], turn["content"]) for turn in item.get("history", [])]
    hidden = {gold["doc"] for gold in item.get("gold", [])} if without_gold else set()
    left = tuple(name for name in index.sources() if not name.startswith(tuple(hidden)))
    filters = Filters(sources=left) if hidden else None
    asked: dict[str, Any] = {"history": history, "filters": filters, "settings": settings, "index": index}
    started = time.perf_counter()
    found = retrieve(item["question"], 10, **asked)
    line: dict[str, Any] = {
        "id": item["id"],
        "results": [{"doc": e.source, "text": text_in_file(e.source, e.text), "score": e.score} for e in found],
        "understood": found.understood,
        "ms": _milliseconds(started),
    }
    if retrieval_only:
        return line
    started = time.perf_counter()
    answer = ask(item["question"], **asked)
    return line | {
        "answer": answer.text,
        "citations": _cited(answer),
        "refused": answer.refused,
        "uncertain": answer.uncertain,
        "missing": answer.missing,
        "answer_ms": _milliseconds(started),
    }


def _milliseconds(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _cited(answer: Answer) -> list[dict[str, Any]]:
    numbers = sorted({int(number) for number in CITED.findall(answer.text)})
    cited = ((number, answer.evidence[number - 1]) for number in numbers)
    return [{"n": number, "doc": item.source, "text": text_in_file(item.source, item.text)} for number, item in cited]


def text_in_file(source: str, text: str) -> str:
    """Return a passage's text as its file has it, from which a question's gold is quoted: rows of .csv with commas."""
    if not source.casefold().endswith(".csv"):
        return text
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for line in text.split("\n"):
        writer.writerow(cells(line) if is_row(line) else [line])
    return written.getvalue().rstrip("\n")
