"""A small sample of `make torture`, which has the kinds and the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.torture import torture


def test_a_sample_of_what_may_go_wrong_goes_well(tmp_path: Path, bank: Path) -> None:
    pytest.importorskip("resource")
    found = torture(12, 7, tmp_path, bank)
    assert [failure for tally in found.values() for failure in tally.failures] == []
    assert [name for name, tally in found.items() if not tally.tried] == []
