"""Whether a sentence claims more than its passages do: all for some, must for may, done for planned, first for second.

Input: a sentence, what its passages say. Output: the word that claims more. Method: a row of
rag/data/claims_more.tsv is broken where the sentence's clause has one of its stronger words, the clause nearest to it
in the passages has a weaker one, and neither has the other; or where nothing that is cited has a word as strong.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

from rag.text.language import LATIN_WORD, search_form
from rag.text.negation import read_polarity
from rag.text.words import tag_words
from rag.verification.clauses import clause_with_figures, clauses_of, nearest_clause
from rag.verification.said import Said
from rag.vocabulary import phrases, read_table


def claims_more(text: str, cited: Sequence[Said]) -> str:
    """Return the word by which a clause of `text` claims more than the nearest one of its passages, else ""."""
    all_told = search_form("\n".join(ground.said for ground in cited))
    for clause in clauses_of(text):
        near, same = nearest_clause(clause, cited), clause_with_figures(clause, cited)
        for where, more, less, _, _ in read_table("claims_more"):
            other = same or near if where == "figure" else near
            told = {"sentence": other.sentence, "passage": other.whole}.get(where, other.form) if other else ""
            claimed = word_among(clause.form, phrases(more))
            if where == "nowhere":
                denied = any(claimed in word for words in read_polarity(clause.form).negated for word in words)
                if claimed and not denied and not word_among(all_told, phrases(f"{more} {less}")):
                    return claimed
                continue
            if not claimed or word_among(clause.form, phrases(less)):
                continue
            weaker = word_among(told, phrases(less))
            # The second highest is not the highest.
            if weaker and not word_among(told.replace(f"{weaker} {claimed}", weaker), phrases(more)):
                return claimed
    return ""


def word_among(form: str, words: Sequence[str]) -> str:
    """Return the first of `words` that a text in search form holds, else "": 将 is none in 将近, nor all in hall."""
    latin, single = _words_of(form)
    for word in words:
        if f" {word} " in latin if word.isascii() else word in (form if len(word) > 1 else single):
            return word
    return ""


@functools.lru_cache(maxsize=4096)
def _words_of(form: str) -> tuple[str, frozenset[str]]:
    """Return the Latin words of a text between spaces, and the Chinese ones of a single character."""
    latin = f" {' '.join(LATIN_WORD.findall(form))} "
    words = [*tag_words(form), ("", "", (0, 0))]
    takes = {
        word for (word, *_), (_, tag, _) in itertools.pairwise(words) if word == "将" and tag.startswith("n")
    }  # 把
    return latin, frozenset(word for word, _, _ in words if len(word) == 1) - takes
