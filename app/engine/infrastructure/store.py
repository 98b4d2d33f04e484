"""Bulk writes of enrollments."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.deliveries import application as deliveries
from app.engine.domain import UNDER_WAY, EndReason, EnrollmentStatus
from app.engine.infrastructure.conditions import counts_as_former, ended_by_archiving
from app.engine.infrastructure.counters import counts, end_counts, source_counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.counters.end_counts import End, end_of
from app.engine.infrastructure.counters.source_counts import Entry
from app.engine.infrastructure.tables import Enrollment
from app.messaging import application as messaging
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import (
    Bound,
    around,
    bound,
    execute_built,
    id_param,
    is_there,
    off_index,
    row_list,
    with_ids,
    without_index,
)
from app.platform.database.short_reads import in_ids
from app.platform.database.upserts import insert_into

_contacts, _enrollments = Contact.__table__, Enrollment.__table__
_PAIR = {name: _enrollments.c[name].type for name in ("contact_id", "event_id")}
_GIVEN = (
    *("account_id", "workflow_id", "version_id", "status", "step_id", "due_at"),
    *("source", "job_id", "enrolled_at"),
)


def enroll_many(
    account_id: int,
    contacts: sa.Select[int] | Bound,
    workflow_id: int,
    version_id: int,
    first_step: str | None,
    again: bool,
    source: str,
    job_id: int | None,
    at: datetime,
    is_held: bool,
) -> int:
    """Insert enrollments with one statement; see `application.enroll_many`."""
    given = (workflow_id, version_id, first_step, source, job_id, at, is_held)
    insert, values = _enrolling(account_id, contacts, again, is_named=False, given=given)
    enrolled = int(execute_built(insert, values, rowcount=True).rowcount)
    _count(account_id, values, enrolled)
    return enrolled


def enroll_naming(
    account_id: int,
    contacts: Mapping[int, int | None],
    workflow_id: int,
    version_id: int,
    first_step: str | None,
    again: bool,
    source: str,
    at: datetime,
    is_held: bool,
    occasion: date | None,
) -> list[int]:
    """Enroll contacts, given with the event that starts each of them; return the ids of those who were
    enrolled. An `occasion` enrolls a contact at most once, even with `again`."""
    given = (workflow_id, version_id, first_step, source, None, at, is_held)
    values = {"of_account": account_id, "ids": sorted(contacts)}
    open_ids = execute_built(_open_contacts(is_sqlite()), values).scalars()
    pairs = row_list(_PAIR, [(contact_id, contacts[contact_id]) for contact_id in sorted(open_ids)])
    insert, values = _enrolling(account_id, pairs, again, is_named=True, given=given)
    enrolled = sorted(execute_built(insert, {**values, "e_occasion": occasion}).scalars())
    _count(account_id, values, len(enrolled))
    return enrolled


def _enrolling(
    account_id: int, contacts: sa.Select[int] | Bound, again: bool, *, is_named: bool, given: tuple[Any, ...]
) -> tuple[Any, dict[str, Any]]:
    """Return the insert of enrollments with the values of its parameters."""
    workflow_id, version_id, first_step, source, job_id, at, is_held = given
    wanted = bound(contacts)
    status = EnrollmentStatus.HELD if is_held else EnrollmentStatus.ACTIVE
    values = {
        "e_account_id": account_id,
        "e_workflow_id": workflow_id,
        "e_version_id": version_id,
        "e_status": status.value,
        "e_step_id": first_step,
        "e_due_at": None if is_held else at,
        "e_source": source,
        "e_job_id": job_id,
        "e_enrolled_at": at,
    }
    return around(_insert, wanted, again, is_named, is_sqlite()), {**wanted.values, **values}


def _count(account_id: int, values: dict[str, Any], enrolled: int) -> None:
    """Count enrollments that were inserted with these values."""
    workflow_id, at = values["e_workflow_id"], values["e_enrolled_at"]
    place = Place(workflow_id, values["e_version_id"], values["e_step_id"] or "", values["e_status"])
    counts.change(account_id, {place: enrolled})
    source_counts.add(account_id, {Entry(workflow_id, values["e_source"], at.date()): enrolled})


def withdraw(account_id: int, contacts: sa.Select[int], reason: EndReason, at: datetime) -> None:
    """End the active enrollments of the contacts whose ids the select returns."""
    end(account_id, _enrollments.c.contact_id.in_(contacts), reason=reason, at=at)


def withdraw_many(
    account_id: int, contacts: sa.Select[int], job_id: int, undone_by: int, at: datetime
) -> int:
    """End the job's enrollments of the contacts that are under way, and count those as undone, too, that
    ended because the workflow was archived; see `application.withdraw_many`."""
    of_job = (_enrollments.c.job_id == job_id, _enrollments.c.contact_id.in_(contacts))
    archived = _undo_archived(account_id, of_job, undone_by)
    return archived + end(account_id, *of_job, reason=EndReason.UNDONE, at=at, undone_job_id=undone_by)


def _undo_archived(account_id: int, which: Sequence[sa.ColumnElement[bool]], undone_by: int) -> int:
    table = _enrollments.c
    found = session().execute(
        sa.update(_enrollments)
        .where(table.account_id == account_id, *which, ended_by_archiving(table))
        .values(end_reason=EndReason.UNDONE.value, undone_job_id=undone_by)
        .returning(table.workflow_id, table.version_id, table.step_id, table.enrolled_at)
    )
    ends: Counter[End] = Counter()
    status, undone = EnrollmentStatus.WITHDRAWN.value, 0
    for workflow_id, version_id, step_id, enrolled_at in found:
        undone += 1
        for reason, more in ((EndReason.ARCHIVED, -1), (EndReason.UNDONE, 1)):
            ends[end_of(workflow_id, version_id, step_id, status, reason.value, enrolled_at, None)] += more
    end_counts.change(account_id, ends)
    return undone


def withdraw_from(
    account_id: int, workflow_id: int, contacts: sa.Select[int], reason: EndReason, at: datetime
) -> int:
    """End the active enrollments of the contacts in one workflow; return how many."""
    # SQLite would look through all enrollments of the workflow.
    in_workflow = off_index(_enrollments.c.workflow_id, is_sqlite()) == workflow_id
    theirs = (in_workflow, _enrollments.c.contact_id.in_(contacts))
    return end(account_id, *theirs, reason=reason, at=at)


def withdraw_contact(account_id: int, contact_id: int, reason: EndReason, at: datetime) -> None:
    """End all active enrollments of a contact."""
    end(account_id, _enrollments.c.contact_id == contact_id, reason=reason, at=at)


def end(
    account_id: int,
    *conditions: sa.ColumnElement[bool],
    reason: EndReason,
    at: datetime,
    to: EnrollmentStatus = EnrollmentStatus.WITHDRAWN,
    **values: Any,
) -> int:
    """End the active enrollments that fulfill the conditions, and withdraw their messages and
    deliveries; return how many."""
    theirs = (_enrollments.c.account_id == account_id, *conditions)
    return _end(account_id, theirs, reason, at, to, values)


def end_listed(
    account_id: int,
    ids: Sequence[int],
    *conditions: sa.ColumnElement[bool],
    reason: EndReason,
    at: datetime,
    to: EnrollmentStatus = EnrollmentStatus.WITHDRAWN,
) -> int:
    """End those of the listed enrollments that are active and meet the conditions; return how many."""
    theirs = (*with_ids(_enrollments, account_id, ids), *conditions)
    return _end(account_id, theirs, reason, at, to, {})


def _end(
    account_id: int,
    conditions: Sequence[sa.ColumnElement[bool]],
    reason: EndReason,
    at: datetime,
    to: EnrollmentStatus,
    values: Mapping[str, Any],
) -> int:
    ended: Counter[Place] = Counter()
    ends: Counter[End] = Counter()
    ids: list[int] = []
    table = _enrollments.c
    for status in UNDER_WAY:  # in the order in which an enrollment has them
        found = session().execute(
            sa.update(_enrollments)
            .where(*conditions, table.status == status)
            .values(
                status=to.value, end_reason=reason.value, ended_at=at, due_at=None, waits_for=None, **values
            )
            .returning(table.id, table.workflow_id, table.version_id, table.step_id, table.enrolled_at)
        )
        for enrollment_id, workflow_id, version_id, step_id, enrolled_at in found:
            ids.append(enrollment_id)
            ended[Place(workflow_id, version_id, step_id or "", status.value)] -= 1
            ended[Place(workflow_id, version_id, step_id or "", to.value)] += 1
            ends[end_of(workflow_id, version_id, step_id, to.value, reason.value, enrolled_at, at)] += 1
    messaging.withdraw(account_id, ids, at)
    deliveries.withdraw(account_id, ids, at)
    counts.change(account_id, ended)
    end_counts.change(account_id, ends)
    return -sum(change for place, change in ended.items() if place.status in UNDER_WAY)


@lru_cache
def _open_contacts(on_sqlite: bool) -> sa.Select[Any]:
    """Select those of the contacts that may be contacted, in one go: looked up one by one, while statistics
    are out of date, PostgreSQL takes any index that begins with the account."""
    one = _contacts.c
    return sa.select(one.id).where(
        off_index(one.account_id, on_sqlite) == id_param("of_account"),
        in_ids(one.id, "ids", on_sqlite),
        may_be_contacted(one.status),
    )


@lru_cache(maxsize=64)
def _insert(contacts: sa.Select[Any], again: bool, is_named: bool, on_sqlite: bool) -> Any:
    wanted = contacts.subquery("wanted")
    contact_id = wanted.c[0]
    names = (*_GIVEN, "occasion") if is_named else _GIVEN
    given: dict[str, Any] = {
        name: sa.bindparam(f"e_{name}", type_=_enrollments.c[name].type) for name in names
    }
    before = sa.select(_enrollments.c.id).where(
        _enrollments.c.account_id == given["account_id"],
        _enrollments.c.contact_id == contact_id,
        without_index(_enrollments.c.workflow_id) == given["workflow_id"],
    )
    if not again:
        before = before.where(counts_as_former(_enrollments.c))
    else:
        # A job or an occasion enrolls a contact at most once, even if the enrollment has already ended.
        key = "occasion" if is_named else "job_id"
        is_same = _enrollments.c[key] == given[key]
        before = before.where(sa.or_(_enrollments.c.status.in_(UNDER_WAY), is_same))
    # Looked up contact by contact through the primary key, whatever the planner's statistics say.
    open_contact = sa.select(_contacts.c.id).where(
        _contacts.c.account_id == given["account_id"],
        _contacts.c.id == contact_id,
        may_be_contacted(_contacts.c.status),
    )
    if is_named:
        given["event_id"] = wanted.c[1]
    is_open = () if is_named else (is_there(open_contact),)  # those of `enroll_naming` are known to be
    chosen = sa.select(*given.values(), contact_id).where(*is_open, ~is_there(before)).order_by(contact_id)
    insert = insert_into(_enrollments, on_sqlite)
    insert = insert.from_select([*given, "contact_id"], chosen).on_conflict_do_nothing()
    return insert.returning(_enrollments.c.contact_id) if is_named else insert
