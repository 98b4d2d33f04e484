"""Statuses of jobs and batches, transitions of jobs, batch sizes, and progress.

All legal transitions are listed here; the store uses `states_before`.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.bulk_enrollment.domain.pausing import Decision


class JobStatus(StrEnum):
    DRAFT = "draft"
    DISCARDED = "discarded"
    SCHEDULED = "scheduled"
    PENDING = "pending"
    VALIDATING = "validating"
    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    CANCELLED = "cancelled"
    FAILED = "failed"


S = JobStatus

LEGAL: dict[JobStatus, frozenset[JobStatus]] = {
    S.DRAFT: frozenset({S.PENDING, S.SCHEDULED, S.DISCARDED}),
    S.DISCARDED: frozenset(),
    S.SCHEDULED: frozenset({S.PENDING, S.CANCELLED}),
    S.PENDING: frozenset({S.VALIDATING, S.CANCELLED, S.FAILED}),
    S.VALIDATING: frozenset({S.QUEUED, S.CANCELLED, S.FAILED}),
    S.QUEUED: frozenset({S.PROCESSING, S.PAUSED, S.CANCELLING}),
    S.PROCESSING: frozenset({S.PAUSED, S.CANCELLING, S.COMPLETED, S.COMPLETED_WITH_ERRORS}),
    S.PAUSED: frozenset({S.QUEUED, S.PROCESSING, S.CANCELLING}),
    # A job whose last row was done before it could be canceled is complete.
    S.CANCELLING: frozenset({S.CANCELLED, S.COMPLETED, S.COMPLETED_WITH_ERRORS}),
    S.COMPLETED: frozenset(),
    S.COMPLETED_WITH_ERRORS: frozenset(),
    S.CANCELLED: frozenset(),
    S.FAILED: frozenset(),
}

DRY_RUN = frozenset({S.DRAFT, S.DISCARDED})  # hidden; a discarded one exists until its rows are deleted
# Finished jobs that are older than they are kept become DISCARDED, too, until their rows are deleted.
FINISHED = frozenset(status for status, after in LEGAL.items() if not after) - DRY_RUN
UNFINISHED = frozenset(S) - FINISHED - DRY_RUN
RUNNING = frozenset({S.QUEUED, S.PROCESSING})
# Statuses in which workers process the job.
WORKED_ON = RUNNING | {S.PENDING, S.VALIDATING, S.CANCELLING}
WITH_OPEN_BATCHES = RUNNING | {S.PAUSED, S.CANCELLING}
WITH_FAILURES = frozenset({S.COMPLETED_WITH_ERRORS, S.FAILED})
CORRECTABLE = WITH_FAILURES | {S.CANCELLED}  # their rows can be corrected and uploaded again
ANY_UNFINISHED = "unfinished"  # value of a filter, besides the statuses
ACCOUNT_SUSPENDED = "account_suspended"  # code of a badge, besides the statuses


class BatchStatus(StrEnum):
    """`skipped`: the job was canceled before the batch was processed."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


OPEN_BATCH = (BatchStatus.PENDING, BatchStatus.PROCESSING)


def statuses_named(name: str) -> frozenset[JobStatus]:
    """Return the statuses that a filter selects: one, or those of ANY_UNFINISHED; none if it is unknown."""
    if name == ANY_UNFINISHED:
        return UNFINISHED
    return frozenset(status for status in JobStatus if status == name)


def states_before(then: JobStatus) -> list[str]:
    """Return the statuses from which a job may reach `then`, for conditional updates."""
    return [status.value for status in JobStatus if then in LEGAL[status]]


SMALLEST_ASKED, LARGEST_ASKED = 10, 500
AUTOMATIC_BATCHES = 40  # number of steps of a job's progress bar
SMALLEST_CUT, LARGEST_CUT = 250, 10_000
MOST_BATCHES = 2_000  # so that a page adds them up in milliseconds


def batch_size(rows: int, asked: int | None = None) -> int:
    """Return the rows per batch: as requested (10 to 500), or else a fortieth of the rows, from 250 to
    10,000.

    Jobs with very many rows get larger batches than requested, so that there are at most 2,000.
    """
    if asked is not None:
        return max(min(max(asked, SMALLEST_ASKED), LARGEST_ASKED), -(-rows // MOST_BATCHES))
    return min(max(-(-rows // AUTOMATIC_BATCHES), SMALLEST_CUT), LARGEST_CUT)


def cut(rows: int, size: int, canary: int = 0) -> list[tuple[int, int, int]]:
    """Return (number, first row, last row) of each batch; rows and batches count from 1.

    The first `canary` rows are a batch of their own.
    """
    starts = [*range(1, min(canary, 1) + 1), *range(canary + 1, rows + 1, size)]
    ends = [*(start - 1 for start in starts[1:]), rows]
    return (
        [(number, *span) for number, span in enumerate(zip(starts, ends, strict=True), start=1)]
        if rows
        else []
    )


def batch_of(row: int, first_size: int, size: int) -> int:
    """Return the number of the batch that contains a row, given the size of the first batch and that of the
    second."""
    return 1 if row <= first_size else (row - first_size - 1) // size + 2


@dataclass(frozen=True)
class Progress:
    """Progress of a job.

    `cancelled` are the skipped rows that were canceled before processing. `rate` is in rows per second;
    `seconds_left` is None if it cannot be estimated. `decision` is why the job waits for a person, or None.
    """

    status: JobStatus
    total: int
    succeeded: int
    failed: int
    skipped: int
    batches: int
    batches_done: int
    cancelled: int = 0
    rate: float | None = None
    seconds_left: float | None = None
    decision: Decision | None = None

    @property
    def processed(self) -> int:
        """Number of rows with an outcome other than canceled."""
        return self.succeeded + self.failed + self.skipped - self.cancelled

    @property
    def percent(self) -> float:
        """Percentage, rounded down to one decimal place, so that 100 means all rows."""
        if self.total == 0:
            return 100.0 if self.status in FINISHED else 0.0
        return self.processed * 1000 // self.total / 10

    @property
    def current_batch(self) -> int:
        return min(self.batches_done + 1, self.batches)

    @property
    def is_over(self) -> bool:
        return self.status in FINISHED


def pace(processed: int, total: int, seconds: float) -> tuple[float | None, float | None]:
    """Return (rows per second, seconds left) for a job that has run for `seconds`."""
    if processed <= 0 or seconds <= 0:
        return None, None
    rate = processed / seconds
    return rate, max(0.0, (total - processed) / rate)


def final_status(failed: int, cancelled: int = 0) -> JobStatus:
    """Return the status for the number of failed rows and of rows that were canceled before processing."""
    if cancelled:
        return S.CANCELLED
    return S.COMPLETED_WITH_ERRORS if failed else S.COMPLETED


def badge_of(status: str, decision: Decision | None, is_suspended: bool = False) -> str:
    """Return the code of the badge for a status: what a job waits for, if a person is to decide about it or
    its account `is_suspended`."""
    return decision or (ACCOUNT_SUSPENDED if is_suspended and status in WORKED_ON else status)
