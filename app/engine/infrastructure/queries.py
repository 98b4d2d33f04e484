"""Reads of enrollments. Pages only need the index on workflow and status."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.conditions import in_workflow
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import AnySelect, is_sqlite, session
from app.platform.database.many_rows import id_list, id_param, off_index, with_ids, without_index
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.domain import Definition, parse
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

_enrollments = Enrollment.__table__
PAGE = 25
ENROLLMENTS_SHOWN = 100
_LINKED = sa.case((Workflow.deleted_at.is_(None), Workflow.public_id))
"""A deleted workflow keeps its name, but has no page."""


class Page(NamedTuple):
    """A page of (enrollment, contact) pairs, newest first; the contact is None if it was deleted."""

    people: Sequence[tuple[Enrollment, Contact | None]]
    has_previous: bool
    has_next: bool


def active_enrollments_of(account_id: int, contacts: sa.Select[int]) -> int:
    """Return the number of active enrollments of the contacts whose ids the select returns."""
    query = sa.select(sa.func.count()).where(
        Enrollment.account_id == account_id,
        Enrollment.contact_id.in_(contacts),
        Enrollment.status.in_(UNDER_WAY),
    )
    return session().scalar(query) or 0


def people_page(
    account_id: int,
    workflow_id: int,
    statuses: Iterable[str],
    *,
    after: int | None = None,
    before: int | None = None,
) -> Page:
    """Return the page of enrollments with one of these statuses, after or before the enrollment with that
    id."""
    ids = [
        sa.select(_ids(account_id, workflow_id, status, after, before).subquery().c.id) for status in statuses
    ]
    one = _enrollments.c
    query = (
        sa.select(_enrollments)
        .where(off_index(one.account_id, is_sqlite()) == account_id, one.id.in_(sa.union_all(*ids)))
        .order_by(one.id.asc() if before else one.id.desc())
        .limit(PAGE + 1)
    )
    enrollments = session().scalars(sa.select(Enrollment).from_statement(query)).all()
    contacts = _contacts(account_id, [enrollment.contact_id for enrollment in enrollments])
    found = [(enrollment, contacts.get(enrollment.contact_id)) for enrollment in enrollments]
    if not before:
        return Page(found[:PAGE], after is not None, len(found) > PAGE)
    if len(found) <= PAGE:
        return people_page(account_id, workflow_id, statuses)
    return Page(found[:PAGE][::-1], True, True)


def _contacts(account_id: int, ids: Sequence[int]) -> dict[int, Contact]:
    """Return {id: contact} of those that exist."""
    query = sa.select(Contact).where(Contact.account_id == account_id, Contact.id.in_(ids))
    return {contact.id: contact for contact in session().scalars(query)}


def enrollments_of_contact(account_id: int, contact_id: int) -> Sequence[tuple[Enrollment, str, str | None]]:
    """Return (enrollment, workflow name, workflow public id) of a contact, newest first, at most
    ENROLLMENTS_SHOWN. The public id is None if the workflow has been deleted."""
    rows = session().execute(_of_contact(), {"of_account": account_id, "of_contact": contact_id})
    return [(enrollment, name, public_id) for enrollment, name, public_id in rows]


@lru_cache
def _of_contact() -> AnySelect:
    of_account = id_param("of_account")
    its_workflow = sa.and_(Workflow.id == Enrollment.workflow_id, Workflow.account_id == of_account)
    return (
        sa.select(Enrollment, Workflow.name, _LINKED)
        .join(Workflow, its_workflow)
        .where(Enrollment.account_id == of_account, Enrollment.contact_id == id_param("of_contact"))
        .order_by(Enrollment.id.desc())
        .limit(ENROLLMENTS_SHOWN)
    )


def newest_contact(account_id: int) -> int | None:
    """Return the id of the contact that was added last, of those who can be contacted if there are any."""
    newest = (
        sa.select(Contact.id).where(Contact.account_id == account_id).order_by(Contact.id.desc()).limit(1)
    )
    found: int | None = session().scalar(newest.where(may_be_contacted(Contact.status)))
    return session().scalar(newest) if found is None else found


def versions_of(account_id: int, enrollment_ids: Sequence[int]) -> dict[int, int]:
    """Return {enrollment id: version id}."""
    one = _enrollments.c
    query = sa.select(one.id, one.version_id).where(*with_ids(_enrollments, account_id, enrollment_ids))
    return {row[0]: row[1] for row in session().execute(query)}


def definitions(account_id: int, version_ids: Iterable[int]) -> dict[int, Definition]:
    """Return {version id: definition}."""
    values = {"of_account": account_id, "of_versions": sorted(set(version_ids))}
    return {row[0]: _parsed(row[1]) for row in read_built(_definitions(is_sqlite()), values)}


@lru_cache
def _definitions(on_sqlite: bool) -> sa.Select[Any]:
    one = WorkflowVersion.__table__.c
    return sa.select(one.id, sa.cast(one.definition, sa.Text)).where(
        one.account_id == id_param("of_account"), in_ids(one.id, "of_versions", on_sqlite)
    )


def version_numbers(account_id: int, version_ids: Iterable[int]) -> dict[int, int]:
    """Return {version id: its number}."""
    query = sa.select(WorkflowVersion.id, WorkflowVersion.number).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.id.in_(set(version_ids))
    )
    return {row[0]: row[1] for row in session().execute(query)}


@lru_cache(maxsize=256)
def _parsed(document: str) -> Definition:
    return parse(json.loads(document))


def enrolled_often(
    account_id: int, contact_ids: Collection[int], workflow_id: int, source: str, since: datetime, times: int
) -> set[int]:
    """Return those of the contacts that this source has enrolled in the workflow so many times since then."""
    query = (
        sa.select(Enrollment.contact_id)
        .where(
            Enrollment.account_id == account_id,
            Enrollment.contact_id.in_(id_list(list(contact_ids))),
            without_index(Enrollment.workflow_id) == workflow_id,
            Enrollment.source == source,
            Enrollment.enrolled_at > since,
        )
        .group_by(Enrollment.contact_id)
        .having(sa.func.count() >= times)
    )
    return set(session().scalars(query))


def events_of(account_id: int, enrollment_ids: Collection[int]) -> dict[int, int]:
    """Return {id: event that started it} of the enrollments that an event has started."""
    one = _enrollments.c
    query = sa.select(one.id, one.event_id).where(
        *with_ids(_enrollments, account_id, sorted(enrollment_ids)), one.event_id.is_not(None)
    )
    return {enrollment_id: event_id for enrollment_id, event_id in session().execute(query) if event_id}


def workflow_ids(account_id: int) -> Sequence[int]:
    """Return the ids of all workflows of the account that have been active, oldest first."""
    query = sa.select(Workflow.id).where(
        Workflow.account_id == account_id, Workflow.active_version_id.is_not(None)
    )
    return session().scalars(query.order_by(Workflow.id)).all()


def name_and_status(account_id: int, workflow_id: int) -> tuple[str, str]:
    """Return name and status of a workflow."""
    query = sa.select(Workflow.name, Workflow.status).where(
        Workflow.account_id == account_id, Workflow.id == workflow_id
    )
    name, status = session().execute(query).one()
    return name, status


def workflow_names(account_id: int, workflow_ids: Iterable[int]) -> dict[int, tuple[str, str, bool]]:
    """Return {workflow id: (name, public id, whether it has been deleted)}."""
    deleted = Workflow.deleted_at.is_not(None)
    query = sa.select(Workflow.id, Workflow.name, Workflow.public_id, deleted).where(
        Workflow.account_id == account_id, Workflow.id.in_(set(workflow_ids))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session().execute(query)}


def tracking_workflows(account_id: int, workflow_ids: Iterable[int]) -> set[int]:
    """Return those of the workflows whose emails tell of opens and clicks."""
    query = sa.select(Workflow.id).where(
        Workflow.account_id == account_id,
        Workflow.id.in_(set(workflow_ids)),
        Workflow.tracks_reactions.is_(True),
    )
    return set(session().scalars(query))


def _ids(
    account_id: int, workflow_id: int, status: str, after: int | None, before: int | None
) -> sa.Select[int]:
    """Select up to PAGE + 1 ids with one status, in index order. For SQLite the workflow is marked as
    unlikely: if it takes most enrollments to be in it, it walks through all until it finds so many."""
    one = _enrollments.c
    workflow, *account = in_workflow(one, account_id, workflow_id, is_sqlite())
    query = sa.select(one.id).where(
        sa.func.unlikely(workflow) if is_sqlite() else workflow, *account, one.status == status
    )
    if before:
        query = query.where(one.id > before)
    elif after:
        query = query.where(one.id < after)
    return query.order_by(one.id.asc() if before else one.id.desc()).limit(PAGE + 1)
