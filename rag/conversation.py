"""A follow-up becomes a question that stands alone, without a language model.

A question leans on the conversation when it points back (那, 它, 呢, "and the second one?") or is too bare to be found
by itself. It then takes along the question before it, which was made to stand alone in the same way; an ordinal takes
along the part of the answer that it counts. Entry point: `stand_alone`. Caller: retrieval.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.language import HAN, main_language, search_form, split_sentences
from rag.records import Turn

MAX_CARRIED_CHARS = 300
BARE_HAN_CHARACTERS = 9  # a Chinese question with fewer and without a name in it says too little by itself
BARE_ENGLISH_WORDS = 5

_POINTS_BACK = re.compile(
    r"^(?:那|那么|然后|还有|此外|另外|其|它|他|她|这|该|对方|双方|两者|二者|前者|后者|上述|为什么呢|为何呢|怎么说|具体)"
    r"|(?:它|他们|她们|他(?!国|人)|她|这个|那个|这些|那些|这里|那里|那边|这边|该(?!如何|怎)|此举|其中|后者|前者|后一|前一|上述|同样|对方)"
    r"|呢[？?，,。]|呢$"
    r"|^(?:and|but|so|then|what about|how about|why not|why is that|which one|also|or)\b"
    r"|\b(?:it|its|they|them|their|he|him|his|she|her|this|that|these|those|there"
    r"|the (?:first|second|third|last|latter|former|same|other)(?: one)?)\b",
    re.IGNORECASE,
)
_THAT_AS_CONJUNCTION = re.compile(
    r"\b(?:say|says|said|argue[sd]?|claim(?:s|ed)?|show(?:s|ed)?|so|countries|think) that\b", re.IGNORECASE
)
_ORDINALS = {
    "第一": 0, "前者": 0, "前一": 0, "first": 0, "former": 0,
    "第二": 1, "后者": 1, "后一": 1, "second": 1, "latter": 1,
    "第三": 2, "third": 2, "第四": 3, "fourth": 3, "第五": 4, "fifth": 4,
    "最后": -1, "last": -1,
}  # fmt: skip
_NAME = re.compile(r"[A-Z]{2,}|[A-Za-z]*\d|《[^》]+》|“[^”]+”")
_LIST_MARK = re.compile(r"(?:^|[。；;，,：:\n])\s*(?:第?[一二三四五六七八九十][、是，]|[（(]?\d{1,2}[）).、]|[-*•])")


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Return `question` with what it leans on from `history` put before it; unchanged when it leans on nothing."""
    asked = [turn for turn in history if turn.role == "user"]
    if not asked or not leans_on_history(question):
        return question
    position = max(i for i, turn in enumerate(history) if turn.role == "user")
    before = stand_alone(asked[-1].content, history[:position])[:MAX_CARRIED_CHARS]
    answers = [turn.content for turn in history[position:] if turn.role == "assistant"]
    counted = _counted_part(question, answers[-1]) if answers else ""
    return " ".join(part for part in (before, counted[:MAX_CARRIED_CHARS], question) if part)


def leans_on_history(question: str) -> bool:
    """Say whether `question` cannot be understood without the turns before it."""
    question = _THAT_AS_CONJUNCTION.sub("", question.strip())
    if _POINTS_BACK.search(question):
        return True
    if _NAME.search(question):
        return False
    if main_language(question) == "zh":
        return len(re.findall(f"[{HAN}]", question)) < BARE_HAN_CHARACTERS
    return len(question.split()) < BARE_ENGLISH_WORDS


def _counted_part(question: str, answer: str) -> str:
    """Return the part of `answer` that an ordinal in `question` counts, or ""."""
    found = next((n for word, n in _ORDINALS.items() if word in search_form(question)), None)
    if found is None:
        return ""
    answer = re.sub(r"\[\d+\]", "", answer)
    marks = [match.start() for match in _LIST_MARK.finditer(answer)]
    parts = [answer[a:b] for a, b in itertools.pairwise([*marks, len(answer)])]
    if len(parts) < 2:
        parts = [answer[a:b] for a, b in split_sentences(answer)]
    if len(parts) < 2:
        parts = re.split(r"[、，,;；]|和|与| and ", answer)
    return parts[found].strip(" \n。；;，,") if -len(parts) <= found < len(parts) else ""
