"""How many questions a second do sixteen threads get answered on two libraries, against one thread?

    python benchmarks/threads.py [QUESTION …] --corpus DIR --index DIR [--threads 16]

Both libraries are of the same documents, each with an index of its own. What the threads are told is compared with what
one thread was told. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rag import Library

PROJECT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "PGII计划5年内要筹集多少美元？",
    "七国集团在哪里把B3W换成了PGII？",
    "Which countries first proposed the Three Seas Initiative?",
    "新质生产力是什么？",
    "2024年的文章有哪些？",
)
TIMES = 4  # that each question is asked of each library


def main() -> None:
    """Ask, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("questions", nargs="*", default=QUESTIONS)
    parser.add_argument("--corpus", type=Path, default=PROJECT / "corpus")
    parser.add_argument("--index", type=Path, default=PROJECT / "index")
    parser.add_argument("--threads", type=int, default=16)
    given = parser.parse_args()
    libraries = [Library.open(given.corpus, given.index) for _ in range(2)]
    asked = [(library, question) for question in given.questions for library in libraries] * TIMES

    def told(one: tuple[Library, str]) -> tuple[str, list[float]]:
        answer = one[0].ask(one[1])
        return answer.text, [item.score for item in answer.evidence]

    wanted = [told(one) for one in asked]
    print("| threads | questions a second | processor seconds a question | memory at most | otherwise |")
    print("| --- | --- | --- | --- | --- |")
    for threads in (1, given.threads):
        begun, used = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(told, asked))
        seconds, used = time.perf_counter() - begun, time.process_time() - used
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        otherwise = sum(a != b for a, b in zip(found, wanted, strict=True))
        speed = f"{len(asked) / seconds:.2f} | {used / len(asked):.2f}"
        print(f"| {threads} | {speed} | {megabytes:.0f} MB | {otherwise} of {len(asked)} |", flush=True)


if __name__ == "__main__":
    main()
