"""One test over the rows of a table: a test a row costs milliseconds a row, in each process that collects it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def each(rows: Iterable[Any]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Have a test run for each row, and fail in the end with every row that failed and why, or if there is none."""

    def decorate(test: Callable[[Any], None]) -> Callable[[], None]:
        def over_all() -> None:
            failed: list[Exception] = []
            tried = 0
            for tried, row in enumerate(rows, 1):
                try:
                    test(row)
                except Exception as error:  # noqa: BLE001  told with its row
                    error.add_note(f"row {tried}: {row!r}")
                    failed.append(error)
            assert tried, "there are no rows"
            if failed:
                raise ExceptionGroup(f"{len(failed)} rows fail", failed)

        over_all.__name__, over_all.__doc__ = test.__name__, test.__doc__
        return over_all

    return decorate
