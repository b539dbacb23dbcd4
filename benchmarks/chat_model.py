"""Ask a real chat model questions of the test set, with its research (rewrite, split, search again) on and off.

    PYTHONPATH=. python benchmarks/chat_model.py --index INDEX --backend openai:NAME --base-url URL [--out FILE]

Questions are the first of each type in `tests/questions.jsonl`, as many as `WANTED` says. Of each answer: did the
model write it, does it answer or refuse, how many of its sentences cite, how many are found in what they cite, do all
required strings stand in it, and seconds. One line of JSON an answer; a table at the end. What FILE has already is not
asked again.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any

from rag.answering import ask
from rag.index import Index, open_index
from rag.records import Answer, Turn
from rag.settings import Settings

WANTED = {"followup": 8, "compare": 5, "list": 4, "numeric": 4, "factoid": 4, "reason": 2, "unanswerable": 3}


def main() -> None:
    arguments = _arguments()
    settings = Settings(
        corpus=Path("corpus"),
        index=arguments.index,
        backend=arguments.backend,
        base_url=arguments.base_url,
        timeout_s=arguments.timeout_s,
        research_s=arguments.timeout_s,
        evidence_count=arguments.evidence,
    )
    index = open_index(settings)
    rows = [json.loads(line) for line in _lines(arguments.out)]
    asked = {(row["id"], row["research"]) for row in rows}
    for item in _chosen(Path("tests/questions.jsonl")):
        for research in (True, False):
            if (item["id"], research) in asked:
                continue
            rows.append(_measure(item, research, settings, index))
            with arguments.out.open("a", encoding="utf-8") as out:
                out.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
    _print_table(rows)


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--timeout-s", type=float, default=300.0)
    parser.add_argument("--evidence", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path("chat_model.jsonl"))
    return parser.parse_args()


def _chosen(path: Path) -> list[dict[str, Any]]:
    """Return the first questions of each type, types in turns, so that a run that is stopped has seen all."""
    items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    by_type = {kind: [item for item in items if item["type"] == kind][:count] for kind, count in WANTED.items()}
    return [own[place] for place in range(max(WANTED.values())) for own in by_type.values() if place < len(own)]


def _measure(item: dict[str, Any], research: bool, settings: Settings, index: Index) -> dict[str, Any]:
    chosen = settings.model_copy(update={"rewrite": research, "split": research, "search_again": research})
    history = [Turn(turn["role"], turn["content"]) for turn in item["history"]]
    started = time.perf_counter()
    answer = ask(item["question"], history=history, settings=chosen, index=index)
    said = [sentence for sentence in answer.sentences if sentence.reason != "heading"]
    return {
        "id": item["id"],
        "type": item["type"],
        "research": research,
        "understood": answer.understood,
        "ending": answer.ending,
        "backend": answer.backend,
        "failure": answer.failure_code,
        "right": _is_right(item, answer),
        "sentences": len(said),
        "cited": sum(bool(sentence.citations) for sentence in said),
        "supported": sum(sentence.standing == "supported" for sentence in said),
        "steps": [[step.kind, *step.questions] for step in answer.research.steps] if answer.research else [],
        "seconds": round(time.perf_counter() - started, 1),
        "text": answer.text,
    }


def _is_right(item: dict[str, Any], answer: Answer) -> bool:
    """Say whether all required strings stand in the answer; of a question without an answer, whether it refuses."""
    if item["type"] == "unanswerable":
        return answer.ending == "refusal"
    return answer.ending != "refusal" and all(part in answer.text for part in item["must"])


def _print_table(rows: list[dict[str, Any]]) -> None:
    print("| research | questions | written by the model | right | sentences | cited | supported | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for research in (True, False):
        own = [row for row in rows if row["research"] is research]
        written = sum(row["backend"] not in ("", "extractive", "records") for row in own)
        sums = {name: sum(row[name] for row in own) for name in ("right", "sentences", "cited", "supported")}
        seconds = median(row["seconds"] for row in own)
        cells = ("on" if research else "off", len(own), written, *sums.values(), f"{seconds:.0f}")
        print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
