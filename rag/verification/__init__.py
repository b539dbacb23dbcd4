"""Does each sentence of an answer stand on the passages that it cites? Deterministic, without a second model.

An answer is split into sentences, its [n] are read, those outside the evidence are struck. A sentence that a cited
passage holds word for word is supported. Of any other sentence every figure, date, name, 《title》 and quoted string
must stand in the cited passages, a sentence close to one of the passage may not turn its sense round, and the rest
must be covered by the passage's words. A passage says its text, and also its title, authors, section, table header
and page. A row of a table with its head above it is supported when each of these lines stands in the passage's text or
header; what is cited is the row.

Standings and their reasons (codes; a page translates them):
  supported  `verbatim`; `framed` (a frame such as “《题名》称：” and a verbatim rest); `overlap`; `translated` (other
             language: figures and names agree); `similar` (other language: nearest to the cited passage)
  partly     `figure_missing` (also: said of something else in the passage), `name_missing`, `quote_missing`,
             `wording_changed` (it claims more, or tells of another what the passage tells), `weak_overlap` (also:
             negations differ, and the words around them too), `other_language` (nothing in it that could be checked),
             `order_uncertain` (it would be supported, but by words whose order on the printed page cannot be told),
             `hardly_legible` (likewise, by words that were recognised in a picture with little confidence)
  not_found  `negated`, `no_overlap`, and the three `…_missing` when the words do not agree either
  uncited    `no_citation`, `citation_struck`, `lead_in` (ends in a colon), `heading`

Entry point: `verify_answer`. Knows no backend, no index and no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.records import Citation, Evidence, Passage, Sentence, Span, Standing
from rag.tables import is_row, is_rule, table_head
from rag.text.folding import fold_text, locate
from rag.text.language import main_language, split_at, without_parentheses
from rag.text.names import find_quotes
from rag.text.negation import read_polarity
from rag.verification.alterations import find_alteration
from rag.verification.citation_marks import plain_citations
from rag.verification.cited_sentences import CitedSentence, read_citations
from rag.verification.claims import find_missing
from rag.verification.claims_more import claims_more
from rag.verification.defanging import defang_text
from rag.verification.exchanges import find_displaced_figure
from rag.verification.said import Said, content_signs, said_by, share_of, word_pairs
from rag.vocabulary import words_of

# How near a sentence is to each of some passages: cosines -1..1, one for each text.
Similarity = Callable[[str, Sequence[str]], Sequence[float]]
COVERED = 0.55  # share of a sentence's word pairs that its passages hold, from which it counts as covered
ENOUGH = 0.45  # share of a sentence's `content_signs` that stand in its passages, where nothing speaks against it
WEAK = 0.30  # below this the words do not agree at all
SIMILARITY_SLACK = 0.01  # how far behind the nearest passage a cited one may lie and still carry a translation
_FRAME_MAX_CHARS = 160
# A frame says who speaks; anything else before a colon is part of the statement.
# English words stand by themselves.
_ENDS = tuple(f" {word}" if word.isascii() else word for word in words_of("attributions", "end"))
_OPENERS = tuple(f"{word} " if word.isascii() else word for word in words_of("attributions", "opener"))
_BY = tuple(f"{word} {mark}" for word in words_of("attributions", "by") for mark in '“"《')
_MIN_CORE_CHARS = 8  # of a sentence behind its frame
_MIN_LOCATED_CHARS = 4


@dataclass(frozen=True, slots=True)
class VerifiedText:
    """An answer after the check."""

    # Safe to show: citations outside the evidence struck, images, links and tags defanged. The citations that remain
    # are written [n], one number in each pair of brackets.
    text: str
    # In order. `Sentence.start` is an offset into `text`; `Sentence.text` is without [n].
    sentences: tuple[Sentence, ...]
    struck: int  # how many citations were struck


@dataclass(frozen=True, slots=True)
class _Verdict:
    standing: Standing
    reason: str
    missing: tuple[str, ...] = ()


def verify_answer(text: str, evidence: Sequence[Evidence], similarity: Similarity | None = None) -> VerifiedText:
    """Check every sentence of an answer against the passages that it cites.

    Args:
        text: The answer as a backend wrote it, its citations in any dress that `citation_marks` knows.
        evidence: Passages; [n] is `evidence[n - 1]`.
        similarity: Cosine of a sentence with each of some passage texts, for sentences in another language than
            their passages; None: such sentences are judged by their figures and names alone.

    Returns:
        The text to show and its sentences; see `VerifiedText`. An empty text gives no sentences.
    """
    passages = [item.text for item in evidence]
    safe = defang_text(plain_citations(text, passages), "\n".join(passages))
    grounds = [said_by(item.passage) for item in evidence]
    clean, drafts, struck = read_citations(safe, passages)
    sentences = tuple(_check(draft, grounds, similarity) for draft in drafts)
    return VerifiedText(clean, sentences, struck)


def _check(draft: CitedSentence, grounds: Sequence[Said], similarity: Similarity | None) -> Sentence:
    cited = [grounds[n - 1] for n in draft.numbers]
    if not cited:
        reason = "no_citation"
        if draft.struck:
            reason = "citation_struck"
        elif draft.heading:
            reason = "heading"
        elif draft.text.rstrip("*_ ").endswith((":", "：")):
            reason = "lead_in"
        return Sentence(draft.text, draft.start, "uncited", reason)
    rows = [line for line in draft.text.split("\n") if not is_rule(line)]
    is_table = all(map(is_row, rows))
    carrying = rows[-1] if is_table and rows else draft.text
    if is_table:
        verbatim = [(span, False) if (span := _locate_rows(rows, ground.passage)) else None for ground in cited]
    else:
        verbatim = [_locate_core(draft.text, ground) for ground in cited]
    spans = [found[0] if found else _best_span(carrying, ground) for found, ground in zip(verbatim, cited, strict=True)]
    if any(verbatim):
        framed = all(found is None or found[1] for found in verbatim)
        verdict = _Verdict("supported", "framed" if framed else "verbatim")
    else:
        verdict = _judge(draft.text, cited, grounds, similarity)
    if verdict.standing == "supported" and _rests_on_uncertain_order(draft.text, cited, verbatim):
        recognised = any(ground.passage.recognised for ground in cited)
        verdict = _Verdict("partly", "hardly_legible" if recognised else "order_uncertain")
    citations = []
    for number, ground, span in zip(draft.numbers, cited, spans, strict=True):
        begins = ground.passage.span[0]
        in_source = (begins + span[0], begins + span[1]) if span else None
        citations.append(Citation(number, ground.passage.id, ground.passage.source, span, in_source))
    return Sentence(draft.text, draft.start, verdict.standing, verdict.reason, tuple(citations), verdict.missing)


def _rests_on_uncertain_order(text: str, cited: Sequence[Said], verbatim: Sequence[tuple[Span, bool] | None]) -> bool:
    """Say whether a sentence stands only with words of the cited passages whose order in the print is uncertain."""
    if not any(ground.passage.uncertain for ground in cited):
        return False
    if any(verbatim):
        return all(
            found is None or _reaches_uncertain(ground.passage, found[0])
            for found, ground in zip(verbatim, cited, strict=True)
        )
    certain = frozenset().union(
        *(own for ground in cited for span, own in ground.sentences if not _reaches_uncertain(ground.passage, span))
    )
    return share_of(word_pairs(_without_frame(text, cited)), certain) < COVERED


def _reaches_uncertain(passage: Passage, span: Span) -> bool:
    return any(start < span[1] and span[0] < end for start, end in passage.uncertain)


def _locate_rows(rows: Sequence[str], passage: Passage) -> Span | None:
    """Return where the passage holds the rows below its head, else the last one, when it holds all of them in order."""
    lines = [line.strip(" |") for line in rows]
    span = locate(lines[-1], passage.text)
    before = f"{passage.header}\n{passage.text[: span[0]]}" if span else ""
    if not all(locate(line, before) for line in lines[:-1]):
        return None
    head = table_head(passage).split("\n")
    return locate("\n".join(line for line in lines if line not in head), passage.text) or span


def _locate_core(text: str, ground: Said) -> tuple[Span, bool] | None:
    """Return where the passage says `text` word for word, and whether a frame had to be taken off first."""
    if len(text) < _MIN_LOCATED_CHARS:
        return None
    whole = _locate_words(text, ground.passage.text)
    if whole:
        return whole, False
    for frame, core in _cut_at_colons(text):
        # Inside 《…：…》 or a quotation a colon is a part of it.
        is_cut = any(frame.count(a) > frame.count(b) for a, b in ("《》", "“”")) or frame.count('"') % 2
        if is_cut or len(core) < _MIN_CORE_CHARS:
            continue
        found = _locate_words(core, ground.passage.text)
        if found and _is_frame(frame, ground):
            return found, True
    return None


def _is_frame(frame: str, ground: Said) -> bool:
    """Tell whether `frame` only says who speaks: an attribution, the authors, the title or a heading of the passage."""
    label = "".join(split_at(without_parentheses(frame), '《》“”"*_')).strip()
    names = (ground.passage.title, ground.passage.source, *ground.passage.section)
    if label and fold_text(label, compact=True).text in (fold_text(name, compact=True).text for name in names):
        return True
    people = split_at(
        label.removesuffix("等").removesuffix(".").removesuffix("et al").replace(" and ", "、"), "、，,和"
    )
    authors = {fold_text(author, compact=True).text for author in ground.passage.authors}
    if all(fold_text(person, compact=True).text in authors for person in people):
        return True
    return is_attribution(label) and not read_polarity(label).negated and not find_missing(frame, [ground])[0]


def is_attribution(text: str) -> bool:
    """Say whether `text` says only who speaks, by how it begins or ends: 据报告, 林若水指出, the report states."""
    form = text.casefold()
    return f"{form} ".startswith(_OPENERS + _BY) or f" {form}".endswith(_ENDS)


def _without_frame(text: str, cited: Sequence[Said]) -> str:
    """Return `text` behind its frame: that a title is named says nothing about what is said."""
    for frame, core in _cut_at_colons(text):
        if len(core) >= _MIN_CORE_CHARS and any(_is_frame(frame, ground) for ground in cited):
            return core
    return text


def _cut_at_colons(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may be a frame, and the rest, for each colon near the beginning of `text`."""
    for at, character in enumerate(text[:_FRAME_MAX_CHARS]):
        if character in "：:":
            yield text[:at], text[at + 1 :].lstrip()


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
        found = locate(core, passage) if len(core) >= _MIN_LOCATED_CHARS else None
    return found


def _best_span(text: str, ground: Said) -> Span | None:
    """Return the passage sentence that carries most of `text`, else its longest quote's place, else None."""
    tokens = word_pairs(text)
    best = max(ground.sentences, key=lambda item: share_of(tokens, item[1]), default=None)
    if best is not None and len(tokens) >= 3 and share_of(tokens, best[1]) >= 0.4:
        return best[0]
    # A short passage sentence may stand whole inside a longer sentence of the answer.
    contained = [item for item in ground.sentences if len(item[1]) >= 6 and share_of(item[1], tokens) >= 0.7]
    if contained:
        return max(contained, key=lambda item: len(item[1]))[0]
    quotes = sorted((quote for quote, _ in find_quotes(text) if len(quote) >= 4), key=len, reverse=True)
    return next(filter(None, (locate(quote, ground.passage.text) for quote in quotes)), None)


def _judge(text: str, cited: Sequence[Said], grounds: Sequence[Said], similarity: Similarity | None) -> _Verdict:
    missing, reason, anchors = find_missing(text, cited)
    tokens = word_pairs(_without_frame(text, cited))
    coverage = share_of(tokens, frozenset().union(*(ground.tokens for ground in cited)))
    foreign = all(ground.language != main_language(text) for ground in cited)
    if foreign and coverage < COVERED:
        if not missing and (displaced := find_displaced_figure(text, cited)):
            missing, reason = (displaced,), "figure_missing"
        elif not missing and (claimed := claims_more(text, cited)):
            missing, reason = (claimed,), "wording_changed"
        return _judge_translation(text, cited, grounds, similarity, missing, reason, anchors)
    if missing:
        return _Verdict("partly" if coverage >= COVERED else "not_found", reason, missing)
    changed = find_alteration(text, tokens, cited)
    if changed is not None:
        missing = (changed.what,) if changed.what else ()
        return _Verdict("not_found" if changed.reason == "negated" else "partly", changed.reason, missing)
    signs = frozenset().union(*(ground.signs for ground in cited))
    if share_of(content_signs(_without_frame(text, cited)), signs) >= ENOUGH:
        return _Verdict("supported", "overlap")
    if coverage >= WEAK:
        return _Verdict("partly", "weak_overlap")
    return _Verdict("not_found", "no_overlap")


def _judge_translation(
    text: str,
    cited: Sequence[Said],
    grounds: Sequence[Said],
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
