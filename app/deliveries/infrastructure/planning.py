"""Planning deliveries, withdrawing planned ones, and planning them again, by set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from app.deliveries.domain.states import OPEN, REPEATABLE, State
from app.deliveries.infrastructure.store import contact_of, only_by_ids
from app.deliveries.infrastructure.tables import Delivery
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import execute_built, id_list, is_there, off_index, with_ids
from app.platform.database.new_rows import insert_new
from app.platform.database.short_reads import in_ids

_deliveries = Delivery.__table__
_OF_ROW = ("enrollment_id", "contact_id", "visit", "key")


def plan(account_id: int, rows: Sequence[tuple[int, int, int]], values: dict[str, Any]) -> int:
    """Plan a delivery for each of `rows` (enrollment id, contact id, visit); return how many are new.
    `values` are those that all have."""
    all_have = {**values, "account_id": account_id, "state": State.PLANNED.value, "attempt": 0}
    all_have |= {"attempts_before": 0, "is_repeated": False, "answer": ""}
    return insert_new(_deliveries, all_have, _OF_ROW, [(*row, token_hex(16)) for row in rows])


def take_up(account_id: int, step_id: str, visits: Mapping[int, int], values: dict[str, Any]) -> set[int]:
    """Plan the deliveries of a step again that were withdrawn, with `values`, for {enrollment id: visit};
    return the enrollments whose delivery has been settled otherwise."""
    one = _deliveries.c
    query = sa.select(one.id, one.enrollment_id, one.visit, one.state).where(
        off_index(one.account_id, is_sqlite()) == account_id,
        one.enrollment_id.in_(id_list(list(visits))),
        one.step_id == step_id,
    )
    found = [row for row in session().execute(query) if visits[row.enrollment_id] == row.visit]
    withdrawn = [row.id for row in found if row.state == State.WITHDRAWN.value]
    if withdrawn:
        again = {**values, "state": State.PLANNED.value, "settled_at": None, "body": None}
        theirs = with_ids(_deliveries, account_id, withdrawn)
        session().execute(sa.update(_deliveries).where(*theirs).values(again))
    to_come = {State.WITHDRAWN.value, *(state.value for state in OPEN)}
    return {row.enrollment_id for row in found if row.state not in to_come}


def withdraw(account_id: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """Withdraw the planned deliveries of enrollments, except those that a person has sent again."""
    execute_built(_withdraw(is_sqlite()), {"of_account": account_id, "ids": enrollment_ids, "at": at})


def plan_again(account_id: int, enrollment_ids: Sequence[int], withdrawn_at: datetime) -> set[int]:
    """Plan those deliveries of enrollments again that were withdrawn at that moment. Return which of the
    enrollments have a delivery that is not settled."""
    one = _deliveries.c
    of_account = off_index(one.account_id, is_sqlite()) == account_id
    of_them = (of_account, one.enrollment_id.in_(id_list(enrollment_ids)))
    withdrawn = (one.state == State.WITHDRAWN.value, one.settled_at == withdrawn_at)
    session().execute(
        sa.update(_deliveries).where(*of_them, *withdrawn).values(state=State.PLANNED.value, settled_at=None)
    )
    query = sa.select(one.enrollment_id).where(*of_them, one.state.in_([state.value for state in OPEN]))
    return set(session().scalars(query))


def repeat(account_id: int, ids: Sequence[int], at: datetime) -> int:
    """Plan deliveries again that are over, and whose contacts exist; return how many."""
    one = _deliveries.c
    repeated = session().execute(
        sa.update(_deliveries)
        .where(
            *with_ids(_deliveries, account_id, ids),
            one.state.in_([state.value for state in REPEATABLE]),
            is_there(contact_of(account_id)),
        )
        .values(
            state=State.PLANNED.value,
            due_at=at,
            settled_at=None,
            is_repeated=True,
            attempts_before=one.attempt,
        )
        .returning(one.id)
    )
    return len(repeated.all())


@lru_cache
def _withdraw(on_sqlite: bool) -> Any:
    one = _deliveries.c
    return (
        sa.update(_deliveries)
        .where(
            *only_by_ids(State.PLANNED, on_sqlite),
            in_ids(one.enrollment_id, "ids", on_sqlite),
            one.is_repeated.is_(sa.false()),
        )
        .values(state=State.WITHDRAWN.value, settled_at=sa.bindparam("at", type_=one.settled_at.type))
    )
