"""Build the training examples: `python -m training.build --out FILE --public FOLDER`.

The written sets of training/sets are always among them. Of the two xquad sets, whose texts and questions are each
other's translations, questions are asked of the texts in the other language as well.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from rag.comprehension.windows import WindowEncoder
from rag.embedding.bundled_model import bundled_tokenizer
from training.examples import Collection, build_examples, load_collection

WRITTEN = Path(__file__).parent / "sets"
PUBLIC = (
    ("cmrc2018", ""),
    ("drcd", ""),
    ("xquad_zh", ""),
    ("xquad_en", ""),
    ("xquad_zh", "xquad_en"),
    ("xquad_en", "xquad_zh"),
)


def collections(written: Path, public: Path | None) -> Iterator[Collection]:
    """Yield all collections, the written ones first."""
    for path in sorted(written.glob("*.questions.jsonl")):
        yield load_collection(written, path.name.removesuffix(".questions.jsonl"))
    if public is not None:
        for name, texts in PUBLIC:
            yield load_collection(public, name, texts=texts)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--written", type=Path, default=WRITTEN)
    parser.add_argument("--public", type=Path)
    given = parser.parse_args()
    started = time.monotonic()
    examples = build_examples(collections(given.written, given.public), WindowEncoder(bundled_tokenizer()))
    examples.save(given.out)
    print(
        f"{len(examples.questions)} questions, {len(examples.groups)} windows, {len(examples.tokens)} tokens, "
        f"{time.monotonic() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
