"""From a selection into the ledger: a chunk of read rows is loaded beside it and judged on its way in, in one
statement; contacts of a filter go there straight from their table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import cut
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.selection import Identifier
from app.bulk_enrollment.infrastructure.store.rows import FILE, UNCLEAR
from app.bulk_enrollment.infrastructure.tables import (
    COUNTING,
    EnrollmentBatch,
    EnrollmentRow,
    WithheldKey,
    staged_rows,
)
from app.contacts.infrastructure.conditions import may_be_contacted
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import Enrollment
from app.files.domain.consent.cells import LEFT_OUT, WITHHELD
from app.platform.database import is_sqlite, session
from app.platform.many_rows import bulk_load, is_there, refresh_statistics, unknown_to_planner, without_index

REFUSALS = tuple(word for word in WITHHELD if word != LEFT_OUT)
_COUNTING = sa.text(f"enrollment_rows.{COUNTING.text}")


@dataclass(frozen=True)
class PlanContext:
    """What the verdict on a row depends on besides the row. `workflow_id` None means an import."""

    account_id: int
    job_id: int
    identifier: Identifier
    creates: bool
    updates: bool
    workflow_id: int | None
    again: bool

    @property
    def good(self) -> Any:
        """The verdict on a row whose contact is there and open."""
        if self.workflow_id is not None:
            return sa.literal(Outcome.ENROLLED)
        return sa.literal(Outcome.UPDATED if self.updates else Outcome.UNCHANGED)


def load_chunk(context: PlanContext, rows: Iterable[tuple[Any, ...]]) -> None:
    """Put read rows, in the order of the staged table's columns, into the ledger with their verdicts.

    Rows of earlier chunks must be there already: a duplicate names the first row of its address.
    """
    if is_sqlite():
        session().execute(sa.text(str(sa.schema.CreateTable(staged_rows, if_not_exists=True))))
        session().execute(sa.delete(staged_rows))
    else:
        session().execute(sa.text("DROP TABLE IF EXISTS pg_temp.staged_rows"))
        staged_rows.create(session().connection())
    bulk_load(staged_rows, [column.name for column in staged_rows.columns], rows)
    refresh_statistics(staged_rows)
    session().execute(_into_ledger(context))


def _into_ledger(context: PlanContext) -> sa.Insert:
    staged = _staged(context)
    contact = _contacts_by_key(context)
    is_duplicate = staged.c.first_row < staged.c.row_number
    under_way, was_in = _enrolled(context, contact.c.id)
    is_enrolled = sa.false() if context.workflow_id is None else under_way if context.again else was_in
    is_shared, is_open = contact.c.people > 1, may_be_contacted(contact.c.status)
    verdict = sa.case(
        (staged.c.verdict == Outcome.VALIDATION_ERROR, Outcome.VALIDATION_ERROR),
        (is_shared, Outcome.VALIDATION_ERROR),
        (is_duplicate, Outcome.DUPLICATE_IN_SELECTION),
        (
            contact.c.id.is_(None),
            sa.case((staged.c.withheld.isnot(None), Outcome.CONTACT_BLOCKED), else_=_missing(context))
            if context.creates
            else Outcome.CONTACT_NOT_FOUND,
        ),
        (sa.or_(staged.c.withheld.isnot(None), ~is_open), Outcome.CONTACT_BLOCKED),
        (is_enrolled, Outcome.ALREADY_ENROLLED),
        else_=context.good,
    )
    detail = sa.case(
        (staged.c.verdict == Outcome.VALIDATION_ERROR, staged.c.detail),
        (is_shared, "shared_phone"),
        (is_duplicate, sa.cast(staged.c.first_row, sa.String)),
        (staged.c.withheld.in_(REFUSALS), sa.func.coalesce(staged.c.detail, FILE)),
        (sa.and_(contact.c.id.is_not(None), ~is_open), contact.c.status),
        (staged.c.withheld.isnot(None), sa.func.coalesce(staged.c.detail, UNCLEAR)),
        else_=None,
    )
    columns = {
        "account_id": sa.literal(context.account_id),
        "job_id": sa.literal(context.job_id),
        "row_number": staged.c.row_number,
        "line": staged.c.line,
        "identifier": staged.c.identifier,
        "key": staged.c.key,
        "contact_id": sa.case((is_shared, None), else_=contact.c.id),
        "verdict": verdict,
        "detail": detail,
        "note": staged.c.note,
        "withheld": staged.c.withheld,
        "fields": staged.c.fields,
    }
    chosen = (
        sa.select(*columns.values())
        .select_from(staged)
        .outerjoin(contact, contact.c.key == staged.c.key)
        .order_by(staged.c.row_number)
    )
    return sa.insert(EnrollmentRow).from_select(list(columns), chosen)


def load_contacts(context: PlanContext, ids: sa.Select[Any], after: int, limit: int) -> int:
    """Put the next contacts of a select of ids into the ledger, up to `limit` behind row number `after`, in
    the order of their ids. Returns how many."""
    last = sa.select(EnrollmentRow.contact_id).where(
        EnrollmentRow.account_id == context.account_id,
        EnrollmentRow.job_id == context.job_id,
        EnrollmentRow.row_number == after,
    )
    behind = session().scalar(last) or 0
    following = ids.where(Contact.id > behind).order_by(Contact.id).limit(limit).subquery("following")
    under_way, was_in = _enrolled(context, Contact.id)
    is_enrolled = sa.false() if context.workflow_id is None else under_way if context.again else was_in
    is_open = may_be_contacted(Contact.status)
    number = sa.literal(after) + sa.func.row_number().over(order_by=Contact.id)
    key = sa.cast(Contact.id, sa.String)
    columns = {
        "account_id": sa.literal(context.account_id),
        "job_id": sa.literal(context.job_id),
        "row_number": number,
        "line": number,
        "identifier": key,
        "key": key,
        "contact_id": Contact.id,
        "verdict": sa.case(
            (~is_open, Outcome.CONTACT_BLOCKED),
            (is_enrolled, Outcome.ALREADY_ENROLLED),
            else_=context.good,
        ),
        "detail": sa.case((~is_open, Contact.status), else_=None),
    }
    chosen = (
        sa.select(*columns.values())
        .join(following, following.c.id == Contact.id)
        .where(Contact.account_id == context.account_id)
    )
    loaded: Any = session().execute(
        sa.insert(EnrollmentRow).from_select(list(columns), chosen),
        execution_options={"preserve_rowcount": True},
    )
    return int(loaded.rowcount)


def _staged(context: PlanContext) -> sa.Subquery:
    """The chunk, each row with the first row of its key: in an earlier chunk, else in this one."""
    earlier = (
        sa.select(EnrollmentRow.row_number)
        .where(
            EnrollmentRow.account_id == context.account_id,
            without_index(EnrollmentRow.job_id) == context.job_id,
            EnrollmentRow.key == staged_rows.c.key,
            _COUNTING,
        )
        .scalar_subquery()
    )
    here = sa.func.min(staged_rows.c.row_number).over(partition_by=staged_rows.c.key)
    return sa.select(staged_rows, sa.func.coalesce(earlier, here).label("first_row")).subquery("staged")


def _missing(context: PlanContext) -> Outcome:
    return Outcome.CREATED if context.workflow_id is None else Outcome.ENROLLED


def _contacts_by_key(context: PlanContext) -> Any:
    """Contacts that the chunk speaks of: key, id, status and how many share the key."""
    keys = sa.select(staged_rows.c.key).where(staged_rows.c.key.isnot(None))
    query: Any
    if context.identifier == "email":
        query = sa.select(
            Contact.email_key.label("key"), Contact.id, Contact.status, sa.literal(1).label("people")
        )
        query = query.where(Contact.email_key.in_(keys))
    elif context.identifier == "phone":
        people = sa.func.count().label("people")
        query = sa.select(
            Contact.phone_key.label("key"),
            sa.func.min(Contact.id).label("id"),
            sa.func.min(Contact.status).label("status"),
            people,
        )
        query = query.where(Contact.phone_key.in_(keys)).group_by(Contact.phone_key)
    else:
        numbers = sa.select(sa.cast(staged_rows.c.key, sa.BigInteger)).where(staged_rows.c.key.isnot(None))
        key = sa.cast(Contact.id, sa.String).label("key")
        query = sa.select(key, Contact.id, Contact.status, sa.literal(1).label("people"))
        query = query.where(Contact.id.in_(numbers))
    return query.where(Contact.account_id == context.account_id).subquery("contact")


def _enrolled(context: PlanContext, contact_id: Any) -> tuple[Any, Any]:
    """(is under way in the workflow, has ever been in it)."""
    was_in = sa.select(Enrollment.id).where(
        Enrollment.account_id == context.account_id,
        Enrollment.contact_id == contact_id,
        without_index(Enrollment.workflow_id) == context.workflow_id,
    )
    return is_there(was_in.where(Enrollment.status.in_(UNDER_WAY))), is_there(was_in)


def spread_withheld(account_id: int, job_id: int) -> None:
    """Consent that is withheld anywhere in the file counts for the first row of that address too, and for
    the rows of the other addresses of the withheld row; of several such rows the strongest."""
    again = sa.orm.aliased(EnrollmentRow, name="again")
    is_duplicate = sa.case((again.verdict == Outcome.DUPLICATE_IN_SELECTION, 1), else_=0)
    in_rows = (
        sa.select(again.key, sa.func.max(_strength(again.withheld)).label("strength"))
        .where(again.account_id == account_id, again.job_id == job_id, again.withheld.isnot(None))
        .group_by(again.key)
        .having(sa.func.max(is_duplicate) == 1)
    )
    beside = sa.select(WithheldKey.key, _strength(WithheldKey.withheld).label("strength")).where(
        WithheldKey.account_id == account_id, WithheldKey.job_id == job_id
    )
    both = sa.union_all(in_rows, beside).subquery("both_ways")
    said = (
        sa.select(both.c.key, sa.func.max(both.c.strength).label("strength"))
        .group_by(both.c.key)
        .subquery("said")
    )
    strongest = sa.case(dict(enumerate(WITHHELD)), value=said.c.strength)
    is_unknown = EnrollmentRow.verdict == Outcome.CONTACT_NOT_FOUND
    is_refused = said.c.strength > WITHHELD.index(LEFT_OUT)
    session().execute(
        sa.update(EnrollmentRow)
        .where(
            EnrollmentRow.account_id == account_id,
            without_index(EnrollmentRow.job_id) == job_id,
            EnrollmentRow.key == said.c.key,
            sa.func.coalesce(_strength(EnrollmentRow.withheld), -1) < said.c.strength,
            _COUNTING,
        )
        .values(
            withheld=strongest,
            verdict=sa.case((is_unknown, EnrollmentRow.verdict), else_=Outcome.CONTACT_BLOCKED),
            detail=sa.case(
                (is_unknown, EnrollmentRow.detail),
                (is_refused, FILE),
                (EnrollmentRow.verdict == Outcome.CONTACT_BLOCKED, EnrollmentRow.detail),
                else_=UNCLEAR,
            ),
        ),
        execution_options={"synchronize_session": False},
    )
    _forget_keys(account_id, job_id)


def _strength(withheld: Any) -> sa.Case[Any]:
    return sa.case({word: place for place, word in enumerate(WITHHELD)}, value=withheld)


def load_other_keys(account_id: int, job_id: int, keys: Iterable[tuple[int, str, str]]) -> None:
    """Keep other keys of rows that are withheld, as (row number, key, withheld), for `spread_withheld`."""
    rows = [(account_id, job_id, *key) for key in keys]
    if rows:
        names = ["account_id", "job_id", "row_number", "key", "withheld"]
        bulk_load(cast(sa.Table, WithheldKey.__table__), names, rows)


def _forget_keys(account_id: int, job_id: int, after: int = 0) -> None:
    session().execute(
        sa.delete(WithheldKey).where(
            WithheldKey.account_id == account_id, WithheldKey.job_id == job_id, WithheldKey.row_number > after
        ),
        execution_options={"synchronize_session": False},
    )


def unknown_tables() -> list[Any]:
    """Tables that planning and batches look into, and that have changed much since they were analyzed."""
    return unknown_to_planner(Contact.__table__, Enrollment.__table__)


def analyze_tables(tables: Sequence[Any]) -> None:
    refresh_statistics(*tables)


def forget_after(account_id: int, job_id: int, rows: int) -> None:
    """Leave the first `rows` of a job in the ledger and none besides."""
    _forget_keys(account_id, job_id, after=rows)
    session().execute(
        sa.delete(EnrollmentRow).where(
            EnrollmentRow.account_id == account_id,
            EnrollmentRow.job_id == job_id,
            EnrollmentRow.row_number > rows,
        ),
        execution_options={"synchronize_session": False},
    )


def cut_batches(account_id: int, job_id: int, rows: int, size: int) -> int:
    """Write down all batches of a job; returns how many."""
    batches = cut(rows, size)
    columns = ("account_id", "job_id", "number", "first_row", "last_row", "status")
    values = [dict(zip(columns, (account_id, job_id, *batch, "pending"), strict=True)) for batch in batches]
    if values:
        session().execute(sa.insert(EnrollmentBatch), values)
    return len(values)
