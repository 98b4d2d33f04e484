"""Planned messages that are delayed although they were due, or skipped."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.messaging.domain.reasons import Delay
from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite
from app.platform.database.many_rows import constant, execute_built, id_param, moment_param
from app.platform.database.short_reads import in_ids

_messages = Message.__table__


def delay(account_id: int, ends: Mapping[int, datetime], why: Delay, at: datetime) -> set[int]:
    """Let planned messages that are still due wait, given {message id: until when}; return those that do."""
    groups: dict[datetime, list[int]] = defaultdict(list)
    for message_id, until in ends.items():
        groups[until].append(message_id)
    delayed: set[int] = set()
    for until, ids in sorted(groups.items()):
        given = {"of_account": account_id, "ids": ids, "at": at, "until": until, "why": why.value}
        delayed |= set(execute_built(_delay(is_sqlite()), given).scalars())
    return delayed


def end_delay(account_id: int, why: Delay, at: datetime) -> None:
    """Let all messages be due that wait for this reason, because the rule has changed."""
    execute_built(_end_delay(), {"of_account": account_id, "why": why.value, "at": at})


def skip(account_id: int, ids: Sequence[int], answer: str, at: datetime) -> set[int]:
    """Skip planned messages; return the ids of those that are now."""
    given = {"of_account": account_id, "ids": ids, "why": answer, "at": at}
    return set(execute_built(_skip(is_sqlite()), given).scalars())


@lru_cache
def _delay(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(_is_planned(), in_ids(one.id, "ids", on_sqlite), one.due_at <= moment_param("at"))
        .values(due_at=moment_param("until"), answer=_why())
        .returning(one.id)
    )


@lru_cache
def _end_delay() -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(_is_planned(), one.answer == _why(), one.due_at > moment_param("at"))
        .values(due_at=moment_param("at"))
    )


@lru_cache
def _skip(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(_is_planned(), in_ids(one.id, "ids", on_sqlite))
        .values(state=State.SKIPPED.value, answer=_why(), settled_at=moment_param("at"))
        .returning(one.id)
    )


def _is_planned() -> sa.ColumnElement[bool]:
    one = _messages.c
    of_account = one.account_id == id_param("of_account")
    return sa.and_(of_account, one.state == constant(State.PLANNED.value))


def _why() -> sa.BindParameter[str]:
    return sa.bindparam("why", type_=_messages.c.answer.type)
