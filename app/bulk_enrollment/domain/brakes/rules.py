"""Brakes of a job: a canary (a few rows first), and a circuit breaker (a pause when many rows fail)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.bulk_enrollment.domain.job import LARGEST_CUT

WINDOW: Final = 1_000  # rows that a share of failures is measured on
MOST_CANARY: Final = LARGEST_CUT  # the canary is a single batch, so that it runs as a whole or not at all
MOST_CANARY_PERCENT: Final = 50
FAILED_PERCENT: Final = 50  # default: a job in which most rows fail is probably a mistake
MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class Brakes:
    """Brakes of a job; None switches one off.

    The canary is `canary_rows` rows, or `canary_percent` of all; at most one of them is set. The job pauses
    if more than `failed_percent` of its last WINDOW rows fail, or more than `failed_rows` in all.
    """

    canary_rows: int | None = None
    canary_percent: int | None = None
    failed_percent: int | None = FAILED_PERCENT
    failed_rows: int | None = None

    @property
    def breaks(self) -> bool:
        """Whether failures can pause the job."""
        return self.failed_percent is not None or self.failed_rows is not None


class SettledBatch(NamedTuple):
    """Number of rows and of failed rows of a settled batch."""

    rows: int
    failed: int


class Failures(NamedTuple):
    """Why the breaker paused a job: `failed` of `rows` rows, more than `limit`.

    `limit` is a percentage of the last rows, or a number of rows if `is_in_all`.
    """

    failed: int
    rows: int
    limit: int
    is_in_all: bool


def canary_size(brakes: Brakes, rows: int) -> int:
    """Return the number of rows that run first; 0 without a canary, or if it would be the whole job."""
    if brakes.canary_percent is not None:
        size = -(-rows * brakes.canary_percent // 100)
    else:
        size = brakes.canary_rows or 0
    size = min(size, MOST_CANARY)
    return size if size < rows else 0


def excess(
    brakes: Brakes, total: int, newest_first: Iterable[SettledBatch], in_all: SettledBatch
) -> Failures | None:
    """Return why a job of `total` rows must be paused, or None.

    `newest_first` are its settled batches from the last one back, as far as WINDOW rows need; `in_all` is
    their sum. Both leave out batches whose failures a person has accepted. A share is measured on at least
    WINDOW rows, or on the whole job if it is smaller, so that a single bad row at the start pauses nothing.
    """
    if brakes.failed_rows is not None and in_all.failed > brakes.failed_rows:
        return Failures(in_all.failed, in_all.rows, brakes.failed_rows, is_in_all=True)
    if brakes.failed_percent is None:
        return None
    rows = failed = 0
    for batch in newest_first:
        if rows >= WINDOW:
            break
        rows += batch.rows
        failed += batch.failed
    if failed * 100 > brakes.failed_percent * max(rows, min(WINDOW, total)):
        return Failures(failed, rows, brakes.failed_percent, is_in_all=False)
    return None


def brake_problems(brakes: Brakes) -> dict[str, str]:
    """Validate brakes; return {form field: sentence}, empty if valid."""
    found: dict[str, str] = {}
    if brakes.canary_rows is not None and not 1 <= brakes.canary_rows <= MOST_CANARY:
        found["canary"] = f"Enter a number of rows from 1 to {MOST_CANARY:,}."
    if brakes.canary_percent is not None:
        if not 1 <= brakes.canary_percent <= MOST_CANARY_PERCENT:
            found["canary"] = f"Enter a percentage from 1% to {MOST_CANARY_PERCENT}%."
        elif brakes.canary_rows is not None:
            found["canary"] = "Enter either a number of rows or a percentage."
    if brakes.failed_percent is not None and not 1 <= brakes.failed_percent <= 99:
        found["failed_percent"] = "Enter a percentage from 1 to 99, or leave this empty."
    if brakes.failed_rows is not None and not 1 <= brakes.failed_rows <= MOST_ROWS:
        found["failed_rows"] = f"Enter a number of rows from 1 to {MOST_ROWS:,}, or leave this empty."
    return found
