"""Planning messages, and withdrawing planned ones, by set."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constant, execute_built, id_list, id_param, off_index, with_ids
from app.platform.database.new_rows import insert_new
from app.platform.database.short_reads import in_ids

_messages = Message.__table__
_OF_ROW = ("enrollment_id", "contact_id", "visit", "token")


def plan(account_id: int, rows: Sequence[Sequence[int]], values: dict[str, Any]) -> int:
    """Plan a message for each of `rows` (enrollment id, contact id, visit); return how many are new. `values`
    are those that all have."""
    all_have = {**values, "account_id": account_id, "state": State.PLANNED.value, "attempt": 0, "answer": ""}
    return insert_new(_messages, all_have, _OF_ROW, [(*row, token_hex(16)) for row in rows])


def take_up(account_id: int, step_id: str, visits: Mapping[int, int], values: dict[str, Any]) -> set[int]:
    """Plan the messages of a step again that were withdrawn, with `values`, for {enrollment id: visit};
    return the enrollments whose message has been settled otherwise."""
    one = _messages.c
    query = sa.select(one.id, one.enrollment_id, one.visit, one.state).where(
        off_index(one.account_id, is_sqlite()) == account_id,
        one.enrollment_id.in_(id_list(list(visits))),
        one.step_id == step_id,
    )
    found = [row for row in session().execute(query) if visits[row.enrollment_id] == row.visit]
    withdrawn = [row.id for row in found if row.state == State.WITHDRAWN.value]
    if withdrawn:
        again = {**values, "state": State.PLANNED.value, "settled_at": None, "answer": ""}
        theirs = with_ids(_messages, account_id, withdrawn)
        session().execute(sa.update(_messages).where(*theirs).values(again))
    to_come = {State.WITHDRAWN.value, State.PLANNED.value, State.SENDING.value, State.UNCERTAIN.value}
    return {row.enrollment_id for row in found if row.state not in to_come}


def withdraw(account_id: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """Withdraw the planned messages of enrollments."""
    values = {"of_account": account_id, "ids": enrollment_ids, "at": at}
    execute_built(_withdraw(is_sqlite()), values)


def change_version(
    account_id: int, enrollment_ids: Sequence[int], version_id: int, topics: Mapping[str, str]
) -> None:
    """Let the planned messages of enrollments belong to a version, and be about its {step id: topic}."""
    values = {"of_account": account_id, "ids": enrollment_ids, "to_version": version_id}
    execute_built(_change_version(is_sqlite(), tuple(sorted(topics.items()))), values)


@lru_cache(maxsize=16)
def _change_version(on_sqlite: bool, topics: tuple[tuple[str, str], ...]) -> Any:
    one = _messages.c
    topic = sa.case(dict(topics), value=one.step_id) if topics else sa.null()
    return (
        sa.update(_messages)
        .where(
            off_index(one.account_id, on_sqlite) == id_param("of_account"),
            in_ids(one.enrollment_id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
        )
        .values(version_id=id_param("to_version"), topic=topic)
    )


@lru_cache
def _withdraw(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(
            off_index(one.account_id, on_sqlite) == id_param("of_account"),
            in_ids(one.enrollment_id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
        )
        .values(state=State.WITHDRAWN.value, settled_at=sa.bindparam("at", type_=_messages.c.settled_at.type))
    )
