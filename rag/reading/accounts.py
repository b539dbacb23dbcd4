"""The rule of conservation: what a container holds is in the blocks, among what was left out, or told as lost.

The container's own text, the blocks and what was left out are compared by their runs of GRAM letters and digits, each
run counted as often as it stands there; white space, punctuation and markup are no text. A letter is read when a run
over it is in the blocks, left out when one is among what was left out, else lost; a letter of the blocks is added when
no run over it is in the container, or its title. What a table repeats, as the cell that spans several of its rows, is
not added. Fewer than GRAM such letters in a row are a seam (a number set before an item, the place where a note was
taken out), and no loss.
Entry points: `make_account`, `account_remarks`, `write_percent`.
Knows records.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import numpy as np
import numpy.typing as npt

from rag.records import Account, Document
from rag.text.language import radicals

GRAM = 4  # letters: as short as a cell of a table, long enough to be rare
MAX_LEFT_OUT = 0.1  # more than that is left out or lost: a warning
MIN_LETTERS = 20  # fewer lost or added ones are no matter for a warning
MAX_UNTOLD = 0.01  # of the text that may be lost or added without a warning
IN_RECORD = frozenset(["front_matter"])  # left out of the blocks, but what it says is in the fields of the article
_BASE = np.uint64(1_000_003)
# A number before an item may be the container's or the reader's: it is no text.
_DECIMALS, _PERCENT = 4, 100
_ORDINAL = re.compile(r"^\s*(?:\d{1,5}|[A-Za-z])[.)、]\s", re.MULTILINE)
Codes = npt.NDArray[np.uint64]


def make_account(container: str, document: Document) -> Account:
    """Return what became of a container's own text, as its format's plainest reader gives it, in a document."""
    held = _letters(container)
    prose = _letters("\n".join(block.text for block in document.blocks if block.kind != "table"))
    cells = _letters("\n".join(block.text for block in document.blocks if block.kind == "table"))
    shown = np.concatenate([prose, cells])
    titles = _letters("\n".join(article.title for article in document.articles if "title" in dict(article.origins)))
    recorded = _letters("\n".join(left.text for left in document.left_out if left.kind in IN_RECORD))
    aside = _letters("\n".join(left.text for left in document.left_out if left.kind not in IN_RECORD))
    runs = [_runs(one) for one in (held, shown, recorded, aside, titles)]
    ids = np.unique(np.concatenate(runs), return_inverse=True)[1].reshape(-1)
    places = np.split(ids, np.cumsum([len(one) for one in runs])[:-1])
    size = int(ids.max()) + 1 if len(ids) else 0
    in_held, in_shown, in_record, in_aside, in_titles = (np.bincount(one, minlength=size) for one in places)
    of_held, of_shown = places[:2]
    nth = _occurrences(of_held)
    read = _covered(nth < (in_shown + in_record)[of_held], len(held))
    told = _covered(nth < (in_shown + in_record + in_aside)[of_held], len(held))
    lost = _without_seams(~told)
    left = told & ~read
    known = _occurrences(of_shown) < np.maximum(in_held, in_titles)[of_shown]
    known[len(prose) :] |= in_held[of_shown[len(prose) :]] > 0
    total = max(len(held), 1)
    left_share = float(left.sum()) / total
    return Account(
        letters=len(held),
        read=round(1 - left_share - float(lost.sum()) / total, _DECIMALS),
        left_out=_by_kind(document, left_share),
        lost=round(float(lost.sum()) / total, _DECIMALS),
        added=round(float(_without_seams(~_covered(known, len(shown))).sum()) / max(len(shown), 1), _DECIMALS),
    )


def account_remarks(account: Account) -> tuple[str, ...]:
    """Return the warnings that an account gives rise to, as sentences of the reading report."""
    remarks = []
    unread = sum(share for _, share in account.left_out) + account.lost
    if unread > MAX_LEFT_OUT:
        remarks.append(f"warning: {write_percent(unread)} of the text is not read")
    if account.lost > MAX_UNTOLD and account.lost * account.letters >= MIN_LETTERS:
        lost = write_percent(account.lost)
        remarks.append(f"{lost} of the text stands neither in the blocks nor among what was left out")
    if account.added > MAX_UNTOLD and account.added * account.letters >= MIN_LETTERS:
        remarks.append(f"{write_percent(account.added)} of the blocks does not stand in the file's own text")
    return tuple(remarks)


def write_percent(share: float) -> str:
    """Return a share (0..1) in per cent; below one per cent with the first digit that is not 0."""
    return f"{_PERCENT * share:.0f} %" if share >= 1 / _PERCENT or not share else f"{_PERCENT * share:.1g} %"


def _letters(text: str) -> Codes:
    """Return the code points of the letters and digits of `text`, in one form for all."""
    folded = unicodedata.normalize("NFKC", _ORDINAL.sub("", text)).translate(radicals()).casefold()
    return np.fromiter((ord(one) for one in folded if one.isalnum()), dtype=np.uint64)


def _runs(letters: Codes) -> Codes:
    """Return a number for each run of GRAM letters, the same for the same run (modulo 2**64)."""
    count = max(len(letters) - GRAM + 1, 0)
    runs = np.zeros(count, dtype=np.uint64)
    for step in range(GRAM):
        runs = runs * _BASE + letters[step : step + count]
    return runs


def _occurrences(ids: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return for each element how many equal ones stand before it."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    nth = np.empty(len(ids), dtype=np.intp)
    nth[order] = np.arange(len(ids)) - np.searchsorted(ordered, ordered)
    return nth


def _covered(matched: npt.NDArray[np.bool_], length: int) -> npt.NDArray[np.bool_]:
    """Return which of `length` letters lie in a matched run."""
    covered = np.zeros(length, dtype=bool)
    for step in range(GRAM):
        covered[step : step + len(matched)] |= matched
    return covered


def _without_seams(missing: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the missing letters that stand GRAM or more in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(np.int8)))
    kept = missing.copy()
    for start, stop in edges.reshape(-1, 2):
        if stop - start < GRAM:
            kept[start:stop] = False
    return kept


def _by_kind(document: Document, share: float) -> tuple[tuple[str, float], ...]:
    """Return the share of each kind of what was left out, in the measure of their lengths, the largest first."""
    lengths = Counter[str]()
    for left in document.left_out:
        lengths[left.kind] += len(left.text) if left.kind not in IN_RECORD else 0
    total = sum(lengths.values())
    shares = [(kind, round(share * length / total, _DECIMALS)) for kind, length in lengths.items() if length]
    return tuple(sorted((one for one in shares if one[1]), key=lambda one: (-one[1], one[0])))
