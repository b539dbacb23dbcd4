"""Whether a sentence tells of a case what its passages tell of another: an exception as the rule.

Input: a sentence, what its passages say. Output: whether an exception (除…外, …的除外, except …) is told like the rule:
neither is negated, or both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.text.negation import read_polarity
from rag.verification.claims_more import word_among
from rag.verification.clauses import Clause, clauses_of, clauses_told
from rag.verification.said import Said, content_signs, share_of
from rag.vocabulary import words_of

_NEARLY_ALL, _FEW = 0.7, 0.35  # shares of words
_LEAST_WORDS = 2


def tells_exception(text: str, cited: Sequence[Said]) -> bool | None:
    """Say whether `text` tells of an exception something else than of the rule; None where it tells of none."""
    for clause in () if any(_exceptions(clauses_of(text))) else clauses_of(text):
        for excepted, rule in _exceptions(clauses_told(cited)):
            signs = content_signs(excepted)
            about = share_of(clause.signs - signs, content_signs(rule))
            if len(signs) >= _LEAST_WORDS and share_of(signs, clause.signs) >= _NEARLY_ALL and about >= _FEW:
                return _is_negated(text) != _is_negated(rule)
    return None


def _exceptions(told: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    """Yield what is excepted, and from what: the rest of its sentence."""
    for clause in told:
        rest = " ".join(one.form for one in told if one.sentence == clause.sentence and one != clause)
        if word := word_among(clause.form, sorted(words_of("exception_words", "opens"))):
            before, _, excepted = clause.form.partition(word)
            ends = [excepted.partition(end) for end in words_of("exception_words", "closes") if end in excepted]
            excepted, _, behind = min(ends, key=lambda parts: len(parts[0]), default=(excepted, "", ""))
            yield excepted, f"{before} {behind}" if content_signs(before + behind) else rest
        elif clause.form.endswith(("的", "者")) and (denial := _denial_behind(clause, told)):
            yield (
                clause.form,
                " ".join(one.form for one in told if one not in (clause, denial) and not _is_negated(one.form)),
            )
        elif any(word in clause.form for word in words_of("exception_words", "ends")):
            yield clause.form, rest


def _denial_behind(condition: Clause, told: Sequence[Clause]) -> Clause | None:
    """Return the clause right behind a condition where it denies, and ends the sentence: …的，不适用本条."""
    behind = [one for one in told[told.index(condition) + 1 :] if one.sentence == condition.sentence]
    polarity = read_polarity(behind[0].form) if len(behind) == 1 else None
    denies = polarity and polarity.negated and polarity.covered[0][0] < _LEAST_WORDS
    return behind[0] if denies else None


def _is_negated(text: str) -> bool:
    return bool(read_polarity(text).covered)
