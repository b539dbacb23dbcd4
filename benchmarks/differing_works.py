"""Ask questions of two short works each that disagree, or only seem to: does the answer say so first?

    python -m benchmarks.differing_works [--set seen]

`differing_works.jsonl` holds 160 pairs with a question each: sets seen, unseen, third, fourth and fifth. Prints
what was wrong and how many pairs of each kind were reported.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from rag.answering import ask
from rag.indexing import build_index
from rag.settings import Settings

PAIRS = Path(__file__).with_suffix(".jsonl")
TOLD = (
    "两处数字不一致",
    "两处说法相反",
    "The figures differ",
    "The statements oppose each other",
)  # how an answer says so


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="")
    wanted = parser.parse_args().set
    reported: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for pair in map(json.loads, PAIRS.read_text("utf-8").splitlines()):
        if wanted not in ("", pair["half"]):
            continue
        told = any(words in ask_both(pair) for words in TOLD)
        kind = f"{pair['kind']}, {'differs' if pair['differ'] else 'does not'}"
        asked[kind] += 1
        reported[kind] += told
        if told != bool(pair["differ"]):
            print(f"wrong: {pair['half']}, {kind}: {pair['question']}")
    for kind, count in asked.items():
        print(f"{kind}: {reported[kind]} of {count} reported")


def ask_both(pair: dict[str, str]) -> str:
    """Return the answer of a library that holds the two works of a pair."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(corpus=Path(folder) / "docs", index=Path(folder) / "index")
        settings.corpus.mkdir()
        for name in ("a", "b"):
            (settings.corpus / f"{name}.md").write_text(pair[name], "utf-8")
        build_index(settings)
        return ask(pair["question"], settings=settings).text


if __name__ == "__main__":
    main()
