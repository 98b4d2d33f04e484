"""Jobs with their figures for programs, read without loading objects."""

from collections.abc import Sequence
from typing import NamedTuple

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.domain.job import FINISHED, Progress
from app.bulk_enrollment.infrastructure.figures import final_figures, job_figures, progress_of
from app.bulk_enrollment.infrastructure.job_facts.jobs import JobRow, JobSearch, job_row, job_rows
from app.platform.clock import now
from app.platform.errors import NotFound


class JobFacts(NamedTuple):
    """A job with its progress, and {outcome name: rows} so far."""

    job: JobRow
    progress: Progress
    outcomes: dict[str, int]


class JobPage(NamedTuple):
    """Jobs, and the id to continue below, None on the last page."""

    jobs: list[JobFacts]
    next: int | None


def job_facts(actor: Actor, public_id: str) -> JobFacts:
    """Return a job. Raises NotAllowed, and NotFound also for a dry run."""
    accounts.require(actor, Permission.REPORTS)
    return facts_after_change(actor, public_id)


def facts_after_change(actor: Actor, public_id: str) -> JobFacts:
    """Return a job that the actor has just started or changed, which includes the permission to see it."""
    return facts_of_job(actor.account_id, public_id)


def facts_of_job(account_id: int, public_id: str) -> JobFacts:
    """Return a job of an account, as the current transaction sees it. Raises NotFound."""
    found = job_row(account_id, public_id)
    if found is None:
        raise _not_found()
    return _facts(account_id, [found])[0]


def list_job_facts(actor: Actor, wanted: JobSearch, below: int | None, limit: int) -> JobPage:
    """Return up to `limit` jobs with an id under `below`, newest first."""
    accounts.require(actor, Permission.REPORTS)
    found = job_rows(actor.account_id, wanted, below, limit + 1)
    has_more = len(found) > limit
    return JobPage(_facts(actor.account_id, found[:limit]), found[limit - 1].id if has_more else None)


def _facts(account_id: int, jobs: Sequence[JobRow]) -> list[JobFacts]:
    """Return the jobs with their figures, reading the batches of all unfinished ones at once."""
    figures = job_figures(account_id, [job.id for job in jobs if job.status not in FINISHED])
    figures |= {job.id: final_figures(job) for job in jobs if job.status in FINISHED}
    at = now()
    return [JobFacts(job, progress_of(job, figures[job.id], at), figures[job.id].outcomes) for job in jobs]


def _not_found() -> NotFound:
    return NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
