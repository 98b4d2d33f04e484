"""Queries for lists of jobs, with the names of their workflow and of the user who started them.

Lists leave out drafts, which only the page of the dry run shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
from app.bulk_enrollment.domain.documents import read_options
from app.bulk_enrollment.domain.job import DRY_RUN, UNFINISHED, BatchStatus, JobStatus, statuses_named
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.infrastructure.conditions.start_times import may_begin
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform.database import AnySelect, session
from app.platform.database.documents import read_once
from app.platform.database.many_rows import constant, constants, id_param
from app.platform.database.short_reads import read_built
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow

_UNFINISHED = [status.value for status in UNFINISHED]
_LINKED = sa.case((Workflow.deleted_at.is_(None), Workflow.public_id))
"""A deleted workflow keeps its name, but has no page."""
_STARTED = [one for one in _UNFINISHED if one != JobStatus.SCHEDULED]


class NamedJob(NamedTuple):
    """A job; `workflow_id` is the workflow's public id, `pauser` the name of the person who paused it,
    `starter` of the one who started it (who may not be the one who prepared it), `decider` of the one who
    approved or refused it."""

    job: EnrollmentJob
    workflow: str | None
    workflow_id: str | None
    workflow_status: str | None
    started_by: str | None
    pauser: str | None
    starter: str | None = None
    decider: str | None = None


class JobPulse(NamedTuple):
    """Progress of an unfinished job, as shown on every page."""

    public_id: str
    status: str
    total: int
    batches: int
    processed: int
    workflow: str | None
    options: JobOptions
    kind: str


class JobName(NamedTuple):
    """What a job is called by, and when it was created. `workflow` is None for an import."""

    public_id: str
    options: JobOptions
    created_at: datetime
    workflow: str | None


class Origin(NamedTuple):
    """The job that created a contact, and the name of the job's source."""

    public_id: str
    source_name: str


@dataclass(frozen=True)
class JobFilter:
    """Filter for a list of jobs; empty values match all.

    `kind` is enroll or import, each with its undos, `status` a name that `statuses_named` knows,
    `workflow_id` a workflow's public id. Jobs were created from `since` and before `until`.
    """

    status: str = ""
    workflow_id: str = ""
    kind: str = "enroll"
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.status or self.workflow_id or self.since or self.until)


def named(account_id: int, job: EnrollmentJob) -> NamedJob:
    """Return the names that belong to a loaded job, which is used as it is."""
    pauser = sa.orm.aliased(User, name="pauser")
    found = (
        session()
        .execute(
            sa.select(Workflow.name, _LINKED, Workflow.status, User.name, pauser.name)
            .select_from(EnrollmentJob)
            .outerjoin(Workflow, _its_workflow(account_id))
            .outerjoin(User, User.id == EnrollmentJob.created_by)
            .outerjoin(pauser, pauser.id == EnrollmentJob.paused_by_user)
            .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job.id)
        )
        .one()
    )
    return NamedJob(job, *found)


def named_job(account_id: int, public_id: str) -> NamedJob | None:
    if not is_public_id(public_id):
        return None
    found = session().execute(_one_named(), {"of_account": account_id, "public_id": public_id}).first()
    return NamedJob(*found) if found else None


@lru_cache  # every poll of a panel runs it, and building it takes longer than running it
def _one_named() -> AnySelect:
    public_id = sa.bindparam("public_id", type_=EnrollmentJob.public_id.type)
    return _named(id_param("of_account")).where(EnrollmentJob.public_id == public_id)


def jobs_older(account_id: int, wanted: JobFilter, than: int | None, limit: int) -> list[NamedJob]:
    """Return up to `limit` jobs with an id below `than`, or the newest ones if it is None; newest first."""
    query = _filtered(account_id, wanted).order_by(EnrollmentJob.id.desc()).limit(limit)
    if than is not None:
        query = query.where(EnrollmentJob.id < than)
    return _read(query)


def jobs_newer(account_id: int, wanted: JobFilter, than: int, limit: int) -> list[NamedJob]:
    """Return the `limit` jobs that directly follow the id `than`, newest first."""
    query = _filtered(account_id, wanted).where(EnrollmentJob.id > than)
    return _read(query.order_by(EnrollmentJob.id).limit(limit))[::-1]


def latest_jobs_of(account_id: int, workflow_id: int, limit: int) -> list[NamedJob]:
    """Return the newest jobs of a workflow, given its internal id."""
    rows = session().execute(_latest_of(limit), {"of_account": account_id, "of_workflow": workflow_id})
    return [NamedJob(*row) for row in rows]


@lru_cache(maxsize=8)
def _latest_of(limit: int) -> AnySelect:
    query = _named(id_param("of_account")).where(EnrollmentJob.workflow_id == id_param("of_workflow"))
    return query.order_by(EnrollmentJob.id.desc()).limit(limit)


def latest_names(account_id: int, limit: int) -> list[JobName]:
    """Return the names of the account's newest jobs."""
    query = (
        sa.select(EnrollmentJob.public_id, EnrollmentJob.options, EnrollmentJob.created_at, Workflow.name)
        .outerjoin(Workflow, _its_workflow(account_id))
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.status.notin_(DRY_RUN))
        .order_by(EnrollmentJob.id.desc())
        .limit(limit)
    )
    return [JobName(*row) for row in session().execute(query)]


def workflows_with_jobs(account_id: int, limit: int = 200) -> Sequence[tuple[str, str]]:
    """Return (public id, name) of the workflows that have jobs, ordered by name."""
    of_workflow = sa.exists().where(
        EnrollmentJob.account_id == account_id,
        EnrollmentJob.workflow_id == Workflow.id,
        EnrollmentJob.status.notin_(DRY_RUN),
    )
    rows = session().execute(
        sa.select(Workflow.public_id, Workflow.name)
        .where(Workflow.account_id == account_id, of_workflow)
        .order_by(sa.func.lower(Workflow.name), Workflow.id)
        .limit(limit)
    )
    return [(public_id, name) for public_id, name in rows]


def unfinished_pulses(account_id: int, limit: int, now: datetime) -> list[JobPulse]:
    """Return the progress of unfinished jobs, newest first, without those that are scheduled or wait for
    their next portion. One statement, because every page runs it."""
    values = {"of_account": account_id, "at": now, "most": limit}
    return [JobPulse(*row) for row in read_built(_pulses(), values)]


@lru_cache
def _pulses() -> sa.Select[Any]:
    jobs, batches = EnrollmentJob.__table__, EnrollmentBatch.__table__
    workflows, account = Workflow.__table__, id_param("of_account")
    done = sa.func.coalesce(sa.func.sum(batches.c.succeeded + batches.c.failed + batches.c.skipped), 0)
    processed = sa.select(done).where(
        batches.c.account_id == account,
        batches.c.job_id == jobs.c.id,
        batches.c.status != constant(BatchStatus.SKIPPED),  # canceled before it was processed
    )
    at = sa.bindparam("at", type_=jobs.c.not_before.type)
    return (
        sa.select(
            jobs.c.public_id,
            jobs.c.status,
            jobs.c.total,
            jobs.c.batches,
            processed.scalar_subquery(),
            workflows.c.name,
            read_once(jobs.c.options, read_options),
            jobs.c.kind,
        )
        .outerjoin(
            workflows, sa.and_(workflows.c.id == jobs.c.workflow_id, workflows.c.account_id == account)
        )
        .where(jobs.c.account_id == account, jobs.c.status.in_(constants(_STARTED)), may_begin(jobs.c, at))
        .order_by(jobs.c.id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


def unfinished_jobs(account_id: int) -> Sequence[EnrollmentJob]:
    """Return the unfinished jobs and open dry runs."""
    statuses = [*_UNFINISHED, JobStatus.DRAFT.value]
    return (
        session()
        .scalars(
            sa.select(EnrollmentJob)
            .where(EnrollmentJob.account_id == account_id, EnrollmentJob.status.in_(statuses))
            .options(sa.orm.undefer(EnrollmentJob.selection))
            .execution_options(populate_existing=True)
        )
        .all()
    )


def origins(account_id: int, job_ids: Sequence[int]) -> dict[int, Origin]:
    """Return {job id: Origin} of the jobs that still exist."""
    rows = session().execute(
        sa.select(EnrollmentJob.id, EnrollmentJob.public_id, EnrollmentJob.options).where(
            EnrollmentJob.account_id == account_id, EnrollmentJob.id.in_(job_ids)
        )
    )
    return {job_id: Origin(public_id, options.source_name or "a file") for job_id, public_id, options in rows}


def _filtered(account_id: int, wanted: JobFilter) -> AnySelect:
    query = _named(account_id).where(_of_kind(wanted.kind))
    if wanted.status:
        query = query.where(EnrollmentJob.status.in_(statuses_named(wanted.status)))
    if wanted.workflow_id:
        query = query.where(Workflow.public_id == wanted.workflow_id)
    if wanted.since is not None:
        query = query.where(EnrollmentJob.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(EnrollmentJob.created_at < wanted.until)
    return query


def _of_kind(kind: str) -> sa.ColumnElement[bool]:
    """SQL condition: the job is of this kind (enroll or import), or undoes one of this kind."""
    has_workflow = EnrollmentJob.workflow_id.isnot(None)
    undoes = sa.and_(EnrollmentJob.kind == "undo", has_workflow if kind == "enroll" else ~has_workflow)
    return sa.or_(EnrollmentJob.kind == kind, undoes)


def _named(account_id: Any) -> AnySelect:
    pauser, starter, decider = (sa.orm.aliased(User, name=name) for name in ("pauser", "starter", "decider"))
    workflow = (Workflow.name, _LINKED, Workflow.status)
    return (
        sa.select(EnrollmentJob, *workflow, User.name, pauser.name, starter.name, decider.name)
        .outerjoin(Workflow, _its_workflow(account_id))
        .outerjoin(User, User.id == EnrollmentJob.created_by)
        .outerjoin(pauser, pauser.id == EnrollmentJob.paused_by_user)
        .outerjoin(starter, starter.id == EnrollmentJob.approval_asked_by)
        .outerjoin(decider, decider.id == EnrollmentJob.approval_by)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.status.notin_(DRY_RUN))
        .options(sa.orm.defer(EnrollmentJob.selection, raiseload=True))  # a list of contacts can be long
        .execution_options(populate_existing=True)
    )


def _its_workflow(account_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Workflow.id == EnrollmentJob.workflow_id, Workflow.account_id == account_id)


def _read(query: AnySelect) -> list[NamedJob]:
    return [NamedJob(*row) for row in session().execute(query)]


def names_of_jobs(account_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return {public job id: workflow name, or the file name of an import}; for the audit log."""
    rows = session().execute(
        sa.select(EnrollmentJob.public_id, EnrollmentJob.options, Workflow.name)
        .outerjoin(
            Workflow, sa.and_(Workflow.id == EnrollmentJob.workflow_id, Workflow.account_id == account_id)
        )
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.public_id.in_(ids))
    )
    return {public_id: name or options.source_name for public_id, options, name in rows}
