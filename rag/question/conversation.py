"""A follow-up becomes a question that stands alone, without a language model.

A question leans on the conversation when it points back (那, 它, 呢, "and the second one?"), unless it is so long that
what it points to may stand in it, or when it is too bare to be found by itself. It then takes along the question before
it, which was made to stand alone in the same way; an ordinal takes along the part of the answer that it counts.
Entry point: `stand_alone`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from rag.question.superlatives import degrees
from rag.records import Turn
from rag.text.dates import YEAR
from rag.text.dictionary import content_words
from rag.text.labels import CITED
from rag.text.language import (
    HAN_CHARACTER,
    LATIN_WORD,
    language_asked,
    search_form,
    split_at,
    split_sentences,
    to_simplified,
    without_words,
)
from rag.text.names import NAME_TAGS, find_quotes
from rag.text.parties import parties_in
from rag.text.words import holds_any, is_known_word, tag_words
from rag.vocabulary import phrases, read_table, words_of

MAX_CARRIED_CHARS = 300
# What a pronoun stands for may stand in the same question, if that is long.
LONG_HAN_CHARACTERS = 18
LONG_ENGLISH_WORDS = 10
# A question with fewer, and with fewer than two words that say of what, is too bare to be found by itself.
BARE_HAN_CHARACTERS = 9
BARE_ENGLISH_WORDS = 6
PERSON, PLACE, VERB = "nr", "ns", "v"  # jieba's tags
ORDINAL = "第"  # 第三天, 第二季度
_TIMES = "年月天日周季"  # 第二年 counts no part of an answer
KEYWORDS = 3  # so many words with spaces between them, of which none asks, are searched for as they are
KIND_TAGS = "nt"  # of words for things and times, by their first letter

# Words that ask, or that any subject has: they do not say of what a question is.
_LIGHT_WORDS = words_of("stop_words", "asking_zh")
_NAME = re.compile(r"[A-Z]{2,}|[A-Za-z]*\d|《[^》]+》|“[^”]+”")
_ELLIPSIS_CHARS = 8  # before 呢 at the beginning of a question that leans back: 那支出呢
_OTHER_CHARS, _OTHER_WORDS = 10, 4  # of what is named instead
_MARKS = "，。？！,?!"
_ANOTHER = ("and what about ", "what about ", "how about ", "and ")
_COUNTED = tuple(f"the {place}{one}" for place in ("first", "second", "third", "last") for one in ("", " one"))
_AFTER_LATIN = re.compile(f"(?<=[A-Za-z]) ?{HAN_CHARACTER.pattern}")
_LIST_MARK = re.compile(r"(?:^|[。；;，,：:\n])\s*(?:第?[一二三四五六七八九十][、是，]|[（(]?\d{1,2}[）).、]|[-*•])")


def stand_alone(question: str, history: Sequence[Turn], *, in_doubt: bool = False) -> str:
    """Return `question` with what it leans on from `history` put before it; unchanged when it leans on nothing.

    Where it is `in_doubt`, it may lean though it says something of its own (`may_lean_on_history`).
    """
    return " ".join(_pieces(question, history, in_doubt=in_doubt))


def _pieces(question: str, history: Sequence[Turn], *, in_doubt: bool = False) -> tuple[str, ...]:
    """Return what a question leans on, oldest first, and the question.

    Of a chain the first question is kept, and the last where this one follows it. Another thing (那澄湖呢) takes the
    place of what the last asks of, where that leans on the first. Another year (那2022年呢) and another thing of one
    kind (口腔科呢 after 儿科), or the other end (最低的呢), take the place of the one before.
    """
    asked = [turn for turn in history if turn.role == "user"]
    if not asked or not (in_doubt or leans_on_history(question)):
        return (question,)
    position = max(i for i, turn in enumerate(history) if turn.role == "user")
    before = _pieces(asked[-1].content, history[:position])
    asks_the_same = _asks_the_same(question)
    if asks_the_same:
        moves = (_in_other_degree, _in_another_year, _of_another_place, _of_its_kind)
        if moved := next(filter(None, (move(before, question) for move in moves)), ()):
            return moved
    # 那澄湖呢 names another thing; of an English word it cannot be told.
    names_another = asks_the_same and language_asked(question) == "zh" and _names(question)
    if len(before) > 1 and not _follows(question, before[-1]):
        before = before[:1]
    elif len(before) > 1 and names_another and _leans_on_a_thing(before):
        last, name = before[-1], _bare(question)
        pointing = next((word for word in ("它", "他", "她") if word in last), "")
        return (last.replace(pointing, name, 1) if pointing else name + last,)  # 保修多久 becomes 澄湖保修多久
    answers = [turn.content for turn in history[position:] if turn.role == "assistant"]
    counted = _counted_part(question, answers[-1]) if answers else ""
    kept = (before[0], *before[1:][-1:], counted)
    return (*(piece[:MAX_CARRIED_CHARS] for piece in kept if piece), question)


def lacks_subject(question: str) -> bool:
    """Say whether a Chinese question begins with what somebody does, and says not who: 打算给多少钱, 需要带哪些材料."""
    tagged = tag_words(to_simplified(question.strip())) if language_asked(question) == "zh" else ()
    return bool(tagged) and tagged[0][1][:1] == VERB and not find_quotes(question)


def _follows(question: str, last: str) -> bool:
    """Say whether a question of a chain leans on the last one too: it points back or says nothing of its own.

    After 收入呢, 增长了多少 asks of 收入, but 支出呢 leans on what both lean on. After 那乙厂呢, 工资呢 asks of 乙厂.
    """
    people = {word for word, tag, _ in tag_words(question) if tag == PERSON}
    telling = set(_telling_words(question)) - people
    is_other_kind = _asks_the_same(question) != _asks_the_same(last)
    is_side = _names(last) and not _names(question)
    return not telling or is_other_kind or is_side or _points_back(question)


def _asks_the_same(question: str) -> bool:
    """Say whether a question names only another thing of which the same is asked: 那支出呢, "what about 2022?"."""
    text = question.strip()
    head = split_at(text, _MARKS)[0]
    if head.endswith("呢") and text.rstrip("？?") == head:
        return 1 < len(head) <= _OTHER_CHARS + 1
    opener = next((one for one in _ANOTHER if text.lower().startswith(one)), "")
    return bool(opener) and 1 <= len(text[len(opener) :].split()) <= _OTHER_WORDS


def _pointers(kind: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield words that point back, with the phrases in which they do not."""
    for row_kind, words, exceptions, _ in read_table("pointing_words"):
        if row_kind == kind:
            yield phrases(words), phrases(exceptions)


def _opens_with(text: str, kind: str) -> bool:
    form = text.lower()
    spaced = f"{' '.join(LATIN_WORD.findall(form))} "
    for words, exceptions in _pointers(kind):
        is_han = HAN_CHARACTER.match(words[0])
        opens = form.startswith(words) if is_han else spaced.startswith(tuple(f"{word} " for word in words))
        if opens and not form.startswith(exceptions):
            return True
    return False


def _without_own(question: str) -> str:
    """Return a question without the words that point back to its own subject: how do fishers sell their catch."""
    words = question.split()
    own = {word for found, _ in _pointers("own") for word in found}
    telling = [bool(content_words(word)) for word in words]
    kept = [
        word for at, word in enumerate(words) if not (word in own and at and telling[at - 1] and any(telling[: at - 1]))
    ]
    return " ".join(kept)


def _points_back(question: str) -> bool:
    """Say whether a word of a question points back; one behind a Latin letter belongs to the name before it."""
    text = _without_own(to_simplified(question).lower())
    for words, exceptions in _pointers("points"):
        rest = text
        for exception in exceptions:
            rest = rest.replace(exception, "·")
        if holds_any(_AFTER_LATIN.sub("·", rest), words):
            return True
    return text.rstrip(" ?？.").endswith(_COUNTED)


def _bare(question: str) -> str:
    """Return 澄湖 of 那澄湖的呢."""
    return question.strip().removeprefix("那").rstrip("？?").removesuffix("呢").removesuffix("的")


def _leans_on_a_thing(pieces: Sequence[str]) -> bool:
    """Say whether the last piece asks something of what the first names, which tells no year either."""
    points = _points_back(pieces[-1]) and "其中" not in pieces[-1]
    return (points or not _names(pieces[-1])) and not YEAR.search(pieces[0])


def _names(question: str) -> bool:
    """Say whether a question names one of several things (乙厂, 科学营) and not a side of one (工资, 预算收入)."""
    bare = _bare(to_simplified(question))
    return bool(_NAME.search(bare)) or any(
        tag.startswith(NAME_TAGS) or (tag[0] not in "ucrpy" and (len(word) == 1 or not is_known_word(word)))
        for word, tag, _ in tag_words(bare)
    )


def _in_other_degree(pieces: Sequence[str], question: str) -> tuple[str, ...]:
    """Return the pieces with the last superlative as a question that is no more than one has it, else ().

    最低的呢 after 哪个镇产量最高 asks 哪个镇产量最低, and so does "and the least?" after "which town has the most".
    """
    words = sorted(degrees(), key=len, reverse=True)
    named = _bare(search_form(question)).removeprefix("那").strip()
    opener = next((one for one in _ANOTHER if named.startswith(one)), "")
    other = named.removeprefix(opener).removeprefix("the ").removesuffix(" one")
    form = to_simplified(pieces[-1]).lower()
    own = next((word for word in words if word in form), "")
    start, end = form.find(own), form.find(own) + len(own)
    return (*pieces[:-1], pieces[-1][:start] + other + pieces[-1][end:]) if other in words and own else ()


def _in_another_year(pieces: Sequence[str], question: str) -> tuple[str, ...]:
    """Return the pieces with their last year moved to the one that a question names and nothing else, else ()."""
    years = [(at, match) for at, piece in enumerate(pieces) for match in YEAR.finditer(piece)]
    form = to_simplified(question).lower()
    named = YEAR.search(question)
    by = next((int(number) for word, number, _ in read_table("year_steps") if word in form), 0)
    if not years or not (named or by):
        return ()
    at, match = years[-1]
    year = named.group() if named else str(int(match.group()) + by)
    piece = pieces[at][: match.start()] + year + pieces[at][match.end() :]
    return (*pieces[:at], piece, *pieces[at + 1 :])


def _of_its_kind(pieces: Sequence[str], question: str) -> tuple[str, ...]:
    """Return the pieces with what a question names put in the place of another thing of its kind, else ().

    Nouns and ordinals that end in the same character are of one kind: 口腔科呢 after 儿科几点开门 asks 口腔科几点开门.
    """
    other = [word for word, _, _ in tag_words(to_simplified(_bare(question)))]
    for at in reversed(range(len(pieces) if other else 0)):
        words = tag_words(to_simplified(pieces[at]))
        for last, (word, tag, (_, end)) in enumerate(words):
            count = len(other) if word == other[-1] else 1  # 五号楼 stands for 三号楼, 口腔科 for 儿科
            if not (tag[0] in KIND_TAGS or word.startswith(ORDINAL)) or last + 1 < count or word[-1] != other[-1][-1]:
                continue
            start = words[last + 1 - count][2][0]
            if end - start > 1 and pieces[at][start:end] != _bare(question):
                piece = pieces[at][:start] + _bare(question) + pieces[at][end:]
                return (*pieces[:at], piece, *pieces[at + 1 :])
    return ()


def _of_another_place(pieces: Sequence[str], question: str) -> tuple[str, ...]:
    """Return the pieces with the place that a question names in the place of the one that the last of them names.

    那德国呢 after 丹麦的网民占全国人口多少 asks of 德国的网民: () where the question names none, or the piece several.
    """
    name, piece = _bare(question), pieces[-1]
    places = [span for word, tag, span in tag_words(to_simplified(piece)) if _is_place(word, tag)]
    tags = tag_words(to_simplified(name))
    if len(tags) != 1 or len(places) != 1 or not _is_place(tags[0][0], tags[0][1]):
        return ()
    start, end = places[0]
    return (*pieces[:-1], piece[:start] + name + piece[end:])


def _is_place(word: str, tag: str) -> bool:
    return tag.startswith(PLACE) or bool(parties_in(word))


def without_asking(text: str) -> str:
    """Return questions that were carried along as what they are about: the question behind them alone shall ask."""
    return without_words(text, words_of("asking_words", "zh")).replace("？", "，").replace("?", ",")


def may_lean_on_history(question: str) -> bool:
    """Say whether a question says of what it asks, but so little that it may ask of what was said before."""
    leaning = _leaning(question)
    return leaning == "perhaps" or (not leaning and language_asked(question) == "zh" and leaves_open(question))


def leaves_open(question: str) -> bool:
    """Say whether `question` is short and names nothing, so that what was said before may tell of what it asks."""
    chinese = language_asked(question) == "zh"
    length = len(HAN_CHARACTER.findall(question)) if chinese else len(question.split())
    return length <= (BARE_HAN_CHARACTERS if chinese else BARE_ENGLISH_WORDS) and not _says_its_own(question)


def says_of_what(question: str) -> bool:
    """Say whether `question` has a word that says of what it asks: "and the method?" has, "and the second?" has not."""
    return bool(_telling_words(question)) and _counts(question) is None


def _says_its_own(question: str) -> bool:
    """Say whether `question` names what it is about, or asks what something is."""
    in_latin = language_asked(question) == "zh" and any(len(word) > 1 for word in LATIN_WORD.findall(question))
    tagged = tag_words(question)[:2]
    is_of_name = len(tagged) == 2 and tagged[0][1] in NAME_TAGS and tagged[1][0] == "的"  # 石桥镇的石桥有多长
    names = bool(_NAME.search(question)) or in_latin or is_of_name
    return names or _opens_with(question, "defines") or _is_words(question)


def _is_words(question: str) -> bool:
    """Say whether `question` is some Chinese words with spaces between them, none of which asks: 垃圾 厨余 南湖."""
    words = question.split()
    are_han = all(len(word) > 1 and len(HAN_CHARACTER.findall(word)) == len(word) for word in words)
    return len(words) >= KEYWORDS and are_han and not holds_any(question, words_of("asking_words", "zh"))


def leans_on_history(question: str) -> bool:
    """Say whether `question`, or the first of several, cannot be understood without the turns before it."""
    return bool(_leaning(question))


def _leaning(question: str) -> Literal["", "perhaps", "surely"]:
    """Say whether a question, or the first of several, leans on others; perhaps: it is bare, yet names one thing."""
    question = to_simplified(question.strip())
    start, end = split_sentences(question)[0] if question else (0, 0)
    if end < len(question) and question[start:end].endswith(("？", "?")):
        return _leaning(question[start:end])
    head = split_at(question, _MARKS)[0]
    if _opens_with(question, "opens") or (head.endswith("呢") and 1 < len(head) <= _ELLIPSIS_CHARS + 1):
        return "surely"
    characters, words = len(HAN_CHARACTER.findall(question)), len(question.split())
    chinese = language_asked(question) == "zh"
    is_long = characters >= LONG_HAN_CHARACTERS if chinese else words >= LONG_ENGLISH_WORDS
    if _points_back(question):
        return "" if is_long else "surely"
    telling = len(_telling_words(question))
    if _says_its_own(question) or telling > 1:
        return ""
    if telling:
        is_bare = characters < BARE_HAN_CHARACTERS if chinese else words < BARE_ENGLISH_WORDS
        return "perhaps" if is_bare else ""
    return "" if (is_long if chinese else words >= BARE_ENGLISH_WORDS) else "surely"


def _telling_words(question: str) -> list[str]:
    """Return the words of a question that say of what it is; of a Chinese one nouns and verbs."""
    if language_asked(question) != "zh":
        return content_words(question)
    return [word for word, tag, _ in tag_words(question) if tag[0] in "nv" and word not in _LIGHT_WORDS]


def _counts(question: str) -> int | None:
    """Return the place of what an ordinal in `question` counts, from 0, or None."""
    form = search_form(question)
    counted = ((word, int(place)) for word, place, _ in read_table("counted_parts") if word in form)
    behind = ((place, form.partition(word)[2][:1]) for word, place in counted)
    return next((place for place, character in behind if not character or character not in _TIMES), None)


def _counted_part(question: str, answer: str) -> str:
    """Return the part of `answer` that an ordinal in `question` counts, or ""."""
    found = _counts(question)
    if found is None:
        return ""
    answer = CITED.sub("", answer)
    marks = [match.start() for match in _LIST_MARK.finditer(answer)]
    parts = [answer[a:b] for a, b in itertools.pairwise([*marks, len(answer)])]
    if len(parts) < 2:
        parts = [answer[a:b] for a, b in split_sentences(answer)]
    if len(parts) < 2:
        parts = split_at(answer.replace(" and ", "、"), "、，,;；和与")
    return parts[found].strip(" \n。；;，,") if -len(parts) <= found < len(parts) else ""
