"""Whether what is quoted first may answer at all: it is of the kind, year and part asked for, and denies no premise.

Input: a question, the statement that is quoted first, what stands above it, all that was found. Output: yes or no.
Method: only what a text shows by itself counts: an amount without a currency is no price, a row that repeats the
question is no reason, 第一期 is not 第二期; `rag/data/asked_kinds.tsv` and `exclusive_words.tsv` have the words.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.tables import cells, is_row
from rag.text.figure_finding import find_figures
from rag.text.figures import LEAST_AMOUNT, Figure, years_of
from rag.text.language import LATIN_WORD, is_han, letters_of, search_form
from rag.text.names import find_han_names, find_latin_names, find_quotes
from rag.text.negation import denied_word
from rag.text.numbered_parts import numbered_parts
from rag.text.numbers import read_numbers
from rag.text.units import CURRENCIES
from rag.text.words import holds_any, tag_words
from rag.vocabulary import phrases, read_table, words_of

_ASKING = {kind: phrases(asking) for kind, asking, _, _ in read_table("asked_kinds")}
_TELLING = {kind: phrases(telling) for kind, _, telling, _ in read_table("asked_kinds")}
_REASON_HEADS = next(phrases(heads) for kind, _, heads, _ in read_table("column_words") if kind == "reason")
_THEREFORE = next(phrases(words) for where, words, *_ in read_table("cause_words") if where == "therefore")
_SUBJECT_MOST_CHARS = 10  # letters before 因而, in which no cause is told
_DATES_ASKED = ("year", "date")
_BY_WORDS = ("interest", "address")
_FIGURES_ASKED = ("money", "rate", "number")  # what is asked for by the first of them is not judged by the next
_COUNTING = ("what", "which", "are the", "were the", "name the")  # stand before how many things are asked for
MOST_COUNTED = 10
_COUNTERS = "个种样条项点类大方步"  # behind how many things there are, where a question asks for all of them
_LISTING = tuple(word for kind, cell, _ in read_table("answer_types") if kind == "list" for word in phrases(cell))
_NUMBERED_BY = "号號"
_TOLD_BY = tuple("vna")  # tags of words that tell something


def is_of_another_kind(question: str, quoted: str, above: str, found: str) -> bool:
    """Say whether what is quoted first, a statement or a row below the head of its table, cannot be what is asked for.

    Title, headings and file stand `above` it; `found` is all that was found, with what stands above that.
    """
    if quoted.rstrip().endswith(("?", "？")):  # its answer follows
        return False
    return (
        _lacks_figure(question, quoted)
        or any(asks_for(kind, question) and not holds_any(f"{above}\n{quoted}", _TELLING[kind]) for kind in _BY_WORDS)
        or _lacks_name(question, quoted)
        or any(
            _lacks_date(kind, question, f"{above}\n{quoted}" if _is_row(quoted) else quoted) for kind in _DATES_ASKED
        )
        or _lacks_part(question, found)
        or _gives_no_reason(question, quoted)
        or _tells_another(question, quoted, above)
    )


def denied_premise(question: str, quoted: str) -> str:
    """Return the word of a question for a reason which the statement that is quoted denies, else ""."""
    return denied_word(quoted, question) if asks_for("reason", question) else ""


def asks_for(kind: str, question: str) -> bool:
    """Say whether a question asks for what a row of asked_kinds.tsv names: "reason" 为什么, "meaning" 指什么."""
    return holds_any(question, _ASKING[kind])


def asks_whether(question: str) -> bool:
    """Say whether a question asks for a yes or no: 完工了吗, Is it open?"""
    words, form = words_of("asking_words", "whether"), search_form(question)
    return any(word in form for word in words if not word.isascii()) or form.partition(" ")[0] in words


def tells_reason(statement: str) -> bool:
    """Say whether a statement has a word by which reasons are told: 因, 考虑到, because, due to."""
    return holds_any(statement, _TELLING["reason"])


def follows_from_before(statement: str) -> bool:
    """Say whether a statement tells an effect whose cause stands in the one before it: 展厅因而不让拍照."""
    form = search_form(statement)
    at = min((form.find(word) for word in _THEREFORE if holds_any(form, (word,))), default=-1)
    return at >= 0 and len(letters_of(form[:at])) <= _SUBJECT_MOST_CHARS


def count_asked(question: str) -> int:
    """Return how many things a question asks for: 3 of 哪三家, 三大任务, 4 of "what four steps"; 0 for one or none."""
    form = search_form(question)
    words = form.split()
    behind = [form.partition("哪")[2][:1]]
    if holds_any(question, _LISTING):
        behind += [form[at - 1] for at, character in enumerate(form) if at and character in _COUNTERS]
    behind += [word for at, word in enumerate(words) if " ".join(words[max(0, at - 2) : at]).endswith(_COUNTING)]
    numbers = (next(iter(read_numbers(word, 0)), None) for word in behind if word)
    return next((int(number.value) for number in numbers if number and 1 < number.value <= MOST_COUNTED), 0)


def _lacks_figure(question: str, quoted: str) -> bool:
    """Say whether a statement tells no figure where one is asked for; in a row the unit may stand in its head."""
    kind = next((kind for kind in _FIGURES_ASKED if asks_for(kind, question)), "")
    if not kind or asks_for("reason", question) or holds_any(quoted, _TELLING[kind]):
        return False
    kind = "number" if _is_row(quoted) else kind
    return not any(_is_of_kind(figure, kind) for figure in _figures_told(quoted))


def _lacks_date(kind: str, question: str, told: str) -> bool:
    """Say whether a statement tells no date and speaks of no year or day where one is asked for."""
    if not asks_for(kind, question) or holds_any(told, _TELLING[kind]):
        return False
    return not any(figure.kind in ("date", "decade") for figure in find_figures(told))


def _figures_told(text: str) -> list[Figure]:
    """Return the numbers of a text without the one of its heading: 2.3 of "2.3 Fees"."""
    numbers = [figure for figure in find_figures(text) if figure.kind == "number"]
    first = numbers[0].span if numbers else (0, 0)
    is_mark = first[0] == 0 and "." in text[slice(*first)] and text[first[1] :].startswith(" ")
    return numbers[1:] if is_mark else numbers


def _is_of_kind(figure: Figure, kind: str) -> bool:
    if kind == "money":
        return figure.unit in CURRENCIES or (not figure.unit and figure.value >= LEAST_AMOUNT)
    return kind == "number" or figure.unit in ("ratio", "point")


def _is_row(quoted: str) -> bool:
    return is_row(quoted.split("\n")[-1])


def _lacks_name(question: str, quoted: str) -> bool:
    """Say whether a statement tells no name, where one is asked for, but those that the question has.

    Who asks who may be told of an office, or of nobody by name, but not of the one whom the question names.
    """
    asks_who = holds_any(question, words_of("shelf_words", "who"))
    if not (asks_who or asks_for("name", question)) or _is_row(quoted) or holds_any(quoted, _TELLING["name"]):
        return False
    latin = [name for name, _ in find_latin_names(quoted) if name[:1].isupper()]
    names = [*latin, *(name for name, _ in find_han_names(quoted)), *(quote for quote, _ in find_quotes(quoted))]
    new = [name for name in names if not holds_any(question, (search_form(name),))]
    return not new and (bool(names) or asks_for("name", question))


def _lacks_part(question: str, found: str) -> bool:
    """Say whether a part is asked for by its number of which nothing was found, but others of its kind."""
    asked, told = numbered_parts(question), numbered_parts(found)
    return bool({part.kind for part in asked} & {part.kind for part in told}) and not asked & told


def _gives_no_reason(question: str, quoted: str) -> bool:
    """Say whether a row, where a reason is asked for, has no column for one, or tells what the question says alone."""
    if not asks_for("reason", question) or not _is_row(quoted) or holds_any(quoted, _TELLING["reason"]):
        return False
    head, *rows = quoted.split("\n")
    if rows and not holds_any(head, _REASON_HEADS):
        return True
    asked = _telling_words(question, "v")
    form, row = search_form(question), cells(quoted.split("\n")[-1])
    told = [words for cell in row if asked & (words := _telling_words(cell))]
    others = [_telling_words(cell, "v") for cell in row if not asked & _telling_words(cell)]
    return bool(told) and all(word in form for words in (*told, *others) for word in words)


def _telling_words(text: str, tags: str | Sequence[str] = _TOLD_BY) -> set[str]:
    return {word for word, tag, _ in tag_words(search_form(text)) if tag.startswith(tuple(tags)) and len(word) > 1}


def _tells_another(question: str, quoted: str, above: str) -> bool:
    """Say whether a statement tells of another year, ordinal or part than the question names, and of that nothing."""
    asked, told, heads = (find_figures(text) for text in (question, quoted, above))
    years, others = _named_years(asked), _named_years(told)
    if years and others and not years & (others | years_of(heads)):
        return not any(min(others) < year < max(others) for year in years)
    ordinals, counted = _ordinals(asked, question), _ordinals(told, quoted) | _ordinals(heads, above)
    if ordinals and counted and not ordinals & counted:
        return True
    return any(
        _excludes(kind, phrases(words), question, quoted, above) for kind, words, _ in read_table("exclusive_words")
    )


def _named_years(figures: Sequence[Figure]) -> frozenset[int]:
    return frozenset(figure.year for figure in figures if figure.year)


def _ordinals(figures: Sequence[Figure], text: str) -> frozenset[float]:
    """Return the numbers by which things are counted off: 第三, 三号冷库."""
    return frozenset(
        figure.value
        for figure in figures
        if figure.kind == "ordinal" or (figure.kind == "number" and text[figure.span[1] - 1] in _NUMBERED_BY)
    )


def _excludes(kind: str, words: Sequence[str], question: str, quoted: str, above: str) -> bool:
    """Say whether a statement holds another of the words than the question, and none that it holds."""
    places = {word: _with_next(word, question) if kind == "beside" else {word} for word in words}
    asked = {form for word in words if holds_any(question, [word]) for form in places[word]}
    others = {form.replace(word, other, 1) for word in words for form in places[word] & asked for other in words}
    return (
        bool(asked)
        and holds_any(quoted, others - asked)
        and not any(holds_any(text, asked) for text in (quoted, above))
    )


def _with_next(word: str, text: str) -> set[str]:
    """Return a word with what stands behind it: a Han character, or a Latin word."""
    form = search_form(text)
    behind = [form[at + len(word) :] for at in range(len(form)) if form.startswith(word, at)]
    if not word.isascii():
        return {word + rest[0] for rest in behind if rest and is_han(rest[0])}
    return {f"{word} {match.group()}" for rest in behind if (match := LATIN_WORD.match(rest.lstrip()))}
