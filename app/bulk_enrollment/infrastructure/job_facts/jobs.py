"""Jobs with the names and ids of what belongs to them: one, or pages of a list."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
from app.bulk_enrollment.domain.documents import FILE, read_options
from app.bulk_enrollment.domain.job import DRY_RUN, statuses_named
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.infrastructure.tables import Upload
from app.platform.database import Json
from app.platform.database.documents import read_once
from app.platform.database.many_rows import constant, constants, execute_built, id_param
from app.platform.database.short_reads import read_built
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

_jobs, _uploads, _users = EnrollmentJob.__table__, Upload.__table__, User.__table__
_workflows, _versions = Workflow.__table__, WorkflowVersion.__table__
_account = id_param("of_account")


class JobRow(NamedTuple):
    """A job. `workflow_id`, `parent_job_id`, and `upload_id` are public ids, `created_by` is a name;
    `selection` is the type of its selection in `documents`."""

    id: int
    public_id: str
    kind: str
    status: str
    total: int
    batches: int
    totals: dict[str, Any]
    options: JobOptions
    selection: str
    failure: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    paused_by: str | None
    not_before: datetime | None
    paused_at: datetime | None
    paused_seconds: float
    workflow_id: str | None
    workflow: str | None
    workflow_version: int | None
    parent_job_id: str | None
    upload_id: str | None
    created_by: str | None


class RowSource(NamedTuple):
    """What reading the rows of a job depends on; `identifier` is what contacts are matched by."""

    id: int
    status: str
    totals: dict[str, Any]
    identifier: str | None


@dataclass(frozen=True)
class JobSearch:
    """Filter of a list of jobs; empty values match all. `status` is a name that `statuses_named` knows,
    `workflow_id` a workflow's public id. Jobs were created from `since` and before `until`."""

    kind: str = ""
    status: str = ""
    workflow_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def job_row(account_id: int, public_id: str) -> JobRow | None:
    """Return a job; None if there is no such job, or it is a dry run."""
    if not is_public_id(public_id):
        return None
    found = read_built(_one(), {"of_account": account_id, "of_job": public_id})
    return JobRow(*found[0]) if found else None


def row_source(account_id: int, public_id: str) -> RowSource | None:
    """Return what reading the rows of a job depends on; None as for `job_row`."""
    if not is_public_id(public_id):
        return None
    found = read_built(_source(), {"of_account": account_id, "of_job": public_id})
    return RowSource(*found[0]) if found else None


def job_rows(account_id: int, wanted: JobSearch, below: int | None, limit: int) -> list[JobRow]:
    """Return up to `limit` jobs with an id under `below`, or the newest ones if it is None; newest first."""
    given: dict[str, Any] = {
        "kind": wanted.kind,
        "statuses": sorted(statuses_named(wanted.status)) if wanted.status else None,
        "workflow": wanted.workflow_id,
        "since": wanted.since,
        "until": wanted.until,
        "below": below,
    }
    values = {name: value for name, value in given.items() if value}
    query = _list(frozenset(values))
    values |= {"of_account": account_id, "most": limit}
    found = execute_built(query, values) if wanted.status else read_built(query, values)
    return [JobRow(*row) for row in found]


@lru_cache
def _one() -> sa.Select[Any]:
    return _jobs_with_names().where(_jobs.c.public_id == sa.bindparam("of_job", type_=_jobs.c.public_id.type))


@lru_cache
def _source() -> sa.Select[Any]:
    identifier = sa.type_coerce(_jobs.c.selection, Json)["identifier"].as_string()
    return sa.select(_jobs.c.id, _jobs.c.status, _jobs.c.totals, identifier).where(
        _jobs.c.account_id == _account,
        _jobs.c.public_id == sa.bindparam("of_job", type_=_jobs.c.public_id.type),
        _jobs.c.status.notin_(constants(DRY_RUN)),
    )


@lru_cache
def _list(given: frozenset[str]) -> sa.Select[Any]:
    """Return the select for the parameters that are given."""
    conditions = {
        "kind": _jobs.c.kind == sa.bindparam("kind"),
        "statuses": _jobs.c.status.in_(sa.bindparam("statuses", expanding=True)),
        "workflow": _workflows.c.public_id == sa.bindparam("workflow"),
        "since": _jobs.c.created_at >= sa.bindparam("since", type_=_jobs.c.created_at.type),
        "until": _jobs.c.created_at < sa.bindparam("until", type_=_jobs.c.created_at.type),
        "below": _jobs.c.id < id_param("below"),
    }
    return (
        _jobs_with_names()
        .where(*(condition for name, condition in conditions.items() if name in given))
        .order_by(_jobs.c.id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )


def _jobs_with_names() -> sa.Select[Any]:
    selection = sa.type_coerce(_jobs.c.selection, Json)
    parents = _jobs.alias("parents")
    return (
        sa.select(
            _jobs.c.id,
            _jobs.c.public_id,
            _jobs.c.kind,
            _jobs.c.status,
            _jobs.c.total,
            _jobs.c.batches,
            _jobs.c.totals,
            read_once(_jobs.c.options, read_options),
            # A list of contacts can be long, so a selection is only looked into without a file.
            sa.case((_jobs.c.upload_id.isnot(None), constant(FILE)), else_=selection["type"].as_string()),
            _jobs.c.failure,
            _jobs.c.created_at,
            _jobs.c.started_at,
            _jobs.c.finished_at,
            _jobs.c.paused_by,
            _jobs.c.not_before,
            _jobs.c.paused_at,
            _jobs.c.paused_seconds,
            _workflows.c.public_id,
            _workflows.c.name,
            _versions.c.number,
            parents.c.public_id,
            _uploads.c.public_id,
            _users.c.name,
        )
        .select_from(_jobs)
        .outerjoin(_workflows, _of_account(_workflows, _jobs.c.workflow_id))
        .outerjoin(_versions, _of_account(_versions, _jobs.c.version_id))
        .outerjoin(parents, _of_account(parents, _jobs.c.parent_job_id))
        .outerjoin(_uploads, _of_account(_uploads, _jobs.c.upload_id))
        .outerjoin(_users, _users.c.id == _jobs.c.created_by)
        .where(_jobs.c.account_id == _account, _jobs.c.status.notin_(constants(DRY_RUN)))
    )


def _of_account(table: Any, number: Any) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.id == number, table.c.account_id == _account)
