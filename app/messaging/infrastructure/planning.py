"""Planning messages, and withdrawing planned ones, by set."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from secrets import token_hex
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import BigInt, is_sqlite
from app.platform.database.many_rows import constant, execute_built, off_index
from app.platform.database.new_rows import insert_new
from app.platform.database.short_reads import in_ids

_messages = Message.__table__
_OF_ROW = ("enrollment_id", "contact_id", "visit", "token")


def plan(account_id: int, rows: Sequence[Sequence[int]], values: dict[str, Any]) -> int:
    """Plan a message for each of `rows` (enrollment id, contact id, visit); return how many are new. `values`
    are those that all have."""
    all_have = {**values, "account_id": account_id, "state": State.PLANNED.value, "attempt": 0, "answer": ""}
    return insert_new(_messages, all_have, _OF_ROW, [(*row, token_hex(16)) for row in rows])


def withdraw(account_id: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """Withdraw the planned messages of enrollments."""
    values = {"of_account": account_id, "ids": enrollment_ids, "at": at}
    execute_built(_withdraw(is_sqlite()), values)


def change_version(account_id: int, enrollment_ids: Sequence[int], version_id: int) -> None:
    """Let the planned messages of enrollments belong to a version."""
    values = {"of_account": account_id, "ids": enrollment_ids, "to_version": version_id}
    execute_built(_change_version(is_sqlite()), values)


@lru_cache
def _change_version(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(
            off_index(one.account_id, on_sqlite) == sa.bindparam("of_account", type_=BigInt),
            in_ids(one.enrollment_id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
        )
        .values(version_id=sa.bindparam("to_version", type_=BigInt))
    )


@lru_cache
def _withdraw(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(
            off_index(one.account_id, on_sqlite) == sa.bindparam("of_account", type_=BigInt),
            in_ids(one.enrollment_id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
        )
        .values(state=State.WITHDRAWN.value, settled_at=sa.bindparam("at", type_=_messages.c.settled_at.type))
    )
