"""Jobs with their figures and progress, read together for pages, lists, and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bulk_enrollment.application.timing.outlook import timing_of, with_time_left
from app.bulk_enrollment.domain.job import FINISHED, JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.timing.texts import Timing
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.figures import (
    Figures,
    final_figures,
    job_figures,
    progress_of,
)
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.clock import now
from app.platform.database import forget_snapshot


@dataclass(frozen=True)
class JobState:
    """A job with its figures, as needed by panel, page, and list."""

    job: EnrollmentJob
    progress: Progress
    outcomes: dict[Outcome, int]
    figures: Figures
    timing: Timing


def job_state(job: EnrollmentJob) -> JobState:
    return job_states(job.account_id, [job])[0]


def job_states(account_id: int, jobs: Sequence[EnrollmentJob]) -> list[JobState]:
    """Return the states of several jobs, reading the batches of all unfinished ones at once."""
    figures = job_figures(account_id, [job.id for job in jobs if job.status not in FINISHED])
    figures |= {job.id: final_figures(job) for job in jobs if job.status in FINISHED}
    at = now()
    return [_state(job, figures[job.id], at) for job in jobs]


def _state(job: EnrollmentJob, figures: Figures, at: datetime) -> JobState:
    enrolled = figures.outcomes.get(Outcome.ENROLLED.name, 0)
    timing = timing_of(job, enrolled, at)
    progress = with_time_left(progress_of(job, figures, at), timing)
    return JobState(job, progress, _outcomes(job, figures), figures, timing)


def read_again(state: JobState) -> JobState:
    """Return the current state of the same job, for callers that wait for its end in one long transaction."""
    forget_snapshot()
    return job_state(queries.job_by_id(state.job.account_id, state.job.id))


def _outcomes(job: EnrollmentJob, figures: Figures) -> dict[Outcome, int]:
    """Return {outcome: rows} by code; for a draft, the expected ones."""
    counted = job.expected if job.status == JobStatus.DRAFT else figures.outcomes
    return {outcome: counted[outcome.name] for outcome in Outcome if counted.get(outcome.name)}
