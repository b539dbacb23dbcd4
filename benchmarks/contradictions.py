"""Does the check catch a sentence that turns its passage round, and pass one that says the same in other words?

Input: contradictions.tsv, 50 passages with a true and a false sentence each, written before the code was tried on
them. Output: the shares caught (false ones that are not called supported) and passed (true ones that are).

Run: `python benchmarks/contradictions.py [--show]`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.records import Evidence, Passage, Standing
from rag.text.language import main_language
from rag.verification import verify_answer

PAIRS = Path(__file__).parent / "contradictions.tsv"


def standing_of(sentence: str, passage: str) -> tuple[Standing, str]:
    """Return the standing of `sentence` with one citation of `passage`, and why."""
    cited = Passage(
        id="p", source="s.md", text=passage, span=(0, len(passage)), kind="body", article=0, title="",
        section=(), page="", language=main_language(passage),
    )  # fmt: skip
    (checked,) = verify_answer(f"{sentence}[1]", [Evidence(passage=cited, score=1.0)]).sentences
    return checked.standing, checked.reason


def main() -> None:
    """Print both shares, and with --show the mistakes."""
    rows = [row.split("\t") for row in PAIRS.read_text("utf-8").splitlines() if not row.startswith("#")]
    passed = caught = 0
    for passage, true, false, kind in rows:
        for sentence, is_true in ((true, True), (false, False)):
            standing, reason = standing_of(sentence, passage)
            is_right = (standing == "supported") is is_true
            passed += is_right and is_true
            caught += is_right and not is_true
            if not is_right and "--show" in sys.argv:
                print(f"{standing} ({reason}), {kind}: {sentence} | {passage}")
    print(f"caught {caught} of {len(rows)}, passed {passed} of {len(rows)}")


if __name__ == "__main__":
    main()
