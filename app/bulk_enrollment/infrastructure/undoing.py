"""Statements of undo jobs: their rows, what becomes of each, and the outcomes.

An undo takes back what the original job did: its enrollments that are still under way, the tags that it
added, and the contacts that it created and nothing else has touched since. Contacts and enrollments are
locked before their outcome is determined, so that nothing changes in between.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.bulk_enrollment.domain.outcomes import FIRST_PROBLEM, Outcome
from app.bulk_enrollment.infrastructure.fixing.retried_rows import SOURCE_ROW
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob, EnrollmentRow
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.engine.domain import REMOVED, UNDER_WAY, EnrollmentStatus
from app.engine.infrastructure.conditions import ended_by_archiving
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import is_there, without_index

USED = "used"  # detail of a row whose contact the original job created, but something else has touched since
_PLAIN = {"synchronize_session": False}


def row_of_original(original: EnrollmentJob, count: int) -> int:
    """Return the row number of the original job's `count`-th row that did something; 0 for none."""
    if not count:
        return 0
    query = sa.select(EnrollmentRow.row_number).where(*_done(original)).order_by(EnrollmentRow.row_number)
    return session().scalar(query.offset(count - 1).limit(1)) or 0


def count_done(original: EnrollmentJob) -> int:
    """Count the rows of the original job that did something. Reads all its rows."""
    return session().scalar(sa.select(sa.func.count()).where(*_done(original))) or 0


def load_rows(original: EnrollmentJob, job_id: int, after: int, last: int, limit: int) -> tuple[int, int]:
    """Write the next rows of an undo to its ledger, from `after` + 1 on, with their expected outcomes.

    They are up to `limit` rows of the original job after its row `last`. Return (their number, the last one's
    number there).
    """
    following = (
        sa.select(EnrollmentRow.row_number)
        .where(*_done(original), EnrollmentRow.row_number > last)
        .order_by(EnrollmentRow.row_number)
        .limit(limit)
        .subquery("following")
    )
    count, end = session().execute(sa.select(sa.func.count(), sa.func.max(following.c.row_number))).one()
    if not count:
        return 0, last
    outcome, detail = _verdict(original)
    columns = {
        "account_id": sa.literal(original.account_id),
        "job_id": sa.literal(job_id),
        "row_number": sa.literal(after) + sa.func.row_number().over(order_by=EnrollmentRow.row_number),
        "line": EnrollmentRow.line,
        "identifier": EnrollmentRow.identifier,
        "key": EnrollmentRow.key,
        "contact_id": EnrollmentRow.contact_id,
        "outcome": outcome,
        "detail": detail,
        "source_row": SOURCE_ROW,
    }
    chosen = sa.select(*columns.values()).where(
        *_done(original), EnrollmentRow.row_number > last, EnrollmentRow.row_number <= end
    )
    session().execute(sa.insert(EnrollmentRow).from_select(list(columns), chosen))
    return count, end


def _done(original: EnrollmentJob) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        EnrollmentRow.account_id == original.account_id,
        EnrollmentRow.job_id == original.id,
        EnrollmentRow.outcome < FIRST_PROBLEM,
    )


def lock_enrollments(span: Range, original: EnrollmentJob) -> None:
    """Lock the enrollments by the original job of a range of the undo's rows, in order of their ids.

    The caller has locked their contacts: whatever locks both begins with contacts, so that nothing can
    deadlock. On SQLite the write lock already does this.
    """
    if is_sqlite():
        return
    session().execute(
        sa.select(Enrollment.id)
        .where(
            Enrollment.account_id == original.account_id,
            Enrollment.job_id == original.id,
            Enrollment.contact_id.in_(all_people(span)),
        )
        .order_by(Enrollment.id)
        .with_for_update()
    )


def write_outcomes(span: Range, original: EnrollmentJob) -> None:
    """Write the outcomes of the range that differ from the plan."""
    outcome, detail = _verdict(original)
    differs = sa.or_(EnrollmentRow.outcome != outcome, EnrollmentRow.detail.is_distinct_from(detail))
    session().execute(
        sa.update(EnrollmentRow).where(span.holds(), differs).values(outcome=outcome, detail=detail),
        execution_options=_PLAIN,
    )


def all_people(span: Range) -> sa.Select[Any]:
    """Select the contact ids of the range."""
    return sa.select(EnrollmentRow.contact_id).where(span.holds(), EnrollmentRow.contact_id.isnot(None))


class _ContactFacts(NamedTuple):
    """SQL conditions on the contact of a row: it exists, the job has created it, and nothing but the job has
    done anything with it since."""

    is_known: sa.ColumnElement[bool]
    is_created: sa.ColumnElement[bool]
    is_unused: sa.ColumnElement[bool]


_Verdict = tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]
"""SQL expressions for outcome and detail of a row if it were undone now."""


def _verdict(original: EnrollmentJob) -> _Verdict:
    of_kind = _of_import if original.workflow_id is None else _of_enrollment
    return of_kind(original, _contact_facts(original))


def _contact_facts(original: EnrollmentJob) -> _ContactFacts:
    account_id = original.account_id
    is_contact = sa.and_(Contact.account_id == account_id, Contact.id == EnrollmentRow.contact_id)
    is_unused = is_there(
        sa.select(Contact.id).where(
            is_contact,
            Contact.created_job_id == original.id,
            Contact.updated_at <= Contact.created_at,
            ~_has(ContactEvent, account_id, ContactEvent.job_id, original.id, ContactEvent.kind != REMOVED),
            ~_has(Enrollment, account_id, Enrollment.job_id, original.id),
            ~_has(ContactTag, account_id, ContactTag.added_job_id, original.id),
        )
    )
    return _ContactFacts(
        is_there(sa.select(Contact.id).where(is_contact)),
        is_there(sa.select(Contact.id).where(is_contact, Contact.created_job_id == original.id)),
        is_unused,
    )


def _of_import(original: EnrollmentJob, contact: _ContactFacts) -> _Verdict:
    has_tags = is_there(
        sa.select(ContactTag.tag_id).where(
            ContactTag.account_id == original.account_id,
            ContactTag.contact_id == EnrollmentRow.contact_id,
            ContactTag.added_job_id == original.id,
        )
    )
    outcome = sa.case(
        (~contact.is_known, Outcome.CONTACT_GONE),
        (contact.is_unused, Outcome.CONTACT_REMOVED),
        (contact.is_created, Outcome.MOVED_ON),
        (has_tags, Outcome.TAGS_REMOVED),
        else_=Outcome.NOTHING_TO_UNDO,
    )
    return outcome, sa.case((sa.and_(contact.is_created, ~contact.is_unused), USED), else_=sa.null())


def _of_enrollment(original: EnrollmentJob, contact: _ContactFacts) -> _Verdict:
    mine = sa.select(Enrollment.status).where(
        Enrollment.account_id == original.account_id,
        Enrollment.contact_id == EnrollmentRow.contact_id,
        without_index(Enrollment.job_id) == original.id,
    )
    is_archived = ended_by_archiving(Enrollment)
    is_in = is_there(mine.where(sa.or_(Enrollment.status.in_(UNDER_WAY), is_archived)))
    has_not_begun = sa.case(
        (is_archived, Enrollment.moved_at.is_(None)), else_=Enrollment.status == EnrollmentStatus.HELD
    )
    may_be_removed = sa.and_(contact.is_unused, ~is_there(mine.where(~has_not_begun)))
    outcome = sa.case(
        (~contact.is_known, Outcome.CONTACT_GONE),
        (~is_in, Outcome.MOVED_ON),
        (may_be_removed, Outcome.CONTACT_REMOVED),
        else_=Outcome.WITHDRAWN,
    )
    status = mine.order_by(Enrollment.id.desc()).limit(1).scalar_subquery()
    no_detail: sa.ColumnElement[Any] = sa.null()
    detail = sa.case(
        (~contact.is_known, no_detail),
        (~is_in, status),
        (sa.and_(contact.is_created, ~may_be_removed), USED),
        else_=no_detail,
    )
    return outcome, detail


def _has(
    table: Any, account_id: int, job_id: Any, original_id: int, *conditions: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """SQL condition: the contact has rows in this table that another job, or a user, has added."""
    query = sa.select(table.contact_id).where(
        table.account_id == account_id,
        table.contact_id == Contact.id,
        job_id.is_distinct_from(original_id),
        *conditions,
    )
    return is_there(query.correlate(Contact))
