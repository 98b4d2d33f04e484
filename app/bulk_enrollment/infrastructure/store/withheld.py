"""Withheld consent, applied to all rows of the same address once the whole file is planned."""

from collections.abc import Iterable
from typing import Any, cast

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.store.rows import FILE, UNCLEAR
from app.bulk_enrollment.infrastructure.tables import COUNTING, EnrollmentRow, WithheldKey
from app.files.domain.consent.cells import LEFT_OUT, WITHHELD
from app.platform.database import session
from app.platform.database.many_rows import bulk_load, without_index

_COUNTING = sa.text(f"enrollment_rows.{COUNTING.text}")


def spread_withheld(account_id: int, job_id: int) -> None:
    """Apply withheld consent to every counting row that shares an address with a withheld row.

    That includes rows of the withheld row's other addresses. If several rows apply, the strongest one does.
    """
    again = sa.orm.aliased(EnrollmentRow, name="again")
    is_duplicate = sa.case((again.outcome == Outcome.DUPLICATE_IN_SELECTION, 1), else_=0)
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
    is_unknown = EnrollmentRow.outcome == Outcome.CONTACT_NOT_FOUND
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
            outcome=sa.case((is_unknown, EnrollmentRow.outcome), else_=Outcome.CONTACT_BLOCKED),
            detail=sa.case(
                (is_unknown, EnrollmentRow.detail),
                (is_refused, FILE),
                (EnrollmentRow.outcome == Outcome.CONTACT_BLOCKED, EnrollmentRow.detail),
                else_=UNCLEAR,
            ),
        ),
        execution_options={"synchronize_session": False},
    )
    forget_keys(account_id, job_id)


def _strength(withheld: Any) -> sa.Case[Any]:
    return sa.case({word: place for place, word in enumerate(WITHHELD)}, value=withheld)


def load_other_keys(account_id: int, job_id: int, keys: Iterable[tuple[int, str, str]]) -> None:
    """Store other keys of withheld rows, given as (row number, key, withheld), for `spread_withheld`."""
    rows = [(account_id, job_id, *key) for key in keys]
    if rows:
        names = ["account_id", "job_id", "row_number", "key", "withheld"]
        bulk_load(cast(sa.Table, WithheldKey.__table__), names, rows)


def forget_keys(account_id: int, job_id: int, after: int = 0) -> None:
    session().execute(
        sa.delete(WithheldKey).where(
            WithheldKey.account_id == account_id, WithheldKey.job_id == job_id, WithheldKey.row_number > after
        ),
        execution_options={"synchronize_session": False},
    )
