"""Queries for jobs, their plan and their ledger."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import (
    OPEN_BATCH,
    RUNNING,
    JobStatus,
)
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.planning import SMALL_JOB
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob, EnrollmentRow
from app.platform.database import Json, session
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow

_RUNNING = [status.value for status in RUNNING]


def job_by_id(account_id: int, job_id: int) -> EnrollmentJob:
    """Return a job that is known to exist, reloaded from the database."""
    return (
        session()
        .scalars(
            sa.select(EnrollmentJob)
            .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
            .execution_options(populate_existing=True)
        )
        .one()
    )


def find_job(account_id: int, job_id: int) -> EnrollmentJob | None:
    """Return a job, reloaded from the database, or None if it has been deleted."""
    return session().scalar(
        sa.select(EnrollmentJob)
        .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
        .execution_options(populate_existing=True)
    )


def job_by_public_id(account_id: int, public_id: str) -> EnrollmentJob | None:
    """Return a job or dry run, or None if there is none or it has been discarded."""
    if not is_public_id(public_id):
        return None
    return session().scalar(
        sa.select(EnrollmentJob)
        .where(
            EnrollmentJob.account_id == account_id,
            EnrollmentJob.public_id == public_id,
            EnrollmentJob.status != JobStatus.DISCARDED,
        )
        .execution_options(populate_existing=True)
    )


def criteria_of(account_id: int, job_id: int) -> dict[str, Any] | None:
    """Return the criteria of a job's filter, without loading a selection that is a long list."""
    criteria = sa.type_coerce(EnrollmentJob.selection, Json)["criteria"].as_string()
    found = session().scalar(
        sa.select(criteria).where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
    )
    return json.loads(found) if found else None


def job_of_idempotency_key(account_id: int, key: str) -> EnrollmentJob | None:
    return session().scalar(
        sa.select(EnrollmentJob).where(
            EnrollmentJob.account_id == account_id, EnrollmentJob.idempotency_key == key
        )
    )


def has_open_batches(account_id: int, job_id: int) -> bool:
    """Return whether a batch of the job is still pending or processing."""
    query = sa.select(EnrollmentBatch.id).where(
        EnrollmentBatch.account_id == account_id,
        EnrollmentBatch.job_id == job_id,
        EnrollmentBatch.status.in_(OPEN_BATCH),
    )
    return session().scalar(query.limit(1)) is not None


def jobs_before(job: EnrollmentJob) -> int:
    """Count the jobs of the account that have their turn before one that waits for a worker.

    Large jobs are planned one after the other. Of jobs that wait for their first batch, older ones get it
    first; afterwards all take turns.
    """
    query = sa.select(sa.func.count()).where(
        EnrollmentJob.account_id == job.account_id, EnrollmentJob.id < job.id
    )
    if job.status == JobStatus.QUEUED:
        is_before = sa.and_(EnrollmentJob.status == JobStatus.QUEUED, EnrollmentJob.not_before.is_(None))
    elif job.status == JobStatus.PENDING:
        is_before = EnrollmentJob.status.in_((JobStatus.PENDING, JobStatus.VALIDATING))
        if job.total <= SMALL_JOB:
            is_before = sa.and_(is_before, EnrollmentJob.total <= SMALL_JOB)
    else:
        return 0
    return session().scalar(query.where(is_before)) or 0


def jobs_of_paused_workflows(account_id: int) -> Sequence[int]:
    """Return the ids of running jobs whose workflow is paused."""
    return _jobs_by_workflow(account_id, EnrollmentJob.status.in_(_RUNNING), "paused")


def jobs_to_resume_with_workflow(account_id: int) -> Sequence[int]:
    """Return the ids of jobs that were paused with their workflow, which is now active or archived.

    With an archived workflow, the job's remaining rows get WORKFLOW_INACTIVE.
    """
    is_paused = sa.and_(
        EnrollmentJob.status == JobStatus.PAUSED, EnrollmentJob.paused_by == PausedBy.WORKFLOW
    )
    return _jobs_by_workflow(account_id, is_paused, "active", "archived")


def _jobs_by_workflow(account_id: int, which: sa.ColumnElement[bool], *workflow_states: str) -> Sequence[int]:
    return (
        session()
        .scalars(
            sa.select(EnrollmentJob.id)
            .join(Workflow, Workflow.id == EnrollmentJob.workflow_id)
            .where(
                EnrollmentJob.account_id == account_id,
                Workflow.account_id == account_id,
                EnrollmentJob.kind == "enroll",  # an undo does not wait for the workflow
                which,
                Workflow.status.in_(workflow_states),
            )
        )
        .all()
    )


def count_up_to(ids: sa.Select[Any], most: int) -> int:
    """Count the rows of a select, up to `most`."""
    query = sa.select(sa.func.count()).select_from(ids.limit(most).subquery())
    return session().scalar(query) or 0


def sample_rows(account_id: int, job_id: int, expected: Outcome, limit: int = 3) -> list[Any]:
    """Return the first rows of a planned job with the expected outcome."""
    return list(
        session().execute(
            sa.select(
                EnrollmentRow.row_number,
                EnrollmentRow.line,
                EnrollmentRow.identifier,
                EnrollmentRow.contact_id,
                EnrollmentRow.detail,
                EnrollmentRow.note,
            )
            .where(
                EnrollmentRow.account_id == account_id,
                EnrollmentRow.job_id == job_id,
                EnrollmentRow.outcome == expected,
            )
            .order_by(EnrollmentRow.row_number)
            .limit(limit)
        )
    )


def ledger_outcomes(account_id: int, job_id: int) -> dict[Outcome | None, int]:
    """Count {outcome: rows} in the ledger, with None for rows whose batch is not settled.

    Reads all rows of the job: for `verify-job`, never for a page.
    """
    told = (
        sa.select(_outcome(account_id, job_id))
        .where(EnrollmentRow.account_id == account_id, EnrollmentRow.job_id == job_id)
        .subquery("told")
    )
    rows = session().execute(sa.select(told.c.outcome, sa.func.count()).group_by(told.c.outcome))
    return {None if outcome is None else Outcome(outcome): count for outcome, count in rows}


def ledger_slice(account_id: int, job_id: int, after: int, limit: int) -> list[Any]:
    """Return the next `limit` rows after row number `after`, to read the ledger in slices.

    Each is (row number, identifier, outcome or None, detail, note, row number in the file if it differs).
    """
    return list(
        session().execute(
            sa.select(
                EnrollmentRow.row_number,
                EnrollmentRow.identifier,
                _outcome(account_id, job_id),
                EnrollmentRow.detail,
                EnrollmentRow.note,
                EnrollmentRow.source_row,
            )
            .where(
                EnrollmentRow.account_id == account_id,
                EnrollmentRow.job_id == job_id,
                EnrollmentRow.row_number > after,
            )
            .order_by(EnrollmentRow.row_number)
            .limit(limit)
        )
    )


def _outcome(account_id: int, job_id: int) -> sa.Label[Any]:
    """Return the column `outcome`, NULL until the row's batch is settled."""
    return sa.case((is_settled(account_id, job_id), EnrollmentRow.outcome)).label("outcome")
