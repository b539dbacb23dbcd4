"""A follow-up becomes a question that stands alone, without a language model.

A question leans on the conversation when it points back (那, 它, 呢, "and the second one?"), unless it is so long that
what it points to may stand in it, or when it is too bare to be found by itself. It then takes along the question before
it, which was made to stand alone in the same way; an ordinal takes along the part of the answer that it counts.
Entry point: `stand_alone`. Caller: retrieval.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.dictionary import content_words
from rag.records import Turn
from rag.text.labels import CITED
from rag.text.language import HAN_CHARACTER, main_language, search_form, split_sentences, to_simplified
from rag.text.names import NAME_TAGS
from rag.text.words import is_known_word, tag_words
from rag.vocabulary import phrases, read_table, words_of

MAX_CARRIED_CHARS = 300
# What a pronoun stands for may stand in the same question, if that is long.
LONG_HAN_CHARACTERS = 18
LONG_ENGLISH_WORDS = 10
# A question with fewer, and with fewer than two words that say of what, is too bare to be found by itself.
BARE_HAN_CHARACTERS = 9
BARE_ENGLISH_WORDS = 6
PERSON = "nr"  # jieba's tag

_OPENS_BACK = re.compile(
    r"^(?:那(?![个位条份些次种家篇段])|那么|然后|还有|此外|另外|其(?!实|他|次)|它|他(?!国)|她|对方|双方|两者|二者|前者|后者"
    r"|上述|后[面来]|具体|为什么呢|为何呢|怎么说|不对|不是|我问的是|我是说|我指的是)"
    r"|^[^，。？！,?!]{1,8}呢(?:[？?，,]|$)"
    r"|^(?:and|but|so|then|what about|how about|why not|why is that|which one|also|or)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"它|(?<![其吉])他(?!国|人|乡|项)|她|这(?!些年|几年)|(?<![的A-Za-z])那[个位条份些次种家篇段里边]|(?<![应不])该(?!如何|怎|不该|怎么)"
    r"|此举|其中|后者|前者|[前后]一(?=[个项种者点句])|上述|同样|对方|里头"
    r"|\b(?:it|its|they|them|their(?! own)|he|him|his|she|her|this(?! year)|that|these|those"
    r"|the (?:latter|former|same|other)|the (?:first|second|third|last)(?: one)?(?=\W*$))\b",
    re.IGNORECASE,
)
_THAT_AS_CONJUNCTION = re.compile(
    r"\b(?:say|says|said|argue[sd]?|claim(?:s|ed)?|show(?:s|ed)?|so|countries|think) that\b", re.IGNORECASE
)
_DEFINES = re.compile(r"^(?:什么是|何谓|什么叫|what is (?!it|that|this))", re.IGNORECASE)
# Words that ask, or that any subject has: they do not say of what a question is.
_LIGHT_WORDS = words_of("stop_words", "asking_zh")
_NAME = re.compile(r"[A-Z]{2,}|[A-Za-z]*\d|《[^》]+》|“[^”]+”")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_SAME_OF_ANOTHER = re.compile(
    r"^[^，。？！,?!]{1,10}呢[？?]?$|^(?:and|what about|how about|and what about)(?: \S+){1,4}$", re.IGNORECASE
)
_LIST_MARK = re.compile(r"(?:^|[。；;，,：:\n])\s*(?:第?[一二三四五六七八九十][、是，]|[（(]?\d{1,2}[）).、]|[-*•])")


def stand_alone(question: str, history: Sequence[Turn], *, in_doubt: bool = False) -> str:
    """Return `question` with what it leans on from `history` put before it; unchanged when it leans on nothing.

    Args:
        question: As it was asked.
        history: The turns before it, oldest first.
        in_doubt: It may lean, though it names something of its own (`may_lean_on_history`).
    """
    return " ".join(_pieces(question, history, in_doubt=in_doubt))


def _pieces(question: str, history: Sequence[Turn], *, in_doubt: bool = False) -> tuple[str, ...]:
    """Return what a question leans on, oldest first, and the question.

    Of a chain the first question is kept, and the last where this one follows it. Another thing (那澄湖呢) takes the
    place of what the last asks of, where that leans on the first. Another year (那2022年呢) takes the
    place of the one before.
    """
    asked = [turn for turn in history if turn.role == "user"]
    if not asked or not (in_doubt or leans_on_history(question)):
        return (question,)
    position = max(i for i, turn in enumerate(history) if turn.role == "user")
    before = _pieces(asked[-1].content, history[:position])
    if _asks_the_same(question) and (moved := _in_another_year(before, question)):
        return moved
    if len(before) > 1 and not _follows(question, before[-1]):
        before = before[:1]
    elif len(before) > 1 and _names_another(question) and _leans_on_a_thing(before):
        return (_of_another(before[-1], question),)
    answers = [turn.content for turn in history[position:] if turn.role == "assistant"]
    counted = _counted_part(question, answers[-1]) if answers else ""
    kept = (before[0], *before[1:][-1:], counted)
    return (*(piece[:MAX_CARRIED_CHARS] for piece in kept if piece), question)


def _follows(question: str, last: str) -> bool:
    """Say whether a question of a chain leans on the last one too: it points back or says nothing of its own.

    After 收入呢, 增长了多少 asks of 收入, but 支出呢 leans on what both lean on. After 那乙厂呢, 工资呢 asks of 乙厂.
    """
    people = {word for word, tag, _ in tag_words(question) if tag == PERSON}
    chinese = main_language(question) == "zh"
    telling = set(_telling_words(question)) - people if chinese else content_words(question)
    is_other_kind = _asks_the_same(question) != _asks_the_same(last)
    is_side = _names(last) and not _names(question)
    return not telling or is_other_kind or is_side or _points_back(question)


def _points_back(question: str) -> bool:
    return bool(_POINTS_BACK.search(to_simplified(question)))


def _asks_the_same(question: str) -> bool:
    """Say whether a question names only another thing of which the same is asked: 那支出呢, "what about 2022?"."""
    return bool(_SAME_OF_ANOTHER.search(question.strip()))


def _bare(question: str) -> str:
    """Return 澄湖 of 那澄湖的呢."""
    return question.strip().removeprefix("那").rstrip("？?").removesuffix("呢").removesuffix("的")


def _of_another(asked: str, question: str) -> str:
    """Return what was asked of one thing as asked of another: 保修多久 and 那澄湖呢 are 澄湖保修多久."""
    name = _bare(question)
    pointing = next((word for word in ("它", "他", "她") if word in asked), "")
    return asked.replace(pointing, name, 1) if pointing else name + asked


def _names_another(question: str) -> bool:
    """Say whether a Chinese question does so and names a thing: 那澄湖呢; of an English word it cannot be told."""
    return main_language(question) == "zh" and _asks_the_same(question) and _names(question)


def _leans_on_a_thing(pieces: Sequence[str]) -> bool:
    """Say whether the last piece asks something of what the first names, which tells no year either."""
    points = _points_back(pieces[-1]) and "其中" not in pieces[-1]
    return (points or not _names(pieces[-1])) and not _YEAR.search(pieces[0])


def _names(question: str) -> bool:
    """Say whether a question names one of several things (乙厂, 科学营) and not a side of one (工资, 预算收入)."""
    bare = _bare(to_simplified(question))
    return bool(_NAME.search(bare)) or any(
        tag.startswith(NAME_TAGS) or (tag[0] not in "ucrpy" and (len(word) == 1 or not is_known_word(word)))
        for word, tag, _ in tag_words(bare)
    )


def _in_another_year(pieces: Sequence[str], question: str) -> tuple[str, ...]:
    """Return the pieces with their last year moved to the one that a question names and nothing else, else ()."""
    years = [(at, match) for at, piece in enumerate(pieces) for match in _YEAR.finditer(piece)]
    form = to_simplified(question).lower()
    named = _YEAR.search(question)
    by = next((int(number) for word, number, _ in read_table("year_steps") if word in form), 0)
    if not years or not (named or by):
        return ()
    at, match = years[-1]
    year = named.group() if named else str(int(match.group()) + by)
    piece = pieces[at][: match.start()] + year + pieces[at][match.end() :]
    return (*pieces[:at], piece, *pieces[at + 1 :])


def without_asking(text: str) -> str:
    """Return questions that were carried along as what they are about: the question behind them alone shall ask."""
    asking = next(phrases(words) for language, words, _, _ in read_table("asking_words") if language == "zh")
    for word in sorted(asking, key=len, reverse=True):
        text = text.replace(word, "")
    return text.replace("？", "，").replace("?", ",")


def may_lean_on_history(question: str) -> bool:
    """Say whether `question` is so short that what it is about may have been said before, though it names something."""
    short = len(HAN_CHARACTER.findall(question)) <= BARE_HAN_CHARACTERS
    names = _NAME.search(question) or _DEFINES.search(question)
    return short and not names and main_language(question) == "zh" and not leans_on_history(question)


def leans_on_history(question: str) -> bool:
    """Say whether `question` cannot be understood without the turns before it."""
    question = _THAT_AS_CONJUNCTION.sub("", to_simplified(question.strip()))
    if _OPENS_BACK.search(question):
        return True
    characters, words = len(HAN_CHARACTER.findall(question)), len(question.split())
    chinese = main_language(question) == "zh"
    is_long = characters >= LONG_HAN_CHARACTERS if chinese else words >= LONG_ENGLISH_WORDS
    if _POINTS_BACK.search(question):
        return not is_long
    if _NAME.search(question) or _DEFINES.search(question):
        return False
    if chinese:
        return characters < BARE_HAN_CHARACTERS and len(_telling_words(question)) < 2
    return words < BARE_ENGLISH_WORDS and len(content_words(question)) < 2


def _telling_words(question: str) -> list[str]:
    """Return the nouns and verbs of a Chinese question that say of what it is."""
    return [word for word, tag, _ in tag_words(question) if tag[0] in "nv" and word not in _LIGHT_WORDS]


def _counted_part(question: str, answer: str) -> str:
    """Return the part of `answer` that an ordinal in `question` counts, or ""."""
    form = search_form(question)
    found = next((int(place) for word, place, _ in read_table("counted_parts") if word in form), None)
    if found is None:
        return ""
    answer = CITED.sub("", answer)
    marks = [match.start() for match in _LIST_MARK.finditer(answer)]
    parts = [answer[a:b] for a, b in itertools.pairwise([*marks, len(answer)])]
    if len(parts) < 2:
        parts = [answer[a:b] for a, b in split_sentences(answer)]
    if len(parts) < 2:
        parts = re.split(r"[、，,;；]|和|与| and ", answer)
    return parts[found].strip(" \n。；;，,") if -len(parts) <= found < len(parts) else ""
