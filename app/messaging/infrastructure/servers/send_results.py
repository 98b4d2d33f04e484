"""What became of messages that were claimed, recorded by set."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite
from app.platform.database.many_rows import (
    around,
    constants,
    execute_built,
    id_param,
    is_there,
    off_index,
    row_list,
)

_messages, _contacts = Message.__table__, Contact.__table__


class SendResult(NamedTuple):
    """What became of a message. `due_at` is when one that is planned again is due; without `is_attempt`, it
    was not handed over."""

    id: int
    attempt: int
    state: State
    answer: str
    address: str | None = None
    subject: str | None = None
    merge_values: dict[str, Any] | None = None
    due_at: datetime | None = None
    sender_id: int | None = None
    is_attempt: bool = True


def record_results(account_id: int, results: Sequence[SendResult], at: datetime) -> set[int]:
    """Record what became of messages that were claimed; return the ids of those that still were. A message
    that has become uncertain meanwhile, because it took so long, is certain now."""
    given = {"of_account": account_id, "at": at}
    rows = row_list(_RESULT_TYPES, [_values_of(one) for one in sorted(results, key=attrgetter("id"))])
    statement = around(_recorded, rows, is_sqlite())
    return set(execute_built(statement, {**rows.values, **given}).scalars()) if results else set()


_KEPT = ("state", "answer", "address", "subject", "merge_values", "due_at", "sender_id")
_RESULT_TYPES = {name: _messages.c[name].type for name in ("id", "attempt", *_KEPT)} | {
    "untried": sa.Integer()
}


def _values_of(one: SendResult) -> list[Any]:
    kept = [one.state.value if name == "state" else getattr(one, name) for name in _KEPT]
    return [one.id, one.attempt, *kept, 0 if one.is_attempt else 1]


@lru_cache
def _recorded(results: sa.Select[Any], on_sqlite: bool) -> Any:
    one, given = _messages.c, results.subquery("given").c
    of_account = id_param("of_account")
    at = sa.bindparam("at", type_=one.due_at.type)
    contact = sa.select(_contacts.c.id).where(
        _contacts.c.account_id == of_account, _contacts.c.id == one.contact_id
    )
    is_sent = given.state.in_(constants((State.SENT.value, State.DELIVERED.value)))
    values: dict[str, Any] = {name: given[name] for name in ("state", "answer", "sender_id")}
    values["due_at"] = sa.func.coalesce(given.due_at, one.due_at)
    values["sent_at"] = sa.case((is_sent, at), else_=one.sent_at)
    for name in ("address", "subject", "merge_values"):  # nothing is written of who was removed meanwhile
        values[name] = sa.case((is_there(contact), given[name]), else_=sa.null())
    return (
        sa.update(_messages)
        .where(
            off_index(one.account_id, on_sqlite) == of_account,
            one.id == given.id,
            one.attempt == given.attempt,
            one.state.in_(constants((State.SENDING.value, State.UNCERTAIN.value))),
        )
        .values(**values, attempt=one.attempt - given.untried, lease_until=sa.null(), settled_at=at)
        .returning(one.id)
    )
