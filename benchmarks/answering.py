"""Answer sets of questions, each over its own documents, and print what the answers are worth: a row a set.

Input: folders with `questions.jsonl` and `documents` (those beside this file where none is named). Output: a Markdown
table, and with --runs each set's run as `wenju run` writes it, to be looked at with `wenju eval QUESTIONS --run RUN`.

Run: `python -m benchmarks.answering [FOLDER …] --work DIR`, where indexes are kept.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.evaluation.measures import measure, summarise
from rag.evaluation.running import answer_line, read_questions
from rag.index import open_index
from rag.indexing import build_index
from rag.settings import Settings
from rag.text.visible import visible_json

# Measures as `measure` names them, with their heads.
COLUMNS = {name: name for name in ("R@5", "must", "lead", "precise", "wrongly", "unsure")} | {"refusal R": "caught"}


def answered(folder: Path, work: Path, runs: Path | None) -> str:
    """Return the row of a set: its name, how many questions have an answer and have none, and its figures."""
    questions = read_questions(folder / "questions.jsonl")
    settings = Settings(corpus=folder / "documents", index=work / folder.name, backend="extractive")
    build_index(settings)
    index = open_index(settings)
    run = {item["id"]: answer_line(item, settings, index) for item in questions}
    if runs:
        lines = [visible_json(line, None) for line in run.values()]
        (runs / f"{folder.name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    figures = summarise(measure(questions, run))
    answerable = sum(bool(item["gold"]) for item in questions)
    cells = [f"{figures[name].value:.3f}" if name in figures else "" for name in COLUMNS]
    return f"| {folder.name} | {answerable} + {len(questions) - answerable} | {' | '.join(cells)} |"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--runs", type=Path)
    given = parser.parse_args()
    beside = sorted(file.parent for file in Path(__file__).parent.glob("*/questions.jsonl"))
    print(f"| set | questions | {' | '.join(COLUMNS.values())} |\n{'| --- ' * (len(COLUMNS) + 2)}|", flush=True)
    for folder in given.folders or beside:
        print(answered(folder, given.work, given.runs), flush=True)


if __name__ == "__main__":
    main()
