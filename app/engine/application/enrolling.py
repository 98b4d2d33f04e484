"""Bulk enrollment of contacts in a workflow, its undo, and its end when contacts are deleted."""

from datetime import datetime

import sqlalchemy as sa

from app.engine.domain import EndReason
from app.engine.infrastructure import queries, store
from app.platform.database.many_rows import Bound
from app.platform.text.words import counted
from app.workflows import application as workflows


def enroll_many(
    account_id: int,
    contacts: sa.Select[int] | Bound,
    *,
    workflow_id: int,
    version_id: int,
    first_step: str | None,
    again: bool,
    source: str,
    job_id: int | None,
    at: datetime,
) -> int:
    """Enroll every contact id of the select at the workflow's first step; return how many were enrolled.

    Enrollments begin at once, or are `held` until somebody starts the workflow. Skipped are contacts that
    may not be contacted, whoever calls; contacts of other accounts; contacts that are active in the workflow;
    and, unless `again`, contacts that have ever been in it. A job enrolls a contact at most once, even with
    `again`. A unique index prevents double enrollment also against concurrent statements. Ids are inserted in
    order, so that two such statements cannot deadlock. The caller holds the contacts (`contacts.hold_many`),
    or they could be removed meanwhile.
    """
    is_held = workflows.is_held(account_id, workflow_id)
    return store.enroll_many(
        account_id, contacts, workflow_id, version_id, first_step, again, source, job_id, at, is_held
    )


def withdraw_many(
    account_id: int, contacts: sa.Select[int], *, job_id: int, undone_by: int, at: datetime
) -> int:
    """End those enrollments of the contacts that the job `job_id` made and that are under way; return how
    many.

    They become `withdrawn`, undone by the job `undone_by`, and do not count as having been in the workflow,
    so that the contacts can be enrolled again.
    """
    return store.withdraw_many(account_id, contacts, job_id, undone_by, at)


def withdraw_deleted(account_id: int, contacts: sa.Select[int], at: datetime) -> None:
    """End the active enrollments of contacts that are being deleted, in the caller's transaction. The
    enrollments stay, so that the figures of workflows and jobs do not change."""
    store.withdraw(account_id, contacts, EndReason.DELETED, at)


def foresee_withdrawal(account_id: int, contacts: sa.Select[int]) -> str:
    """Say how many active enrollments would end if the contacts were deleted; empty if none."""
    found = queries.active_enrollments_of(account_id, contacts)
    ends = "ends" if found == 1 else "end"
    return f"{counted(found, 'active enrollment')} in workflows {ends}." if found else ""
