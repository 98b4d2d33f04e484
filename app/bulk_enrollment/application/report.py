"""What a finished or running job tells: its progress, its failures in words, its rows as a download."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.accounts.domain import Actor
from app.activity import application as activity
from app.bulk_enrollment.domain.job import JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import Outcome, reason, remark
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.queries import Figures, ProblemFilter
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.platform import queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction

SLICE = 5_000
ADDED_COLUMNS = ("outcome", "reason")


@dataclass(frozen=True)
class JobState:
    """A job with its figures: what panel, page and list show."""

    job: EnrollmentJob
    progress: Progress
    outcomes: dict[Outcome, int]
    figures: Figures


@dataclass(frozen=True)
class Problem:
    """A row that was not done, in words. `batch` and `at` say when."""

    row: int
    line: int
    identifier: str
    contact_id: int | None
    outcome: Outcome
    message: str
    remark: str | None
    batch: int | None
    at: datetime | None


def job_state(job: EnrollmentJob) -> JobState:
    return job_states(job.account_id, [job])[0]


def job_states(account_id: int, jobs: list[EnrollmentJob]) -> list[JobState]:
    """States of several jobs from one read of their batches."""
    figures = queries.job_figures(account_id, [job.id for job in jobs])
    at = now()
    return [
        JobState(
            job,
            queries.progress_of(job, figures[job.id], at),
            _outcomes(job, figures[job.id]),
            figures[job.id],
        )
        for job in jobs
    ]


def read_again(state: JobState) -> JobState:
    """The same job as it is now: for whoever waits for its end in one long transaction."""
    forget_snapshot()
    return job_state(queries.job_by_id(state.job.account_id, state.job.id))


def workers_are_alive() -> bool:
    return queue.alive_workers() > 0


def _outcomes(job: EnrollmentJob, figures: Figures) -> dict[Outcome, int]:
    counted = figures.outcomes
    if not figures.batches and job.status in (JobStatus.DRAFT, JobStatus.CANCELLED):
        counted = job.totals  # what planning expects, or that all of it was cancelled
    return {Outcome[name]: rows for name, rows in sorted(counted.items(), key=lambda item: Outcome[item[0]])}


def problems(job: EnrollmentJob, wanted: ProblemFilter, limit: int = 50) -> list[Problem]:
    """A page of the rows that were not done, in the order of the file."""
    spans = queries.batch_spans(job.account_id, job.id)
    starts = [span.first_row for span in spans]
    found = []
    for row in queries.problem_rows(job.account_id, job.id, wanted, limit):
        span = spans[bisect_right(starts, row.row_number) - 1] if spans else None
        outcome = Outcome(row.outcome)
        found.append(
            Problem(
                row=row.row_number,
                line=row.line,
                identifier=row.identifier or "",
                contact_id=row.contact_id,
                outcome=outcome,
                message=reason(outcome, row.detail),
                remark=remark(row.note),
                batch=span.number if span else None,
                at=span.finished_at if span else None,
            )
        )
    return found


def download_rows(actor: Actor, job: EnrollmentJob, wanted: frozenset[Outcome] | None) -> Iterator[list[str]]:
    """Header and rows of the person's own file, untouched, with `outcome` and `reason` behind.

    `wanted` None means all rows. Reads file and ledger side by side in slices, so memory stays small.
    """
    assert job.upload_id is not None
    upload = files.upload_by_id(job.account_id, job.upload_id)
    with transaction():
        names = sorted(outcome.name for outcome in wanted) if wanted else "all"
        activity.record(actor, "job_downloaded", "job", job.public_id, outcomes=names)
    return _download(job, upload, wanted)


def _download(
    job: EnrollmentJob, upload: files.Upload, wanted: frozenset[Outcome] | None
) -> Iterator[list[str]]:
    ledger = _ledger(job)
    width = len(upload.layout["columns"])
    yield [*upload.layout["columns"], *ADDED_COLUMNS]
    for row in files.untouched_rows(upload):
        outcome, words = next(ledger, (None, ""))
        if wanted is not None and outcome not in wanted:
            continue
        cells = row.cells + [""] * (width - len(row.cells))
        yield [*cells, outcome.name if outcome else "", words]


def _ledger(job: EnrollmentJob) -> Iterator[tuple[Outcome | None, str]]:
    """(outcome, reason) of every row in order; a job cancelled before its plan has only cancelled ones."""
    after = 0
    while rows := queries.ledger_slice(job.account_id, job.id, after, SLICE):
        for row in rows:
            outcome = None if row.outcome is None else Outcome(row.outcome)
            words = [] if outcome is None else [reason(outcome, row.detail)]
            if note := remark(row.note):
                words.append(note)
            yield outcome, " ".join(words)
        after = rows[-1].row_number
    while job.status == JobStatus.CANCELLED:
        yield Outcome.CANCELLED, reason(Outcome.CANCELLED, None)
