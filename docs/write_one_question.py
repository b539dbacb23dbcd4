"""Write docs/one-question.md from what happens to a question: python docs/write_one_question.py --index DIR."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rag.answering import POSSIBLE, ask
from rag.index import Index, open_index
from rag.indexing import build_index
from rag.question import read_question
from rag.records import Answer, Evidence, Retrieval
from rag.retrieval import keyword_terms, other_names, retrieve
from rag.retrieval.odds import CERTAIN
from rag.settings import Settings

PAGE = Path(__file__).parent / "one-question.md"
QUESTION = "PGII计划5年内要筹集多少美元？"
SHOWN = 3
HEAD = f"""# One question through every stage 一个问题的全过程

`{QUESTION}` is asked of the thirty briefs that come with the project. Every value below is what the stage gave;
`python docs/write_one_question.py` writes this page anew. 下面每个数值都是该阶段实际给出的。
"""


def one_question_page(settings: Settings) -> str:
    """Return the page for the library of these settings."""
    index = open_index(settings)
    found = retrieve(QUESTION, settings.evidence_count, settings=settings, index=index)
    answer = ask(QUESTION, settings=settings, index=index)
    parts = [HEAD, _reading(), _searching(index), _finding(found), _judging(found[0]), _answer(answer)]
    return "\n".join(parts)


def _reading() -> str:
    read = read_question(QUESTION)
    return f"""## 1. The question is read once 读问题

`rag.question.read_question`: language `{read.language}`, expected answer types {sorted(read.types) or "none beside a statement"},
quoted names {list(read.quoted) or "none"}, parts {len(read.parts)}, courtesy {read.courtesy or "none"}. In a conversation, what it
leans on would be put before it.
"""


def _searching(index: Index) -> str:
    names = other_names(index, QUESTION)
    terms, expansions = keyword_terms(index, QUESTION, "zh", names)
    best = sorted(terms.items(), key=lambda item: -item[1])[:8]
    return f"""## 2. Two retrievers 两路检索

The dense retriever compares the vector of the question with those of {len(index.passages)} passages, the mean of the language
taken out of both. The keyword retriever searches weighted words and bigrams: {"，".join(f"{word} {weight:.2f}" for word, weight in best)};
added from the glossary and the dictionary: {"，".join(f"{word} {weight:.2f}" for word, weight in expansions.items()) or "nothing"}.
"""


def _finding(found: Retrieval) -> str:
    rows = "".join(
        f"| {place} | {item.title} | {item.scores.get('dense', 0):.3f} | {item.scores.get('keyword', 0):.2f} "
        f"| {item.scores.get('late', 0):.3f} | {item.score:.3f} |\n"
        for place, item in enumerate(found[:SHOWN], 1)
    )
    return f"""## 3. Fusion, late interaction, reading 合并、重排、阅读

Both scores are standardised and added; the best sixty are ordered anew by MaxSim over token vectors; the best are read by
the comprehension model, the likeliest statements once more among their neighbours; the last column is its likelihood.

| | work | dense | keyword | late | likelihood |
| --- | --- | --- | --- | --- | --- |
{rows}"""


def _judging(item: Evidence) -> str:
    rows = "".join(f"| {item.text[slice(*span)]} | {likelihood:.3f} |\n" for span, likelihood in _statements(item))
    return f"""## 4. Each statement is judged 逐句判断

The first passage, statement by statement. From {CERTAIN} on it is an answer, from {POSSIBLE} on “not certain”, below that a
refusal.

| statement | likelihood |
| --- | --- |
{rows}"""


def _statements(item: Evidence) -> Iterator[tuple[tuple[int, int], float]]:
    return zip(item.statements, item.likelihoods, strict=True)


def _answer(answer: Answer) -> str:
    rows = ""
    for sentence in answer.sentences:
        span = sentence.answer_span
        words = sentence.text[slice(*span)] if span else ""
        where = ", ".join(f"[{c.number}] {c.source} {c.source_span}" for c in sentence.citations)
        rows += f"| {sentence.text} | {words} | {sentence.standing} | {where} |\n"
    return f"""## 5. Written, numbered, checked 写出、编号、核对

The likeliest statement stands first; another work that says otherwise follows. Every sentence is compared with the
passage that it cites: figures, names, quotations. Ending: `{answer.ending}`, written by `{answer.backend}`.

| sentence | words that answer | standing | where it stands |
| --- | --- | --- | --- |
{rows}"""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    settings = Settings(corpus=Path("corpus"), index=parser.parse_args().index, backend="extractive")
    build_index(settings)
    PAGE.write_text(one_question_page(settings), encoding="utf-8")


if __name__ == "__main__":
    main()
