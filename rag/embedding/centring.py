"""Takes the language out of a vector, so that an English question finds a Chinese passage.

Multilingual vectors carry a strong mark of their language: an English question finds whatever is English first.
Subtracting from each vector the mean of its language, questions and passages each their own, removes it (Yang et al.,
"A Simple and Effective Method to Eliminate the Self Language Bias", EMNLP 2021). The mean of a corpus's passages is
known; that of its questions is not, and is put together from what ships with the project, as language and domain add
up:

    mean(questions in L) ≈ mean(general questions in L) + share · (mean(corpus in M) − mean(general passages in M))

where M is the corpus's main language. Token vectors are treated alike, with means of their own.
Entry points: `sum_source`, `learn_centring`, `Centring`. Knows the model only through `Embedder`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt

from rag.embedding import Embedder, Floats
from rag.embedding.arrays import read_arrays
from rag.embedding.token_codes import Codes, unpack_tokens
from rag.records import Language, Passage

Doubles = npt.NDArray[np.float64]
Means = dict[str, Floats]  # mean vectors, each (dim,), by dotted names
LANGUAGES: tuple[Language, ...] = get_args(Language)
DOMAIN_SHARE = 0.6  # how much of the corpus's domain its questions share with its passages
SAVED = "centring.npz"
SHIPPED = "general_means.npz"  # made by training.general_means
AT_ONCE = 4096  # passages that are centred at once
PRIOR_COUNT = 20  # a language with few passages leans on the general mean, as if it had this many more there


@functools.cache
def general_bank() -> dict[str, dict[str, list[str]]]:
    """Return the general texts that ship with the project: `["questions" | "passages"][language]`."""
    bank: dict[str, dict[str, list[str]]] = json.loads((files("rag") / "data" / "general_bank.json").read_text("utf-8"))
    return bank


def shipped_means(key: str) -> Means | None:
    """Return the means that come with the project, if they are of what `means_key` calls `key`."""
    arrays = read_arrays(Path(str(files("rag") / "data" / SHIPPED)))
    return arrays if str(arrays.pop("key")) == key else None


def means_key(embedder: Embedder) -> str:
    """Return what identifies the means of a model: its name and a hash of the bank."""
    return f"{embedder.name}|{hashlib.sha256(json.dumps(general_bank(), ensure_ascii=False).encode()).hexdigest()}"


def general_means(embedder: Embedder) -> Means:
    """Return the means of the bank by "role.kind.language", such as "questions.tokens.zh"; takes some 700 short texts.

    Roles are those of the bank; "vectors" are of whole texts, "tokens" of their tokens.
    """
    bank = general_bank()
    means: Means = {}
    for role, encode in (("questions", embedder.encode_questions), ("passages", embedder.encode_passages)):
        for language in LANGUAGES:
            encoded = encode(sorted(bank[role][language], key=len))
            vectors, tokens = ([item.vector for item in encoded], np.concatenate([item.tokens for item in encoded]))
            means[f"{role}.vectors.{language}"] = np.asarray(np.mean(vectors, axis=0), np.float32)
            means[f"{role}.tokens.{language}"] = np.asarray(tokens.mean(axis=0), np.float32)
    return means


@dataclass(frozen=True, slots=True)
class Centring:
    """What is subtracted: means by "kind.role.language", such as "tokens.question.zh"; roles: question, passage."""

    means: Means

    def centre_passages(self, vectors: npt.NDArray[np.floating], languages: Sequence[str]) -> Floats:
        """Return (n, dim) float32 passage vectors without their language, unit rows, from those of any precision."""
        centred = np.empty(vectors.shape, np.float32)
        for start in range(0, len(vectors), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            means = np.stack([self.means[f"vectors.passage.{language}"] for language in languages[part]])
            centred[part] = _centred(vectors[part], means)
        return centred

    def centre_question(self, vector: Floats, language: str) -> Floats:
        """Return the (dim,) question vector without its language, unit length."""
        return _centred(vector, self.means[f"vectors.question.{language}"])

    def centre_tokens(self, tokens: Floats, role: str, language: str) -> Floats:
        """Return the (n, token_dim) token vectors of a "question" or "passage" without its language, unit rows."""
        return _centred(tokens, self.means[f"tokens.{role}.{language}"])

    def save(self, folder: Path) -> None:
        """Write the means into `folder`."""
        np.savez(folder / SAVED, allow_pickle=False, **self.means)

    @classmethod
    def load(cls, folder: Path) -> Centring:
        """Read what `save` wrote."""
        return cls(read_arrays(folder / SAVED))


def _centred(vectors: npt.NDArray[np.floating], means: Floats) -> Floats:
    rest = vectors - means
    norms = np.linalg.norm(rest, axis=-1, keepdims=True)
    return np.asarray(rest / np.maximum(norms, 1e-9), np.float32)


# By language and whether they are footnotes: what a passage is summed with.
Group = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over passages of a group: how many there are and the (dim,) sum of their vectors; the same of their tokens.

    A source's are kept as float32 and added up as float64, so that the means do not depend on what was built when.
    """

    passages: int
    vectors: Doubles
    tokens: int
    token_vectors: Doubles

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.passages + other.passages,
            self.vectors + other.vectors,
            self.tokens + other.tokens,
            self.token_vectors + other.token_vectors,
        )


def sum_source(passages: Sequence[Passage], vectors: Floats, codes: Sequence[Codes]) -> dict[Group, Sums]:
    """Return the sums of a source's passages by group; `vectors` has (n, dim) float32, `codes` what tokens pack to."""
    groups: dict[Group, list[int]] = {}
    for row, passage in enumerate(passages):
        groups.setdefault((passage.language, passage.kind == "footnote"), []).append(row)
    return {
        group: Sums(
            len(rows),
            vectors[rows].sum(0).astype(np.float64),
            sum(len(codes[row]) for row in rows),
            np.array([unpack_tokens(codes[row]).sum(0) for row in rows], np.float64).sum(0),
        )
        for group, rows in groups.items()
    }


def learn_centring(general: Means, sources: Iterable[Mapping[Group, Sums]]) -> Centring:
    """Return the means of a corpus, from `general_means` of the same model and the sums of each source, in order.

    Footnotes do not count where a language has other passages.
    """
    totals: dict[Group, Sums] = {}
    for sums in sources:
        for group, one in sums.items():
            totals[group] = totals[group] + one if group in totals else one
    zeros = {kind: np.zeros(len(general[f"passages.{kind}.zh"]), np.float64) for kind in ("vectors", "tokens")}
    none = Sums(0, zeros["vectors"], 0, zeros["tokens"])
    main = max(LANGUAGES, key=lambda language: totals.get((language, False), none).passages)
    counted = {language: totals.get((language, False)) or totals.get((language, True), none) for language in LANGUAGES}
    vectors = {language: (one.vectors, one.passages) for language, one in counted.items()}
    tokens = {language: (one.token_vectors, one.tokens) for language, one in counted.items()}
    return Centring(_means_of("vectors", general, vectors, main) | _means_of("tokens", general, tokens, main))


def _means_of(kind: str, general: Means, sums: Mapping[Language, tuple[Doubles, int]], main: Language) -> Means:
    prior_count = PRIOR_COUNT * (1 if kind == "vectors" else 100)  # a passage has some hundred tokens
    texts = {language: general[f"passages.{kind}.{language}"] for language in LANGUAGES}
    total, count = sums[main]
    shift = np.asarray(total / max(count, 1) - texts[main], np.float32)
    means: Means = {}
    for language, (total, count) in sums.items():
        passage = (total + prior_count * (texts[language] + shift)) / (count + prior_count)
        means[f"{kind}.passage.{language}"] = np.asarray(passage, np.float32)
        question = general[f"questions.{kind}.{language}"] + DOMAIN_SHARE * shift
        means[f"{kind}.question.{language}"] = np.asarray(question, np.float32)
    return means
