"""Statements of a batch that turns out as planned.

They leave the ledger unchanged, except that rows are linked to the contacts they create. Rows that planning
does not expect to enroll are checked again; for the others, the engine's count is compared with the plan. On
any difference the caller rolls back and processes the batch with `rows` instead. The statements are built
once for each kind of job and run with the values of `parameters`.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import DECIDED_BY_PLAN, Outcome
from app.bulk_enrollment.infrastructure.conditions.newcomers import makes_contact
from app.bulk_enrollment.infrastructure.store.row_range import Range, fields_of, owner_of
from app.bulk_enrollment.infrastructure.store.rows import UNCLEAR, left_on
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow, RowFields
from app.contacts.domain.consent import CONTACTABLE
from app.contacts.infrastructure.conditions import has_key, may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.conditions import counts_as_former
from app.engine.infrastructure.tables import Enrollment
from app.files.domain.columns.identify import Identifier
from app.files.domain.consent.cells import LEFT_OUT
from app.platform.database.many_rows import Bound, constant, execute_built, id_param, is_there, without_index

_rows, _fields = EnrollmentRow.__table__.c, RowFields.__table__.c
_contacts, _enrollments = Contact.__table__.c, Enrollment.__table__.c
_account, _job = id_param("of_account"), id_param("of_job")
_workflow = id_param("of_workflow")
_first, _last = sa.bindparam("first", type_=sa.Integer()), sa.bindparam("last", type_=sa.Integer())
_in_range = sa.and_(
    _rows.account_id == _account, _rows.job_id == _job, _rows.row_number.between(_first, _last)
)
_is = {outcome: _rows.outcome == constant(outcome) for outcome in Outcome}


def parameters(span: Range, workflow_id: int | None) -> Mapping[str, Any]:
    """Return the bound parameters that all statements in this module share."""
    return {
        "of_account": span.account_id,
        "of_job": span.job_id,
        "of_workflow": workflow_id,
        "first": span.first,
        "last": span.last,
    }


def people_written_about(values: Mapping[str, Any], updates: bool) -> Bound:
    """Select the ids of the known contacts that will be enrolled or blocked; with `updates`, of all known
    contacts."""
    return Bound(_written_about(updates), values)


@lru_cache
def _written_about(updates: bool) -> sa.Select[Any]:
    is_written = sa.true() if updates else sa.or_(_is[Outcome.ENROLLED], _rows.withheld.isnot(None))
    return sa.select(_rows.contact_id).where(_in_range, is_written, _rows.contact_id.isnot(None))


def newcomers(values: Mapping[str, Any]) -> Bound:
    """Select (status, fields) of the rows that create a contact."""
    return Bound(_newcomers(), values)


@lru_cache
def _newcomers() -> sa.Select[Any]:
    status = sa.func.coalesce(_rows.withheld, constant(CONTACTABLE.value)).label("status")
    fields = fields_of(_account, _job, _rows)
    return sa.select(status, fields.label("fields")).where(
        _in_range, makes_contact(_rows), fields.isnot(None)
    )


def tie_newcomers(span: Range, values: Mapping[str, Any]) -> int:
    """Link the rows that created a contact to it. Return the number of rows."""
    return int(execute_built(_tie(span.identifier), values, rowcount=True).rowcount)


@lru_cache
def _tie(identifier: Identifier) -> sa.Update:
    owner = owner_of(_account, identifier, _rows)
    is_new = sa.and_(_in_range, makes_contact(_rows), owner.isnot(None))
    return sa.update(EnrollmentRow.__table__).where(is_new).values(contact_id=owner)


def something_differs(span: Range, again: bool, values: Mapping[str, Any]) -> bool:
    """Return whether the outcome of a row that is not to be enrolled would differ from its plan now."""
    return execute_built(_differing(span.identifier, again), values).first() is not None


@lru_cache
def _differing(identifier: Identifier, again: bool) -> sa.Select[Any]:
    status = (
        sa.select(_contacts.status)
        .where(_contacts.account_id == _account, _contacts.id == _rows.contact_id)
        .scalar_subquery()
    )
    is_left_out = sa.func.coalesce(_rows.withheld, constant("")) == constant(LEFT_OUT)
    is_blocked = sa.case(
        (sa.and_(_rows.withheld.isnot(None), ~is_left_out), sa.true()),
        (may_be_contacted(status), is_left_out),
        else_=sa.func.coalesce(status, constant(UNCLEAR)) == _rows.detail,
    )
    before = sa.select(_enrollments.id).where(
        _enrollments.account_id == _account,
        _enrollments.contact_id == _rows.contact_id,
        without_index(_enrollments.workflow_id) == _workflow,
    )
    if again:
        before = before.where(_enrollments.status.in_([constant(status.value) for status in UNDER_WAY]))
    else:
        before = before.where(counts_as_former(_enrollments))
    day = left_on(_account, _rows.contact_id, _workflow)
    is_in = sa.and_(may_be_contacted(status), is_there(before), _rows.detail.is_not_distinct_from(day))
    is_as_planned = sa.case(
        (_is[Outcome.CONTACT_NOT_FOUND], _rows.contact_id.is_(None)),
        (_is[Outcome.CONTACT_BLOCKED], is_blocked),
        (_is[Outcome.ALREADY_ENROLLED], is_in),
        else_=sa.false(),
    )
    untold = [constant(outcome) for outcome in (*DECIDED_BY_PLAN, Outcome.ENROLLED)]
    same_owner = _rows.contact_id.is_not_distinct_from(owner_of(_account, identifier, _rows))
    return (
        sa.select(_rows.row_number)
        .where(_in_range, _rows.outcome.notin_(untold), ~sa.and_(same_owner, is_as_planned))
        .limit(1)
    )


def people_to_enroll(span: Range, values: Mapping[str, Any]) -> Bound:
    """Select the ids of the contacts to enroll that still have the key of their row."""
    return Bound(_to_enroll(span.identifier), values)


@lru_cache
def _to_enroll(identifier: Identifier) -> sa.Select[Any]:
    still = sa.select(_contacts.id).where(
        _contacts.id == _rows.contact_id, has_key(_account, identifier, _rows.key, _contacts)
    )
    return sa.select(_rows.contact_id).where(_in_range, _is[Outcome.ENROLLED], is_there(still))


def people_enrolled(values: Mapping[str, Any]) -> Bound:
    """Select the contact ids of rows with the outcome ENROLLED."""
    return Bound(_enrolled(), values)


@lru_cache
def _enrolled() -> sa.Select[Any]:
    return sa.select(_rows.contact_id).where(_in_range, _is[Outcome.ENROLLED])


def fields_of_enrolled(values: Mapping[str, Any]) -> Bound:
    """Select (contact_id, fields) of rows with the outcome ENROLLED that have fields."""
    return Bound(_enrolled_with_fields(), values)


@lru_cache
def _enrolled_with_fields() -> sa.Select[Any]:
    fields = fields_of(_account, _job, _rows)
    return sa.select(_rows.contact_id, fields.label("fields")).where(
        _in_range, _is[Outcome.ENROLLED], fields.isnot(None)
    )


def forget_fields(values: Mapping[str, Any]) -> None:
    execute_built(_forgetting(), values)


@lru_cache
def _forgetting() -> sa.Delete:
    return sa.delete(RowFields.__table__).where(
        _fields.account_id == _account, _fields.job_id == _job, _fields.row_number.between(_first, _last)
    )
