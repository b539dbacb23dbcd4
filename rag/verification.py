"""Does each sentence of an answer stand on the passages that it cites? Deterministic, without a second model.

An answer is split into sentences, its [n] are read, those outside the evidence are struck. A sentence that a cited
passage holds word for word is supported. Of any other sentence every figure, date, name, 《title》 and quoted string
must stand in the cited passages, a sentence close to one of the passage may not turn its sense round, and the rest
must be covered by the passage's words. A passage says its text, and also its title, section, table header and page.

Standings and their reasons (codes; a page translates them):
  supported  `verbatim`; `framed` (a frame such as “《题名》称：” and a verbatim rest); `overlap`; `translated` (other
             language: figures and names agree); `similar` (other language: nearest to the cited passage)
  partly     `figure_missing`, `name_missing`, `quote_missing`, `wording_changed` (a noun of an otherwise verbatim
             sentence), `weak_overlap`, `other_language` (nothing in it that could be checked)
  not_found  `negated`, `no_overlap`, and the three `…_missing` when the words do not agree either
  uncited    `no_citation`, `citation_struck`, `lead_in` (ends in a colon), `heading`

Entry point: `verify_answer`. Caller: `answering`. Knows no backend, no index and no page.
"""

# ruff: noqa: SIM905 (word lists are read more easily as text)
from __future__ import annotations

import difflib
import functools
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.defanging import defang_text
from rag.figures import Figure, find_figures, holds_figure
from rag.folding import fold_text, locate
from rag.language import HAN, HAN_CHARACTER, main_language, split_sentences
from rag.names import (
    find_han_names,
    find_latin_names,
    find_quotes,
    holds_latin_name,
    latin_words,
    tag_words,
)
from rag.records import Citation, Evidence, Language, Passage, Sentence, Span, Standing
from rag.translations import chinese_names_of, english_names_of

# How near a sentence is to each of some passages: cosines -1..1, one for each text.
Similarity = Callable[[str, Sequence[str]], Sequence[float]]

COVERED = 0.55  # share of a sentence's word pairs that its passages hold, from which it counts as covered
WEAK = 0.30  # below this the words do not agree at all
NEAR_VERBATIM = 0.60  # from this share on, one passage sentence is close enough to compare word by word
SAME_SENTENCE = 0.85  # from this share on, the whole of it is one passage sentence with something changed
MOST_CHANGED = 8  # pieces (characters, English words): a longer difference is another clause, not a turned sense
SIMILARITY_SLACK = 0.01  # how far behind the nearest passage a cited one may lie and still carry a translation

_NUMBERS = r"\^?\d{1,3}(?:\s*[,，、;；\-–—]\s*\^?\d{1,3})*"
_MARK = re.compile(rf"[ \t]*(?:\[\s*(?P<a>{_NUMBERS})\s*\]|[【［]\s*(?P<b>{_NUMBERS})\s*(?:†[^】］\n]{{0,80}})?[】］])")
_PARENTHESISED = re.compile(r"[（(]\s*((?:[\[【［]\s*\^?\d{1,3}\s*[\]】］]\s*)+)[）)]")
_LINE_START = re.compile(r"[ \t]*(?:(?:#{1,6}|[-*+•>]|\(?\d{1,2}[.)）、](?!\d))[ \t]*(?=\S))*")
_FRAME = re.compile(r"[：:]\s*")
_FRAME_MAX_CHARS = 160
# A frame says who speaks; anything else before a colon is part of the statement.
_ATTRIBUTION = re.compile(
    r"(?:称|说|说道|写道|指出|认为|提到|表示|强调|记载|介绍|解释|写明|如下|原文|所述|所言)$|^(?:据|根据|按照?|依据|参见|引自|见)"
    r"|\b(?:says?|writes?|states?|notes?|reports?|reads?|puts it|argues?|observes?|explains?)$"
    r"|^(?:according to\b|as stated in\b|(?:in|from) [“\"《])",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[^，；,;。]+")
_STOP = re.compile(r"[.。！？!?…；;][”’」』）)\"'*_]*$")
_QUOTATION_MAX_CHARS = 400  # an opening mark that nothing closes must not swallow the answer
_QUOTE_PAIRS = {"“": "”", "「": "」", "『": "』"}
_TERMINAL = re.compile(r"[。！？!?….;；:：][”’」』）)\"'*_]*$")
_NEGATION_ZH = re.compile(
    r"不(?!断|仅|但|同|少|久|论|管|只|光|单|得不|可避免|过|妨|禁|免|乏|已|可分割|可或缺|懈|可)|没有?|尚?未(?!来|必不)|"
    r"无(?!线|人机|疑|论|数|非|偿|障碍|形)|非(?!洲|常|政府|盟|正式|关税|传统|营利|国家行为)|否(?!认|则|定)|勿|莫|绝非|拒绝|禁止|不可能|难以"
)
_NEGATION_EN = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|none|nobody|nothing|hardly|\w+n't)\b", re.IGNORECASE
)
_OPPOSITES = tuple(
    pair.split("/")
    for pair in (
        "增加/减少 增长/下降 上升/下降 提高/降低 扩大/缩小 加强/削弱 增强/削弱 支持/反对 赞成/反对 "
        "超过/不足 高于/低于 多于/少于 大于/小于 允许/禁止 批准/否决 通过/否决  "
        "同意/拒绝 加入/退出 接受/拒绝 肯定/否定 承认/否认 成功/失败 有利/不利 顺差/逆差 进口/出口 "
        "最高/最低 最大/最小 上限/下限 高估/低估 促进/阻碍 开放/封闭 积极/消极  "
        "早于/晚于 之前/之后 以前/以后 increase/decrease increased/decreased increases/decreases rise/fall rose/fell "
        "grew/shrank support/oppose supports/opposes supported/opposed more/less more/fewer above/below "
        "over/under before/after accept/reject accepted/rejected allow/forbid allows/forbids "
        "allowed/forbidden join/leave joined/left success/failure maximum/minimum highest/lowest "
        "largest/smallest import/export imports/exports strengthen/weaken expand/shrink higher/lower"
    ).split()
)
_OPPOSITE_OF: dict[str, set[str]] = {}
for _one, _other in _OPPOSITES:
    _OPPOSITE_OF.setdefault(_one, set()).add(_other)
    _OPPOSITE_OF.setdefault(_other, set()).add(_one)
_STOP_WORDS = frozenset(
    (
        "a an the of in on at to for from by with and or but as is are was were be been being it its this "
        "that these those which who whom whose what when where while their they them he she his her has "
        "have had do does did will would can could may might shall should not no nor than then there here "
        "also such into over about between both each more most other some only own same so too very s t "
        "according"
    ).split()
)
_TOKEN = re.compile(rf"[{HAN}]|[a-zà-ÿ]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*")
_SEPARATORS = ",;:。"
_PIECE = re.compile(rf"{_TOKEN.pattern}|[{_SEPARATORS}]")


@dataclass(frozen=True, slots=True)
class VerifiedText:
    """An answer after the check.

    Attributes:
        text: Safe to show: citations outside the evidence struck, images, links and tags defanged. The citations that
            remain are written [n], one number in each pair of brackets.
        sentences: In order. `Sentence.start` is an offset into `text`; `Sentence.text` is without [n].
        struck: How many citations were struck.
        defanged: How many images, links, tags and addresses were made harmless.
    """

    text: str
    sentences: tuple[Sentence, ...]
    struck: int
    defanged: int


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a passage says, in the forms in which it is compared."""

    passage: Passage
    said: str
    compact: str
    language: Language
    figures: tuple[Figure, ...]
    words: frozenset[str]
    tokens: frozenset[str]
    sentences: tuple[tuple[Span, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A sentence before the check: its text without [n], its offset in the clean text, what it cites."""

    text: str
    start: int
    numbers: tuple[int, ...]
    struck: int
    heading: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    standing: Standing
    reason: str
    missing: tuple[str, ...] = ()


def verify_answer(
    text: str, evidence: Sequence[Evidence], first_number: int = 1, similarity: Similarity | None = None
) -> VerifiedText:
    """Check every sentence of an answer against the passages that it cites.

    Args:
        text: The answer as a backend wrote it. [1], [1][2], [1, 2], [1-3], 【1】 and ［１］ are citations.
        evidence: Passages; [n] is `evidence[n - first_number]`.
        first_number: Number of the first evidence, from 1.
        similarity: Cosine of a sentence with each of some passage texts, for sentences in another language than
            their passages; None: such sentences are judged by their figures and names alone.

    Returns:
        The text to show and its sentences; see `VerifiedText`. An empty text gives no sentences.

    Raises:
        ValueError: `first_number` < 1.
    """
    if first_number < 1:
        raise ValueError(f"first_number must be at least 1, not {first_number}")
    safe, defanged = defang_text(text, "\n".join(item.text for item in evidence))
    grounds = [_ground(item.passage) for item in evidence]
    clean, drafts, struck = _read_citations(safe, grounds, first_number)
    sentences = tuple(_check(draft, grounds, first_number, similarity) for draft in drafts)
    return VerifiedText(clean, sentences, struck, defanged)


# --- sentences and their citations ------------------------------------------------------------------------------


def _numbers_of(mark: re.Match[str]) -> list[int]:
    numbers: list[int] = []
    parts = re.split(r"\s*([,，、;；\-–—])\s*", (mark["a"] or mark["b"]).replace("^", ""))
    for i in range(0, len(parts), 2):
        number = int(parts[i])
        if i and parts[i - 1] in "-–—" and numbers[-1] < number <= numbers[-1] + 20:
            numbers.extend(range(numbers[-1] + 1, number + 1))
        else:
            numbers.append(number)
    return numbers


def _read_citations(text: str, grounds: Sequence[_Ground], first_number: int) -> tuple[str, list[_Draft], int]:
    """Return the text with the citations that exist, its sentences with theirs, and how many were struck."""
    clean: list[str] = []
    bare: list[str] = []
    places: list[int] = []  # of each character of the bare text in the clean one
    marks: list[tuple[int, list[int], int]] = []  # place in the bare text, numbers that exist, how many do not
    length = struck = position = 0

    def keep(piece: str) -> None:
        nonlocal length
        clean.append(piece)
        bare.append(piece)
        places.extend(range(length, length + len(piece)))
        length += len(piece)

    text = _PARENTHESISED.sub(r"\1", text)
    for mark in _MARK.finditer(text):
        keep(text[position : mark.start()])
        numbers = list(dict.fromkeys(_numbers_of(mark)))
        known = [n for n in numbers if first_number <= n < first_number + len(grounds)]
        struck += len(numbers) - len(known)
        marks.append((len(places), known, len(numbers) - len(known)))
        if known:
            lead = " " if mark.group()[0].isspace() and clean and clean[-1][-1:].strip() else ""
            written = lead + "".join(f"[{n}]" for n in known)
            clean.append(written)
            length += len(written)
        position = mark.end()
    keep(text[position:])
    plain = "".join(bare)
    spans = _sentence_spans(plain, [place for place, _, _ in marks if _ends_part(plain, place)])
    owners: list[list[int]] = [[] for _ in spans]
    lost = [0] * len(spans)
    for place, known, gone in marks:
        owner = _owner(place, spans, plain)
        if owner is not None:
            owners[owner].extend(known)
            lost[owner] += gone
    spans, owners, lost = _join_verbatim(plain, spans, owners, lost, grounds, first_number)
    drafts = [
        _Draft(
            plain[start:end],
            places[start],
            tuple(dict.fromkeys(numbers)),
            gone,
            bool(re.search(r"(?:^|\n)[ \t]*#{1,6}[ \t]*$", plain[:start])),
        )
        for (start, end), numbers, gone in zip(spans, owners, lost, strict=True)
    ]
    return "".join(clean), drafts, struck


def _ends_part(plain: str, place: int) -> bool:
    """Tell whether a mark at `place` closes a part of the answer: a stop or a semicolon stands before it."""
    stop = _STOP.search(plain[max(0, place - 4) : place])
    # Behind "U.S. [1]" a small letter goes on with the sentence.
    return stop is not None and (stop.group()[0] in ";；" or not plain[place:].lstrip(" ")[:1].islower())


def _sentence_spans(plain: str, cuts: Sequence[int]) -> list[Span]:
    """Return the sentences: a line or a cut ends one, list marks are none of it, an open quotation is not cut."""
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", plain):
        head = _LINE_START.match(line.group())
        start = line.start() + (head.end() if head else 0)
        inner = [cut for cut in cuts if start < cut < line.end()]
        for piece in itertools.pairwise([start, *inner, line.end()]):
            spans.extend(_spans_of_piece(plain, *piece))
    return spans


def _spans_of_piece(plain: str, start: int, end: int) -> Iterator[Span]:
    pending: Span | None = None
    for sentence in split_sentences(plain[start:end]):
        span = (pending[0] if pending else start + sentence[0], start + sentence[1])
        body = plain[span[0] : span[1]]
        is_open = any(body.count(opener) > body.count(closer) for opener, closer in _QUOTE_PAIRS.items())
        pending = span if is_open and len(body) < _QUOTATION_MAX_CHARS else None
        if pending is None and re.search(r"\w", body):
            yield span
    if pending:
        yield pending


def _owner(place: int, spans: Sequence[Span], plain: str) -> int | None:
    """Return the sentence of a mark at `place`: the one it stands in or behind, else the next of its line."""
    before = [i for i, (start, _) in enumerate(spans) if start < place]
    if before and "\n" not in plain[spans[before[-1]][1] : place]:
        return before[-1]
    after = len(before)
    if after < len(spans) and "\n" not in plain[place : spans[after][0]]:
        return after
    return before[-1] if before else None


def _join_verbatim(
    plain: str, spans: list[Span], owners: list[list[int]], lost: list[int], grounds: Sequence[_Ground], first: int
) -> tuple[list[Span], list[list[int]], list[int]]:
    """Join an uncited line without a full stop to the cited sentence behind it when a passage has them in one go."""
    joined: tuple[list[Span], list[list[int]], list[int]] = ([], [], [])
    for span, numbers, gone in zip(spans, owners, lost, strict=True):
        while joined[0] and numbers and not joined[1][-1] and not joined[2][-1]:
            whole = (joined[0][-1][0], span[1])
            if _TERMINAL.search(plain[joined[0][-1][0] : joined[0][-1][1]]) or not any(
                locate(plain[whole[0] : whole[1]], grounds[n - first].passage.text) for n in numbers
            ):
                break
            span = whole
            for column in joined:
                column.pop()
        joined[0].append(span)
        joined[1].append(numbers)
        joined[2].append(gone)
    return joined


# --- what a passage says ----------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=512)
def _ground(passage: Passage) -> _Ground:
    said = "\n".join(
        part for part in (passage.title, *passage.section, passage.header, passage.text, passage.page) if part
    )
    sentences = []
    for start, end in split_sentences(passage.text):
        sentences.append(((start, end), _tokens(passage.text[start:end])))
    return _Ground(
        passage,
        said,
        fold_text(said, compact=True).text,
        main_language(passage.text),
        find_figures(said),
        latin_words(said + " " + passage.source),
        _tokens(said),
        tuple(sentences),
    )


def _tokens(text: str) -> frozenset[str]:
    """Return the pairs of Chinese characters, the stems of English words and the figures of `text`.

    A figure is one token in whatever form it is written: 百分之四十 is no run of characters.
    """
    tokens: set[str] = set()
    plain = text
    for figure in find_figures(text):
        start, end = figure.span
        plain = plain[:start] + "，" * (end - start) + plain[end:]
        if figure.kind == "date":
            parts = (("y", figure.year), ("m", figure.month), ("d", figure.day), ("q", figure.quarter))
            tokens.update(f"#{name}{part}" for name, part in parts if part)
        else:
            tokens.add(f"#{figure.value:g}")
    folded = fold_text(plain).text.casefold()
    previous = ""
    end = -1
    for match in _TOKEN.finditer(folded):
        token = match.group()
        if HAN_CHARACTER.match(token):
            # A comma does not part a pair for good: order of clauses is free, so pairs stay inside a clause.
            if previous and end == match.start():
                tokens.add(previous + token)
            previous, end = token, match.end()
            continue
        previous = ""
        if token[0].isdigit():
            tokens.add(token.replace(",", ""))
        elif token not in _STOP_WORDS:
            tokens.add(re.sub(r"(?:'s|ies|es|s|ed|ing|ly)$", "", token) if len(token) > 4 else token)
    return frozenset(tokens)


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


# --- the check of one sentence ----------------------------------------------------------------------------------


def _check(draft: _Draft, grounds: Sequence[_Ground], first: int, similarity: Similarity | None) -> Sentence:
    cited = [grounds[n - first] for n in draft.numbers]
    if not cited:
        reason = "no_citation"
        if draft.struck:
            reason = "citation_struck"
        elif draft.heading:
            reason = "heading"
        elif draft.text.rstrip("*_ ").endswith((":", "：")):
            reason = "lead_in"
        return Sentence(draft.text, draft.start, "uncited", reason)
    verbatim = [_locate_core(draft.text, ground) for ground in cited]
    spans: list[Span | None]
    if any(verbatim):
        framed = all(found is None or found[1] for found in verbatim)
        verdict = _Verdict("supported", "framed" if framed else "verbatim")
        spans = [
            found[0] if found else _best_span(draft.text, ground) for found, ground in zip(verbatim, cited, strict=True)
        ]
    else:
        verdict = _judge(draft.text, cited, grounds, similarity)
        spans = [_best_span(draft.text, ground) for ground in cited]
    citations = tuple(
        Citation(n, ground.passage.id, ground.passage.source, span, _in_source(ground.passage, span))
        for n, ground, span in zip(draft.numbers, cited, spans, strict=True)
    )
    return Sentence(draft.text, draft.start, verdict.standing, verdict.reason, citations, verdict.missing)


def _in_source(passage: Passage, span: Span | None) -> Span | None:
    return None if span is None else (passage.span[0] + span[0], passage.span[0] + span[1])


def _locate_core(text: str, ground: _Ground) -> tuple[Span, bool] | None:
    """Return where the passage says `text` word for word, and whether a frame had to be taken off first."""
    if len(text) < 4:
        return None
    whole = _locate_words(text, ground.passage.text)
    if whole:
        return whole, False
    for colon in _FRAME.finditer(text[:_FRAME_MAX_CHARS]):
        frame, core = text[: colon.start()], text[colon.end() :]
        # Inside 《…：…》 or a quotation a colon is a part of it.
        is_cut = any(frame.count(a) > frame.count(b) for a, b in ("《》", "“”")) or frame.count('"') % 2
        if is_cut or len(core) < 8:
            continue
        found = _locate_words(core, ground.passage.text)
        if found and _is_frame(frame, ground):
            return found, True
    return None


def _is_frame(frame: str, ground: _Ground) -> bool:
    """Tell whether `frame` only says who speaks: an attribution, or the title or a heading of the passage."""
    label = re.sub(r"[《》“”\"*_]|[（(][^（）()]*[）)]", "", frame).strip()
    names = (ground.passage.title, ground.passage.source, *ground.passage.section)
    if label and fold_text(label, compact=True).text in (fold_text(name, compact=True).text for name in names):
        return True
    return bool(_ATTRIBUTION.search(label)) and not _negations(label) and not _missing(frame, [ground])[0]


def _without_frame(text: str, cited: Sequence[_Ground]) -> str:
    """Return `text` behind its frame: that a title is named says nothing about what is said."""
    for colon in _FRAME.finditer(text[:_FRAME_MAX_CHARS]):
        if len(text) - colon.end() >= 8 and any(_is_frame(text[: colon.start()], ground) for ground in cited):
            return text[colon.end() :]
    return text


def _locate_words(text: str, passage: str) -> Span | None:
    """Locate `text`, else `text` without the quotation marks around it, else without its closing punctuation."""
    found = locate(text, passage)
    if found:
        return found
    core = text.strip(" *_")
    if core[:1] in '“「『"' and core[-1:] in '”」』"。.':
        core = core.strip('“”「」『』"')
        found = locate(core, passage)
    if not found:
        core = core.rstrip('。.!！?？;；,，:：…”」』"')
        found = locate(core, passage) if len(core) >= 4 else None
    return found


def _best_span(text: str, ground: _Ground) -> Span | None:
    """Return the passage sentence that carries most of `text`, else its longest quote's place, else None."""
    tokens = _tokens(text)
    best = max(ground.sentences, key=lambda item: _share(tokens, item[1]), default=None)
    if best is not None and len(tokens) >= 3 and _share(tokens, best[1]) >= 0.4:
        return best[0]
    # A short passage sentence may stand whole inside a longer sentence of the answer.
    contained = [item for item in ground.sentences if len(item[1]) >= 6 and _share(item[1], tokens) >= 0.7]
    if contained:
        return max(contained, key=lambda item: len(item[1]))[0]
    quotes = sorted((quote for quote, _ in find_quotes(text)), key=len, reverse=True)
    for quote in quotes:
        if len(quote) >= 4 and (span := locate(quote, ground.passage.text)):
            return span
    return None


def _judge(text: str, cited: Sequence[_Ground], grounds: Sequence[_Ground], similarity: Similarity | None) -> _Verdict:
    missing, reason, anchors = _missing(text, cited)
    tokens = _tokens(_without_frame(text, cited))
    coverage = _share(tokens, frozenset().union(*(ground.tokens for ground in cited)))
    foreign = all(ground.language != main_language(text) for ground in cited)
    if foreign and coverage < COVERED:
        return _judge_translation(text, cited, grounds, similarity, missing, reason, anchors)
    if missing:
        return _Verdict("partly" if coverage >= COVERED else "not_found", reason, missing)
    changed = _compare_nearest(text, tokens, cited)
    if changed is not None:
        return changed
    if coverage >= COVERED:
        return _Verdict("supported", "overlap")
    if coverage >= WEAK:
        return _Verdict("partly", "weak_overlap")
    return _Verdict("not_found", "no_overlap")


def _judge_translation(
    text: str,
    cited: Sequence[_Ground],
    grounds: Sequence[_Ground],
    similarity: Similarity | None,
    missing: tuple[str, ...],
    reason: str,
    anchors: int,
) -> _Verdict:
    """Judge a sentence in another language than its passages: by figures and names, then by vectors.

    A threshold on a cosine would belong to one model; that no other passage of the evidence is nearer belongs to none.
    """
    near: bool | None = None
    if similarity is not None and len(grounds) > 1:
        scores = similarity(text, [ground.passage.text for ground in grounds])
        own = max(score for score, ground in zip(scores, grounds, strict=True) if ground in cited)
        near = own >= max(scores) - SIMILARITY_SLACK
    if missing:
        return _Verdict("partly" if anchors and near is not False else "not_found", reason, missing)
    if near is False and anchors < 2:
        return _Verdict("not_found", "no_overlap")
    if anchors >= 2:
        return _Verdict("supported", "translated")
    if near:
        return _Verdict("supported", "similar")
    return _Verdict("partly", "other_language")


def _missing(text: str, cited: Sequence[_Ground]) -> tuple[tuple[str, ...], str, int]:
    """Return what of `text` its passages do not hold, the reason of the first of it, and how much they do hold."""
    lost: list[tuple[int, str, str]] = []
    held = 0
    quotes = find_quotes(text)
    quoted: list[Span] = []
    figured: list[Span] = []  # "US dollars" names no state
    for quote, span in quotes:
        quoted.append(span)
        wanted = fold_text(quote, compact=True).text
        if any(wanted in ground.compact for ground in cited):
            held += 1
        else:
            lost.append((span[0], "quote_missing", quote))
    for figure in find_figures(text):
        if _inside(figure.span, quoted):
            continue
        figured.append(figure.span)
        if any(holds_figure(figure, g.figures, bare_fits=g.passage.kind == "table") for g in cited):
            held += 1
        else:
            lost.append((figure.span[0], "figure_missing", text[figure.span[0] : figure.span[1]]))
    words = frozenset().union(*(ground.words for ground in cited))
    for name, span in find_latin_names(text):
        if _inside(span, quoted) or _inside(span, figured):
            continue
        if holds_latin_name(name, words):
            held += 1
            continue
        chinese = chinese_names_of(name)
        if chinese and any(form in ground.compact for form in chinese for ground in cited):
            held += 1
        elif (
            chinese
            or all(ground.language == "en" for ground in cited)
            or _is_acronym(name)
            or main_language(text) == "zh"
        ):
            lost.append((span[0], "name_missing", name))
    if any(ground.language == "zh" for ground in cited):
        for name, span in find_han_names(text):
            if _inside(span, quoted):
                continue
            form = fold_text(name, compact=True).text
            if any(form in ground.compact or _short_form(form, ground) for ground in cited):
                continue
            lost.append((span[0], "name_missing", name))
    elif main_language(text) == "zh":
        for name, span in find_han_names(text):
            english = english_names_of(name)
            if any(holds_latin_name(word, words) for word in english):
                held += 1
            elif english and not _inside(span, quoted):
                lost.append((span[0], "name_missing", name))
    lost.sort()
    return tuple(item for _, _, item in lost), lost[0][1] if lost else "", held


def _is_acronym(name: str) -> bool:
    return len(re.findall(r"[A-Z0-9]", name)) >= 2


def _short_form(name: str, ground: _Ground) -> bool:
    """Tell whether the passage uses the one-character name of a country: 美 of 美国 and 美方, 日 of 日本."""
    return len(name) == 2 and name[1] in "国本洲方" and name[0] in ground.compact


def _inside(span: Span, others: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _compare_nearest(text: str, tokens: frozenset[str], cited: Sequence[_Ground]) -> _Verdict | None:
    """Compare `text` word by word with the nearest passage sentence; None when nothing speaks against it.

    Only what was put in, taken out or replaced within a few words counts: a clause left out is a shorter sentence,
    a 不 that came or went is another sense.
    """
    for clause in _CLAUSE.findall(text):
        if turned := _turned(clause, _tokens(clause), cited, NEAR_VERBATIM):
            return _Verdict("not_found", "negated", (turned,))
    if turned := _turned(text, tokens, cited, SAME_SENTENCE):
        return _Verdict("not_found", "negated", (turned,))
    share, span, ground = _nearest_sentence(tokens, cited)
    if ground is None or share < NEAR_VERBATIM:
        return None
    ours, theirs = _pieces(text), _pieces(ground.passage.text[span[0] : span[1]])
    codes = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    for i, (tag, a, b, c, d) in enumerate(codes):
        if i == 0:  # opening words (“此外，”) and what the passage says before are no part of the change
            a = max([a, *(k + 1 for k in range(a, b - 1) if ours[k] in _SEPARATORS)])
            c = max([c, *(k + 1 for k in range(c, d - 1) if theirs[k] in _SEPARATORS)])
        if tag != "replace" or not 0 < b - a <= MOST_CHANGED or not 0 < d - c <= MOST_CHANGED:
            continue
        figure = _changed_figure(ours[a:b], theirs[c:d], _around(ours, a, b), _around(theirs, c, d))
        if figure:
            return _Verdict("partly", "figure_missing", (figure,))
        if name := _changed_name(text, ours[a:b], cited):
            return _Verdict("partly", "name_missing", (name,))
        if share >= 0.75 and (noun := _changed_noun(text, ours, a, b, cited)):
            return _Verdict("partly", "wording_changed", (noun,))
    return None


def _nearest_sentence(tokens: frozenset[str], cited: Sequence[_Ground]) -> tuple[float, Span, _Ground | None]:
    """Return the passage sentence that holds the largest share of `tokens`: share, span, passage."""
    return max(
        ((_share(tokens, own), span, ground) for ground in cited for span, own in ground.sentences),
        key=lambda item: item[0],
        default=(0.0, (0, 0), None),
    )


def _turned(text: str, tokens: frozenset[str], cited: Sequence[_Ground], least: float) -> str:
    """Return what turns the sense of `text` round against the nearest passage sentence, "" when nothing does."""
    share, span, ground = _nearest_sentence(tokens, cited)
    if ground is None or share < least or len(tokens) < 2:
        return ""
    ours, theirs = _pieces(text), _pieces(ground.passage.text[span[0] : span[1]])
    codes = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    for i, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            continue
        other_start = c - 1
        # The passage goes on before and behind: of that only what touches `text` matters, a 没有 or a "not".
        if i == 0 and d > c:
            touching = 1 if theirs[d - 1].isascii() else 2
            c = max([c, d - touching, *(k + 1 for k in range(c, d) if theirs[k] in _SEPARATORS)])
            other_start = c
        elif i == len(codes) - 1:
            if tag == "insert":
                continue
            d = min([d, c + b - a, *(k for k in range(c, d) if theirs[k] in _SEPARATORS)])
        if b - a > MOST_CHANGED or d - c > MOST_CHANGED:
            continue
        mine, other = _join(ours[max(0, a - 1) : b + 1]), _join(theirs[max(0, other_start) : d + 1])
        if _negations(mine) != _negations(other) or _opposed(ours[a:b], theirs[c:d], mine, other):
            return _show(text, ours, a, b, mine)
    return ""


def _pieces(text: str) -> list[str]:
    """Return characters, English words, numerals and the marks between clauses, folded."""
    return [
        token.replace(",", "") if token[0].isdigit() else token
        for token in _PIECE.findall(fold_text(text).text.casefold())
    ]


def _around(pieces: Sequence[str], start: int, end: int) -> str:
    """Return the changed pieces with one neighbour on each side, as the text they were."""
    return _join(pieces[max(0, start - 1) : end + 1])


def _join(pieces: Sequence[str]) -> str:
    return "".join(piece if HAN_CHARACTER.match(piece) else f" {piece} " for piece in pieces)


def _negations(text: str) -> int:
    return (len(_NEGATION_ZH.findall(text)) + len(_NEGATION_EN.findall(text))) % 2


def _opposed(mine: Sequence[str], other: Sequence[str], mine_around: str, other_around: str) -> bool:
    for word, opposites in _OPPOSITE_OF.items():
        if word.isascii():
            if word in mine and word not in other and opposites & set(other):
                return True
        elif word in mine_around and word not in other_around and any(o in other_around for o in opposites):
            return True
    return False


def _show(text: str, pieces: Sequence[str], start: int, end: int, around: str) -> str:
    changed = "".join(pieces[start:end])
    return changed if changed and changed in text else around.strip()


def _changed_figure(mine: Sequence[str], other: Sequence[str], mine_around: str, other_around: str) -> str:
    """Return the numeral that stands where the passage has another one, "" when none does.

    The passage may hold the same number elsewhere (5位 became 2位, and it speaks of 两个 other things), and a vague
    number (数千亿, 数千万) is no figure that could be looked up.
    """
    numerals = re.compile(r"[\d.,零〇一二两三四五六七八九十百千万亿兆]+")
    ours, theirs = "".join(mine), "".join(other)
    if not numerals.fullmatch(ours) or not numerals.fullmatch(theirs):
        return ""
    given = find_figures(other_around)
    if all(holds_figure(figure, given) for figure in find_figures(mine_around)) and find_figures(mine_around):
        return ""
    return mine_around.strip()


def _changed_name(text: str, changed: Sequence[str], cited: Sequence[_Ground]) -> str:
    """Return the capitalised word that replaced another, be it the first of its sentence, "" when none did."""
    for word in changed:
        written = (
            re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text, re.IGNORECASE) if word.isascii() else None
        )
        if written and word[0].isalpha() and written.group()[0].isupper() and word not in _STOP_WORDS:
            bare = word.removesuffix("'s")
            if len(bare) > 1 and not any(holds_latin_name(bare, ground.words) for ground in cited):
                return written.group()
    return ""


def _changed_noun(text: str, pieces: Sequence[str], start: int, end: int, cited: Sequence[_Ground]) -> str:
    """Return the noun or name that replaced another in an otherwise verbatim sentence, "" when none did.

    A verb may be a synonym (提出, 推出); another person, body, place or thing is another statement.
    """
    changed = "".join(pieces[start:end])
    if not changed or not all(HAN_CHARACTER.match(piece) for piece in pieces[start:end]):
        return ""
    folded = fold_text(text, compact=True).text
    for word, tag, (a, b) in tag_words(folded):
        position = folded.find(changed)
        overlaps = a < position + len(changed) and position < b
        if not overlaps or not tag.startswith(("n", "j")) or len(word) < 2:
            continue
        if not any(word in ground.compact for ground in cited):
            return word
    return ""
