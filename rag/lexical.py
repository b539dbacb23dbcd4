"""Keyword search over Chinese and English: BM25 over jieba's search mode and character bigrams.

jieba alone misses names that it cuts wrongly, bigrams alone bury words in noise: a text is indexed under both, and a
bigram counts less. BM25 itself is bm25s (Lù 2024, arXiv 2407.03618), Lucene's variant.
Entry points: `KeywordIndex.build`, `KeywordIndex.load`, `Tokenizer`. Callers: indexing, retrieval.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

from rag.spelling import Spelling
from rag.text.language import HAN, search_form
from rag.text.words import own_dictionary

Floats = npt.NDArray[np.float32]
BIGRAM_WEIGHT = 0.5  # a bigram is half a word: two of them say what one word says
K1 = 1.2
B = 0.75
_RUN = re.compile(rf"[{HAN}]+|[a-zà-öø-ÿа-я0-9]+(?:[.+\-'&/][a-zà-öø-ÿа-я0-9]+)*%?")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_GRAM_MARK = "_"  # keeps the bigram 中国 apart from the word 中国


class Tokenizer:
    """Cuts texts into the terms of the keyword index.

    Args:
        names: Words that jieba's dictionary lacks: names and terms of the corpus, in search form.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._jieba = own_dictionary(names)

    def words(self, text: str) -> list[str]:
        """Return the words of `text`: jieba's search mode for Chinese, whole and split compounds for Latin."""
        words: list[str] = []
        for run in _RUN.findall(search_form(text)):
            if _HAN_RUN.fullmatch(run):
                words += self._jieba.cut_for_search(run)
            else:
                words.append(run)
                parts = re.findall(r"[^\W_]+", run)
                if len(parts) > 1:
                    words += parts
        return words

    def cut(self, run: str) -> list[str]:
        """Return a run of Han characters, cut into words without overlap."""
        return list(self._jieba.cut(run))

    def bigrams(self, text: str) -> list[str]:
        """Return the character bigrams of the Han runs of `text`."""
        runs = _HAN_RUN.findall(search_form(text))
        return [_GRAM_MARK + run[i : i + 2] for run in runs for i in range(len(run) - 1)]

    def terms(self, text: str) -> list[str]:
        """Return all terms that `text` is indexed under."""
        return self.words(text) + self.bigrams(text)

    def weighted(self, text: str) -> dict[str, float]:
        """Return the terms of a question with their weights; a term counts once."""
        weights = dict.fromkeys(self.bigrams(text), BIGRAM_WEIGHT)
        weights.update(dict.fromkeys(self.words(text), 1.0))
        return weights


class KeywordIndex:
    """BM25 over passages; a passage's row is its place in the order of building."""

    def __init__(self, scorer: bm25s.BM25, tokenizer: Tokenizer, names: Sequence[str]) -> None:
        self._scorer = scorer
        self.tokenizer = tokenizer
        self._names = list(names)
        # A row of bm25s's sparse matrix holds a term's passages, so its length is the term's document frequency.
        self._frequencies = np.diff(scorer.scores["indptr"]).tolist()

    @classmethod
    def build(cls, texts: Sequence[str], names: Sequence[str] = ()) -> KeywordIndex:
        """Index `texts`; `names` are added to jieba's dictionary first."""
        tokenizer = Tokenizer(names)
        scorer = bm25s.BM25(method="lucene", k1=K1, b=B)
        terms = [tokenizer.terms(text) or [""] for text in texts]
        # The ids are ours: bm25s numbers the terms of a set, otherwise in each process.
        ids = {term: number for number, term in enumerate(sorted({term for row in terms for term in row}))}
        scorer.index(
            bm25s.tokenization.Tokenized([[ids[term] for term in row] for row in terms], ids), show_progress=False
        )
        return cls(scorer, tokenizer, names)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`: NumPy arrays and JSON."""
        self._scorer.save(folder, show_progress=False)
        (folder / "names.json").write_text(json.dumps(self._names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        """Read what `save` wrote."""
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        return cls(bm25s.BM25.load(folder), Tokenizer(names), names)

    def frequency(self, word: str) -> int:
        """Return in how many passages all the terms of `word` may stand: the count of the rarest; 0: in none."""
        terms = self.tokenizer.terms(word)
        return min(
            (self._frequencies[self._scorer.vocab_dict[t]] if t in self._scorer.vocab_dict else 0 for t in terms),
            default=0,
        )

    @functools.cached_property
    def spelling(self) -> Spelling:
        """What the corpus knows of characters side by side."""
        grams = ((term, row) for term, row in self._scorer.vocab_dict.items() if term.startswith(_GRAM_MARK))
        return Spelling({term.removeprefix(_GRAM_MARK): self._frequencies[row] for term, row in grams})

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """Return (n,) float32 BM25 scores: the sum over terms of weight times the term's score, 0 where none stands."""
        total = np.zeros(int(self._scorer.scores["num_docs"]), np.float32)
        groups: dict[float, list[str]] = {}
        for term, weight in terms.items():
            if term in self._scorer.vocab_dict:
                groups.setdefault(weight, []).append(term)
        for weight, group in groups.items():
            total += weight * self._scorer.get_scores(group)
        return total
