"""Does the check catch a sentence that says something else than its passage, and pass one that says the same?

Input: contradictions.tsv, 50 passages with a true and a false sentence each; verification_pairs.jsonl, passages with
one sentence each, of many kinds (a figure of another party, more claimed than told, sides that changed places); of
support/, 2,254 passages in fifteen collections with four or six sentences each as chat models write them, every tenth.
In Chinese, English and across; all written before the code was tried on them, by writers who did not know it. Output:
of each set the false sentences that are caught (not called supported) and the true ones that pass.

Run: `python benchmarks/contradictions.py [--show] [--all]`.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.records import Evidence, Passage, Standing
from rag.text.language import main_language
from rag.verification import verify_answer

HERE = Path(__file__).parent
EVERY = 10  # passage of support/ is taken; with --all each


def pairs() -> Iterator[tuple[str, str, str, bool, str]]:
    """Yield set, passage, sentence, whether the passage supports it, and the kind."""
    for line in (HERE / "contradictions.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            passage, true, false, kind = line.split("\t")
            yield from (("turned round", passage, sentence, sentence is true, kind) for sentence in (true, false))
    for line in (HERE / "verification_pairs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        yield row["set"], row["passage"], row["sentence"], row["supported"], row["kind"]
    for path in sorted((HERE / "support").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines()[:: 1 if "--all" in sys.argv else EVERY]:
            row = json.loads(line)
            yield from (
                (f"support/{path.stem}", row["passage"], text, bool(label), "") for text, label in row["sentences"]
            )


def standing_of(sentence: str, passage: str) -> tuple[Standing, str]:
    """Return the standing of `sentence` with one citation of `passage`, and why."""
    cited = Passage(
        id="p", source="s.md", text=passage, span=(0, len(passage)), kind="body", article=0, title="",
        section=(), page="", language=main_language(passage),
    )  # fmt: skip
    body, end = (sentence[:-1], sentence[-1]) if sentence[-1] in "。." else (sentence, "")
    checked = verify_answer(f"{body}[1]{end}", [Evidence(passage=cited, score=1.0)]).sentences
    worst = next((one for one in checked if one.standing != "supported"), checked[0])
    return worst.standing, worst.reason


def main() -> None:
    """Print both shares of each set, and with --show the mistakes."""
    right: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for name, passage, sentence, is_true, kind in pairs():
        standing, reason = standing_of(sentence, passage)
        right[name, is_true].append((standing == "supported") is is_true)
        if not right[name, is_true][-1] and "--show" in sys.argv:
            print(f"{standing} ({reason}), {kind}: {sentence} | {passage}")
    for name, is_true in sorted(right):
        found = right[name, is_true]
        print(f"{name}: {'passed' if is_true else 'caught'} {sum(found)} of {len(found)}")
    for is_true in (True, False):
        found = [one for (name, label), each in right.items() if label is is_true and "/" in name for one in each]
        print(f"support: {'passed' if is_true else 'caught'} {sum(found) / len(found):.3f} of {len(found)}")


if __name__ == "__main__":
    main()
