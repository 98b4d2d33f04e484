"""Planning messages, and withdrawing planned ones, by set."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import BigInt, is_sqlite
from app.platform.database.many_rows import constant, execute_built, off_index
from app.platform.database.short_reads import in_ids

_messages = Message.__table__
_OF_ROW = ("enrollment_id", "contact_id", "visit", "token")
_GIVEN = ("account_id", "channel", "state", "workflow_id", "version_id", "step_id", "planned_at", "due_at")


def plan(account_id: int, rows: Sequence[Sequence[int]], values: dict[str, Any]) -> int:
    """Plan a message for each of `rows` (enrollment id, contact id, visit); return how many are new. `values`
    are those of _GIVEN that all have."""
    all_have = {f"m_{name}": value for name, value in values.items()}
    all_have |= {"m_account_id": account_id, "m_state": State.PLANNED.value}
    all_have["m_rows"] = json.dumps([(*row, token_hex(16)) for row in rows])
    return int(execute_built(_planning(is_sqlite()), all_have, rowcount=True).rowcount)


def withdraw(account_id: int, enrollment_ids: Sequence[int], at: datetime) -> None:
    """Withdraw the planned messages of enrollments."""
    values = {"of_account": account_id, "ids": enrollment_ids, "at": at}
    execute_built(_withdraw(is_sqlite()), values)


@lru_cache
def _planning(on_sqlite: bool) -> Any:
    rows = sa.bindparam("m_rows", type_=sa.Text)
    array = sa.func.json_each(rows) if on_sqlite else sa.func.json_array_elements(sa.cast(rows, sa.JSON))
    each = array.table_valued("value").c.value
    shared = {name: sa.bindparam(f"m_{name}", type_=_messages.c[name].type) for name in _GIVEN}
    of_row = [_nth(each, number, _messages.c[name].type, on_sqlite) for number, name in enumerate(_OF_ROW)]
    rest: list[Any] = [sa.literal_column("0"), sa.literal_column("''")]
    chosen = sa.select(*shared.values(), *of_row, *rest).where(sa.true())
    names = [*shared, *_OF_ROW, "attempt", "answer"]
    insert = (sqlite if on_sqlite else postgresql).insert(_messages)
    return insert.from_select(names, chosen).on_conflict_do_nothing()


def _nth(array: Any, number: int, kind: Any, on_sqlite: bool) -> sa.ColumnElement[Any]:
    """Return a value of a JSON array."""
    if on_sqlite:
        return sa.func.json_extract(array, sa.literal_column(f"'$[{number}]'"), type_=kind)
    return sa.cast(array.op("->>")(sa.literal_column(str(number))), kind)


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
