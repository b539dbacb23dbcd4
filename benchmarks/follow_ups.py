"""Measure follow-ups: is what answers found, with the rules of `conversation`, and with the question as rewritten?

    PYTHONPATH=. python benchmarks/follow_ups.py --index INDEX [--half HALF] [--corpus DIR --questions FILE]

`benchmarks/follow_ups.jsonl` holds 40 in 10 conversations about the works of `benchmarks/shelf`. Counted are those
whose required words stand in the first evidence, in one of the first three, and in the quoting answer.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rag.answering import ask
from rag.index import open_index
from rag.records import Turn
from rag.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--half", choices=("seen", "unseen"))
    parser.add_argument("--corpus", type=Path, default=Path("benchmarks/shelf"))
    parser.add_argument("--questions", type=Path, default=Path("benchmarks/follow_ups.jsonl"))
    arguments = parser.parse_args()
    settings = Settings(corpus=arguments.corpus, index=arguments.index, backend="extractive")
    index = open_index(settings)
    lines = arguments.questions.read_text("utf-8").splitlines()
    items = [item for item in map(json.loads, lines) if arguments.half in (None, item["half"])]
    for name in ("rules", "rewritten", "alone, without history"):
        first = three = said = 0
        for item in items:
            history = [Turn("user", item["first"]), Turn("assistant", item["answer"])]
            history += [Turn("user", asked) for asked in item["earlier"]]
            question = item["asked"] if name != "rewritten" else item["alone"]
            answer = ask(question, history=history if name == "rules" else (), settings=settings, index=index)
            places = [item["must"] in evidence.text for evidence in answer.evidence[:3]]
            first, three, said = first + any(places[:1]), three + any(places), said + (item["must"] in answer.text)
            if name == "rules" and item["must"] not in answer.text:
                print(f"- {item['id']} {item['asked']} ({answer.understood}): {answer.text[:120]!r}")
        print(f"{name}: of {len(items)}, first {first}, in three {three}, in the answer {said}")


if __name__ == "__main__":
    main()
