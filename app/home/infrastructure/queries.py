"""Queries about a whole account: key figures, onboarding progress, jobs for the home page."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import DRY_RUN, UNFINISHED, WITH_FAILURES, BatchStatus, JobStatus
from app.bulk_enrollment.domain.pausing import BRAKES, PausedBy
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import EnrollmentCount
from app.platform.database import AnySelect, session
from app.platform.database.many_rows import constant, constants, id_param, is_there, moment_param
from app.platform.database.short_reads import read_built
from app.workflows.domain.life_cycle import Status
from app.workflows.infrastructure.tables import Workflow

_UNFINISHED = [status.value for status in UNFINISHED]
_MISSED = sa.and_(EnrollmentJob.status == JobStatus.SCHEDULED, EnrollmentJob.not_before.is_(None))


@dataclass(frozen=True)
class Figures:
    """Counts of an account's workflows, enrollments, and jobs."""

    workflows: int
    active_workflows: int
    people_in_workflows: int
    unfinished_jobs: int


def running_batches(account_id: int) -> int:
    """Return how many batches of the account run now."""
    unfinished = sa.select(EnrollmentJob.id).where(
        EnrollmentJob.account_id == account_id, EnrollmentJob.status.in_(_UNFINISHED)
    )
    return _count(
        sa.select(sa.func.count()).where(
            EnrollmentBatch.account_id == account_id,
            EnrollmentBatch.job_id.in_(unfinished),
            EnrollmentBatch.status == BatchStatus.PROCESSING,
        )
    )


@dataclass(frozen=True)
class Onboarding:
    """Which first steps users have completed, not counting sample data.

    `draft` and `active` are public ids of the newest workflow in that status, or None.
    """

    has_workflow: bool
    has_activated: bool
    has_added_people: bool
    draft: str | None
    active: str | None

    @property
    def is_complete(self) -> bool:
        return self.has_workflow and self.has_activated and self.has_added_people


@dataclass(frozen=True)
class JobWithWorkflow:
    """A job with its workflow's name and public id, which are None for an import."""

    job: EnrollmentJob
    workflow: str | None
    workflow_id: str | None


def figures(account_id: int) -> Figures:
    workflows = _workflows_by_status(account_id)
    return Figures(
        workflows=sum(workflows.values()),
        active_workflows=workflows.get(Status.ACTIVE, 0),
        people_in_workflows=_people_in_workflows(account_id),
        unfinished_jobs=_count(
            sa.select(sa.func.count()).where(
                EnrollmentJob.account_id == account_id, EnrollmentJob.status.in_(_UNFINISHED)
            )
        ),
    )


def onboarding(account_id: int) -> Onboarding:
    [(has_workflow, has_activated, has_added_people, draft, active)] = read_built(
        _first_steps(), {"of_account": account_id}
    )
    return Onboarding(bool(has_workflow), bool(has_activated), bool(has_added_people), draft, active)


@lru_cache
def _first_steps() -> sa.Select[Any]:
    one, job = Workflow.__table__.c, EnrollmentJob.__table__.c
    of_account = one.account_id == id_param("of_account")
    mine = sa.select(one.id).where(of_account, one.created_by.isnot(None))
    jobs = sa.select(job.id).where(
        job.account_id == id_param("of_account"),
        job.created_by.isnot(None),
        job.kind == "enroll",
        job.status.notin_(constants(DRY_RUN)),
    )
    newest = sa.select(one.public_id).where(of_account).order_by(one.id.desc()).limit(1)
    return sa.select(
        is_there(mine),
        is_there(mine.where(one.active_version_id.isnot(None))),
        is_there(jobs),
        newest.where(one.status == constant(Status.DRAFT), one.created_by.isnot(None)).scalar_subquery(),
        newest.where(one.status == constant(Status.ACTIVE)).scalar_subquery(),
    )


def unfinished_jobs(account_id: int, limit: int = 5) -> list[JobWithWorkflow]:
    """Unfinished jobs, newest first, without those that missed their start, which wait for a person."""
    return _jobs(_unfinished(limit), account_id)


@lru_cache(maxsize=8)
def _unfinished(limit: int) -> AnySelect:
    return _newest(sa.and_(EnrollmentJob.status.in_(constants(UNFINISHED)), ~_MISSED), limit)


def jobs_waiting_for_people(account_id: int, limit: int = 5) -> list[JobWithWorkflow]:
    """Jobs that a brake has paused, that wait for approval, or that missed their start, newest first."""
    return _jobs(_waiting_for_people(limit), account_id)


@lru_cache(maxsize=8)
def _waiting_for_people(limit: int) -> AnySelect:
    waits = EnrollmentJob.paused_by.in_(constants([*BRAKES, PausedBy.APPROVAL]))
    return _newest(sa.or_(sa.and_(EnrollmentJob.status == JobStatus.PAUSED, waits), _MISSED), limit)


def jobs_with_failures(account_id: int, since: datetime, limit: int = 5) -> list[JobWithWorkflow]:
    """Jobs that finished with errors or failed since `since`, newest first.

    Leaves out jobs that a later job corrects or undoes, jobs whose failed rows are all taken care of (by
    retries, or left out by a user), and jobs whose to-do was dismissed.
    """
    return _jobs(_with_failures(limit), account_id, since=since)


@lru_cache(maxsize=8)
def _with_failures(limit: int) -> AnySelect:
    followed = sa.select(EnrollmentJob.parent_job_id).where(
        EnrollmentJob.account_id == id_param("of_account"),
        EnrollmentJob.parent_job_id.isnot(None),
        EnrollmentJob.retries.is_(None),
        EnrollmentJob.status.notin_(constants(DRY_RUN | {JobStatus.CANCELLED, JobStatus.FAILED})),
    )
    ended_badly = sa.and_(
        EnrollmentJob.status.in_(constants(WITH_FAILURES)),
        EnrollmentJob.finished_at >= moment_param("since"),
        EnrollmentJob.id.notin_(followed),
        EnrollmentJob.resolved_at.is_(None),
        EnrollmentJob.dismissed_at.is_(None),
    )
    return _newest(ended_badly, limit)


def dismissed_job(account_id: int, public_id: str) -> JobWithWorkflow | None:
    """Return the job if its to-do was dismissed."""
    condition = sa.and_(EnrollmentJob.public_id == public_id, EnrollmentJob.dismissed_at.isnot(None))
    return next(iter(_jobs(_newest(condition, 1), account_id)), None)


def _jobs(query: AnySelect, account_id: int, **values: Any) -> list[JobWithWorkflow]:
    rows = session().execute(query, {"of_account": account_id, **values})
    return [JobWithWorkflow(*row) for row in rows]


def _newest(condition: sa.ColumnElement[bool], limit: int) -> AnySelect:
    of_account = id_param("of_account")
    its_workflow = sa.and_(Workflow.id == EnrollmentJob.workflow_id, Workflow.account_id == of_account)
    return (
        sa.select(EnrollmentJob, Workflow.name, Workflow.public_id)
        .outerjoin(Workflow, its_workflow)
        .where(EnrollmentJob.account_id == of_account, condition)
        .order_by(EnrollmentJob.id.desc())
        .limit(limit)
    )


def _workflows_by_status(account_id: int) -> dict[str, int]:
    rows = session().execute(
        sa.select(Workflow.status, sa.func.count().label("count"))
        .where(Workflow.account_id == account_id, Workflow.deleted_at.is_(None))
        .group_by(Workflow.status)
    )
    return {status: number for status, number in rows}  # noqa: C416


def _people_in_workflows(account_id: int) -> int:
    mine = sa.select(Workflow.id).where(Workflow.account_id == account_id)
    query = sa.select(sa.func.sum(EnrollmentCount.enrollments)).where(
        EnrollmentCount.account_id == account_id,
        EnrollmentCount.workflow_id.in_(mine),
        EnrollmentCount.status.in_(UNDER_WAY),
    )
    return int(session().scalar(query) or 0)


def _count(query: sa.Select[int]) -> int:
    return session().scalar(query) or 0
