"""List what a library suggests to ask, with what answers it: python -m benchmarks.suggestions CORPUS --index DIR.

Output: a Markdown table a language. Each work is asked for its own suggestions, as behind an answer that cites it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rag.answering import ask
from rag.index import Index, open_index
from rag.indexing import build_index
from rag.reading_room.suggesting import suggest_questions
from rag.records import Evidence, Language
from rag.retrieval import retrieve
from rag.settings import Settings

OF_A_WORK = 3  # suggestions, as behind an answer
FOUND = 4  # passages that a suggestion is tried on, as on the page


def rows_of(index: Index, language: Language, settings: Settings) -> Iterator[tuple[str, str, str, bool]]:
    """Yield question, first statement of its answer, title of its source, and whether that is the work asked about."""

    def find(question: str) -> tuple[Evidence, ...]:
        return retrieve(question, FOUND, settings=settings, index=index).evidence

    for article in dict.fromkeys((passage.source, passage.article) for passage in index.passages):
        for question in suggest_questions(index, language, find=find, limit=OF_A_WORK, articles=[article]):
            answer = ask(question, settings=settings, index=index)
            first = answer.sentences[0]
            cited = next(item.passage for item in answer.evidence if item.passage.id == first.citations[0].passage)
            yield question, first.text, cited.title, (cited.source, cited.article) == article


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    given = parser.parse_args()
    settings = Settings(corpus=given.corpus, index=given.index, backend="extractive")
    build_index(settings)
    index = open_index(settings)
    languages: tuple[Language, ...] = ("zh", "en")
    for language in languages:
        rows = list(rows_of(index, language, settings))
        own = sum(is_own for *_, is_own in rows)
        print(f"\n{language}: {len(rows)} questions, {own} answered first from the work that they are about\n")
        print("| question | first statement | work |\n| --- | --- | --- |")
        for question, statement, title, is_own in rows:
            print(f"| {question} | {statement.strip()} | {title}{'' if is_own else ' (another)'} |", flush=True)


if __name__ == "__main__":
    main()
