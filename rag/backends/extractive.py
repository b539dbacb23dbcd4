"""The default backend: no model, no key, no network. It chooses the few sentences that answer and quotes them.

A sentence is chosen for how well it matches the question word by word (the reranker's score), for standing in a good
passage, and for holding what the question asks for: a person, a date, a figure, a reason, a definition. What says the
same as a chosen sentence is passed over. The chosen ones are laid out by article, in the order of the source.
Entry point: `ExtractiveBackend`. Knows neither the index nor the vectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.backends import AnswerRequest
from rag.language import search_form, split_sentences
from rag.records import Evidence, Language, Span
from rag.settings import Settings

LONG_SENTENCE_CHARS = 110  # a longer one is quoted by its parts between semicolons
MOST_UNITS = 8
RANK_COST = 0.012  # what a unit loses for each place that its passage stands lower
ASKED_BONUS = 0.06  # what a unit gains for holding what the question asks for
SAME_SHARE = 0.6  # a unit whose bigrams stand to this share in the answer already says nothing new
WEAKEST = 0.16  # a unit this much below the best is left out

_ASKS = {
    "figure": re.compile(r"多少|几(?!乎)|多大|多高|比例|占比|数额|规模|how (?:many|much|large|big|long|far)|what (?:share|percentage|proportion|number)|number of", re.I),
    "date": re.compile(r"何时|什么时候|哪(?:一)?[年天月日]|哪年|几月|时间|日期|起始|\bwhen\b|what (?:year|date|month)|which year", re.I),
    "person": re.compile(r"谁|哪位|何人|作者|\bwho\b|\bwhose\b|whom|which (?:official|author|scholar|adviser|figure)", re.I),
    "reason": re.compile(r"为什么|为何|为啥|原因|怎么就|凭什么|动因|\bwhy\b|reason|how does|what led", re.I),
    "definition": re.compile(r"什么是|是什么|指什么|什么叫|何谓|啥意思|定义|简称|是指|what is|what does .* mean|stand for|define", re.I),
    "list": re.compile(r"哪些|哪几|哪[两三四五六七八九十]|分别|各是|四点|三点|清单|which (?:two|three|four|five)|what are|list", re.I),
}  # fmt: skip
_HOLDS = {
    "figure": re.compile(r"\d|[一二三四五六七八九十百千万亿两]+(?:个|年|次|名|国|倍|成|项|家|人|所|条|美元|欧元|%)"),
    "date": re.compile(r"\d{4}\s*年|\d+\s*月|\d+\s*日|\b(?:19|20)\d\d\b"),
    "person": re.compile(r"表示|指出|认为|提出|总统|主席|部长|总理|教授|作者|研究员|[一-龥]·[一-龥]|（[A-Z][a-z]+ [A-Z][a-z]+|[A-Z][a-z]+ [A-Z][a-z]+"),
    "reason": re.compile(r"因为|由于|原因|因此|从而|导致|旨在|为了|以便|之所以|在于|使得|because|due to|as a result|therefore|in order to", re.I),
    "definition": re.compile(r"是指|指的是|即|简称|所谓|定义|是一[种个项]|意味着|means|refers to|defined as|is an? ", re.I),
    "list": re.compile(r"、.*、|[一二三四]是|第[一二三四]|首先|其次|包括|分别|以及|；|, .*, and "),
}  # fmt: skip
_LEANS_BACK = re.compile(
    r"^(?:其(?!中|次|他|余)|该|这|它|他们|她|他(?!国)|此|两者|二者|前者|后者|对此|为此|上述|同时|但|然而|不过|因此|所以)"
    r"|^(?:It|They|He|She|This|That|These|Those|Its|Their|His|Her|But|However|Therefore)\b"
)
_NEXT_ITEM = re.compile(r"^(?:[二三四五六七八九十]是|第[二三四五六七八九十]|其[次二三四]|再次|再者|最后|此外|另一方面|[2-9][.、])")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence or part of one, verbatim: evidence number, span in the passage, score (higher is better)."""

    place: int
    span: Span
    text: str
    score: float


class ExtractiveBackend:
    """Quotes the sentences that answer."""

    name = "extractive"

    def __init__(self, settings: Settings) -> None:
        del settings  # nothing to set: the length comes with the request

    def write(self, request: AnswerRequest) -> Iterator[str]:
        """Yield the answer, a sentence at a time."""
        units = choose_units(request)
        yield from _lay_out(units, request)


def choose_units(request: AnswerRequest) -> list[_Unit]:
    """Return the units to quote, best first."""
    asked = [kind for kind, pattern in _ASKS.items() if pattern.search(request.question)]
    units = [unit for place, item in enumerate(request.evidence) for unit in _units_of(place, item, request, asked)]
    units.sort(key=lambda unit: (-unit.score, unit.place, unit.span))
    chosen: list[_Unit] = []
    said: set[str] = set()
    room = request.max_chars
    for unit in units:
        if len(chosen) >= MOST_UNITS or (chosen and unit.score < units[0].score - WEAKEST):
            break
        wanted = [unit, *_companions(unit, units, "list" in asked)]
        for piece in wanted:
            grams = _bigrams(piece.text)
            if any(_overlaps(piece, other) for other in chosen):
                continue
            if chosen and (len(piece.text) > room or len(grams & said) > SAME_SHARE * len(grams)):
                continue
            chosen.append(piece)
            said |= grams
            room -= len(piece.text)
    return chosen


def _units_of(place: int, item: Evidence, request: AnswerRequest, asked: Sequence[str]) -> Iterator[_Unit]:
    spans = split_sentences(item.text)
    scores = item.sentence_scores or tuple(_word_share(request.question, item.text[a:b]) for a, b in spans)
    for (start, end), score in zip(spans, scores, strict=True):
        for span in _parts(item.text, start, end):
            text = item.text[slice(*span)]
            bonus = ASKED_BONUS * sum(bool(_HOLDS[kind].search(text)) for kind in asked)
            share = _word_share(request.question, text)
            yield _Unit(place, span, text, score + bonus + 0.2 * share - RANK_COST * place)


def _parts(text: str, start: int, end: int) -> list[Span]:
    """Return the span of a sentence, or of its parts between semicolons when it is long."""
    if end - start <= LONG_SENTENCE_CHARS:
        return [(start, end)]
    cuts = [start, *(start + m.end() for m in re.finditer("[；;]", text[start:end])), end]
    return [(a, b) for a, b in zip(cuts[:-1], cuts[1:], strict=True) if b > a]


def _word_share(question: str, text: str) -> float:
    """Return which share of the question's bigrams stands in `text`, 0..1."""
    wanted = _bigrams(question)
    return len(wanted & _bigrams(text)) / len(wanted) if wanted else 0.0


def _bigrams(text: str) -> set[str]:
    folded = re.sub(r"[\W_]+", "", search_form(text))
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def _overlaps(unit: _Unit, other: _Unit) -> bool:
    return unit.place == other.place and unit.span[0] < other.span[1] and other.span[0] < unit.span[1]


def _companions(unit: _Unit, units: Sequence[_Unit], is_list: bool) -> list[_Unit]:
    """Return what a unit needs beside it: the sentence it leans on, the further items of a list that it opens."""
    beside = sorted((other for other in units if other.place == unit.place), key=lambda other: other.span)
    position = beside.index(unit)
    found = []
    if _LEANS_BACK.search(unit.text) and position > 0:
        found.append(beside[position - 1])
    if is_list:
        for other in beside[position + 1 :]:
            if not _NEXT_ITEM.search(other.text):
                break
            found.append(other)
    return found


def _lay_out(units: Sequence[_Unit], request: AnswerRequest) -> Iterator[str]:
    """Yield the units by article, the article of the best unit first, inside it in the order of the source."""
    groups: dict[tuple[str, int], list[_Unit]] = {}
    for unit in units:
        passage = request.evidence[unit.place].passage
        groups.setdefault((passage.source, passage.article), []).append(unit)
    for position, members in enumerate(groups.values()):
        if position:
            yield "\n\n"
        if len(groups) > 1:
            yield _frame(request.evidence[members[0].place], request.language)
        members.sort(key=lambda unit: (request.evidence[unit.place].span[0] + unit.span[0]))
        for unit in members:
            quoted = re.sub(r"\s*\n\s*", " ", unit.text)
            yield f"{quoted}[{request.first_number + unit.place}]"


def _frame(item: Evidence, language: Language) -> str:
    title = item.title or item.source
    return f"《{title}》：" if language == "zh" else f"“{title}”: "
