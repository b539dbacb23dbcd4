"""Measure the answers about works: records, summaries, comparisons, disagreements, and false alarms.

    PYTHONPATH=. python benchmarks/works.py --index INDEX [--questions FILE] [--disagreements FILE] [--half HALF]
                                           [--corpus DIR] [--plain FILE ...]

`benchmarks/shelf` are twelve short works, `shelf_questions.jsonl` and `shelf_disagreements.jsonl` what is asked of
them, each line of one half: the code was mended with the half "seen" in view, the half "unseen" was run once.

A catalogue question counts when exactly the wanted works are cited and all wanted strings stand in the answer; a
summary when each sentence is supported and a sentence cites each main section (each work, of several); a comparison
when each column cites works of its side; one about contents when it is not taken for one about works. `--plain`
files hold questions about contents.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from rag.answering import ask
from rag.index import Index, open_index
from rag.records import Answer, Turn
from rag.retrieval import Filters
from rag.settings import Settings
from rag.text.language import CELL_MARK
from rag.verification.disagreement import find_disagreement
from rag.works.comparison import read_comparison
from rag.works.naming import find_named
from rag.works.shelf import works_of
from rag.works.shelf_questions import read_shelf_question
from rag.works.summaries import parts_of


def main() -> None:
    arguments = _arguments()
    settings = Settings(corpus=arguments.corpus, index=arguments.index, backend="extractive")
    index = open_index(settings)
    counts: dict[str, list[bool]] = {}
    for item in _half(_lines(arguments.questions), arguments.half):
        answer = ask(item["question"], filters=_filters(item, index), settings=settings, index=index)
        sound = _SOUND[item["kind"]](item, answer, index)
        counts.setdefault(item["kind"], []).append(sound)
        if arguments.show or not sound:
            print(f"{'+' if sound else '-'} {item['id']} {item['question']}\n{answer.text}\n")
    for kind, kept in counts.items():
        print(f"{kind}: {sum(kept)} of {len(kept)}")
    for kind, differ, found, of in _disagreements(arguments):
        print(f"disagreements, {kind}, {'differ' if differ else 'agree'}: {found} of {of} reported")
    for path in arguments.plain:
        taken = _taken(_lines(path), index)
        print(f"{path.name}: {len(taken)} of {len(_lines(path))} taken for a question about works: {taken[:5]}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--questions", type=Path, default=Path("tests/works_questions.jsonl"))
    parser.add_argument("--disagreements", type=Path, default=Path("tests/disagreements.jsonl"))
    parser.add_argument("--half", choices=("seen", "unseen"))
    parser.add_argument("--plain", type=Path, nargs="*", default=[])
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _is(key: tuple[str, int], names: list[str]) -> bool:
    """Say whether a work is among names: a file, or the first letters of one and the place of the article, 002:13."""
    return key[0] in names or any(
        ":" in name and key[0].startswith(name.split(":")[0]) and key[1] == int(name.split(":")[1]) for name in names
    )


def _filters(item: dict[str, Any], index: Index) -> Filters | None:
    if "only" not in item:
        return None
    return Filters(articles=tuple(work.key for work in works_of(index) if _is(work.key, item["only"])))


def _wanted(item: dict[str, Any], index: Index) -> set[tuple[str, int]]:
    return {work.key for work in works_of(index) if item["works"] == "all" or _is(work.key, item["works"])}


def _cited(answer: Answer) -> set[tuple[str, int]]:
    return {
        (item.source, item.passage.article)
        for item in answer.evidence
        if any(citation.passage == item.id for sentence in answer.sentences for citation in sentence.citations)
    }


def _catalogue(item: dict[str, Any], answer: Answer, index: Index) -> bool:
    return _cited(answer) == _wanted(item, index) and all(said in answer.text for said in item["says"])


def _summary(item: dict[str, Any], answer: Answer, index: Index) -> bool:
    supported = bool(answer.sentences) and all(sentence.standing == "supported" for sentence in answer.sentences)
    wanted = _wanted(item, index)
    if len(wanted) > 1:
        return supported and _cited(answer) == wanted
    work = next(work for work in works_of(index) if work.key in wanted)
    touched = {item.passage.section[0] for item in answer.evidence if item.passage.section}
    return supported and _cited(answer) == wanted and {p.heading for p in parts_of(work, index) if p.heading} <= touched


def _comparison(item: dict[str, Any], answer: Answer, index: Index) -> bool:
    """Say whether each column of the table cites a work of its side."""
    rows = [sentence for sentence in answer.sentences if CELL_MARK in sentence.text and sentence.citations]
    if not rows:
        return False
    places = [{answer.evidence[citation.number - 1].passage for citation in row.citations} for row in rows]
    cited = {(passage.source, passage.article) for row in places for passage in row}
    numbers = {citation.number for row in rows for citation in row.citations}
    return len(numbers) >= len(item["sides"]) and all(any(_is(key, side) for key in cited) for side in item["sides"])


def _contents(item: dict[str, Any], answer: Answer, index: Index) -> bool:
    """Say whether a question about contents is left to retrieval, or its things at most searched everywhere."""
    works = works_of(index)
    sides = read_comparison(find_named(item["question"], works))
    return not read_shelf_question(find_named(item["question"], works)) and not any(side.works for side in sides)


_SOUND = {"catalogue": _catalogue, "summary": _summary, "comparison": _comparison, "contents": _contents}


def _half(items: list[dict[str, Any]], half: str | None) -> list[dict[str, Any]]:
    return [item for item in items if half is None or item["half"] == half]


def _disagreements(arguments: argparse.Namespace) -> list[tuple[str, bool, int, int]]:
    items = _half(_lines(arguments.disagreements), arguments.half)
    rows = []
    for kind in ("figure", "judgement"):
        for differ in (True, False):
            own = [item for item in items if item["kind"] == kind and item["differ"] == differ]
            reported = [find_disagreement(item["a"], item["b"]) for item in own]
            for item, one in zip(own, reported, strict=True):
                if arguments.show or (one is not None) != differ:
                    print(f"{'+' if one else '-'} {item['a']} / {item['b']} {one or ''}")
            found = sum(one is not None for one in reported)
            rows.append((kind, differ, found, len(own)))
    return rows


def _taken(items: list[dict[str, Any]], index: Index) -> list[str]:
    works = works_of(index)
    taken = []
    for item in items:
        history = [Turn(turn["role"], turn["content"]) for turn in item.get("history", [])]
        if read_shelf_question(find_named(item["question"], works), history=history):
            taken.append(item["question"])
    return taken


if __name__ == "__main__":
    main()
