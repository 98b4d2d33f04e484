"""The number of messages by step, result, and the day (UTC) on which they were sent, kept by those who change
messages, in the same transaction. See `summed_parts`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.messaging.domain.results import Result
from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message, MessageCount
from app.platform import metrics
from app.platform.database import BigInt, after_commit, session, summed_parts
from app.platform.database.many_rows import id_list, id_param, with_ids
from app.platform.database.short_reads import read_built

_messages, _counts = Message.__table__.c, MessageCount.__table__.c


class Key(NamedTuple):
    """A step of a version, which sends by a channel, a day, and a result."""

    workflow_id: int
    version_id: int
    step_id: str
    day: date
    channel: str
    result: str


class _Row(NamedTuple):
    """What the results of a message are read from."""

    workflow_id: int
    version_id: int
    step_id: str
    channel: str
    state: str
    sent_at: datetime | None
    settled_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    replied_at: datetime | None
    complained_at: datetime | None
    unsubscribed_at: datetime | None

    @property
    def day(self) -> date | None:
        """The day on which it was sent, failed, or was skipped."""
        moment = self.settled_at if self.state in _UNSENT else self.sent_at
        return moment.date() if moment else None

    @property
    def results(self) -> set[Result]:
        if self.state in _UNSENT:
            return {_UNSENT[self.state]}
        states = {State.DELIVERED.value: Result.DELIVERED, State.BOUNCED.value: Result.BOUNCED}
        found = {Result.SENT, *([states[self.state]] if self.state in states else [])}
        return found | {result for name, result in _MOMENTS.items() if getattr(self, name) is not None}


_UNSENT: Final = {State.FAILED.value: Result.FAILED, State.SKIPPED.value: Result.SKIPPED}
_MOMENTS: Final = {
    "opened_at": Result.OPENED,
    "clicked_at": Result.CLICKED,
    "replied_at": Result.REPLIED,
    "complained_at": Result.COMPLAINED,
    "unsubscribed_at": Result.UNSUBSCRIBED,
}
_COLUMNS: Final = tuple(_messages[name] for name in _Row._fields)


@contextmanager
def counting(account_id: int, message_ids: Sequence[int]) -> Iterator[None]:
    """Count what the block changes about the results of messages. They are locked until the transaction ends,
    so that nobody else changes them meanwhile."""
    before = _results(account_id, message_ids, is_locked=True)
    yield
    changes = _results(account_id, message_ids)
    changes.subtract(before)
    change(account_id, changes)


def count_new(account_id: int, message_ids: Sequence[int]) -> None:
    """Count the results of messages that this transaction has changed, and that had none before."""
    change(account_id, _results(account_id, message_ids))


def change(account_id: int, changes: Mapping[Key, int]) -> None:
    """Add to the numbers."""
    summed_parts.change_many(MessageCount.__table__, account_id, changes, "messages")
    after_commit(lambda: _measure(changes))


def correct(account_id: int, changes: Mapping[Key, int]) -> None:
    """Add to the numbers what they lack."""
    summed_parts.correct_many(MessageCount.__table__, account_id, changes, "messages")


def by_step(
    account_id: int, workflow_id: int, first: date | None = None, last: date | None = None
) -> dict[tuple[str, str], tuple[int, int]]:
    """Return {(step id, result): (number of messages, latest version)} of those that were sent, failed, or
    were skipped on these days, or ever."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    days = {name: day for name, day in (("first", first), ("last", last)) if day is not None}
    found = read_built(_by_step(*days), values | days)
    return {(row[0], row[1]): (row[2], row[3]) for row in found}


@lru_cache
def _by_step(*limits: str) -> sa.Select[Any]:
    one = _counts
    query = (
        sa.select(one.step_id, one.result, _sum(), sa.func.max(one.version_id))
        .where(one.account_id == id_param("of_account"), one.workflow_id == id_param("of_workflow"))
        .group_by(one.step_id, one.result)
    )
    if "first" in limits:
        query = query.where(one.day >= sa.bindparam("first", type_=sa.Date))
    if "last" in limits:
        query = query.where(one.day <= sa.bindparam("last", type_=sa.Date))
    return query


def of_workflows(account_ids: Sequence[int], workflow_ids: Sequence[int]) -> dict[tuple[str, str], int]:
    """Return {(channel, result): number of messages} of workflows of these accounts."""
    query = (
        sa.select(_counts.channel, _counts.result, _sum())
        .where(_counts.account_id.in_(id_list(account_ids)), _counts.workflow_id.in_(id_list(workflow_ids)))
        .group_by(_counts.channel, _counts.result)
    )
    found = session().execute(query, execution_options={"cross_account": True})
    return {(row[0], row[1]): row[2] for row in found}


def kept(account_id: int, workflow_id: int) -> dict[Key, int]:
    """Return all numbers of a workflow."""
    columns = [_counts[name] for name in Key._fields]
    query = (
        sa.select(*columns, _sum())
        .where(_counts.account_id == account_id, _counts.workflow_id == workflow_id)
        .group_by(*columns)
        .having(_sum() != 0)
    )
    return {Key(*row[:-1]): row[-1] for row in session().execute(query)}


def counted(account_id: int, workflow_id: int) -> dict[Key, int]:
    """Return the same, counted one by one. Slow."""
    query = sa.select(*_COLUMNS).where(
        _messages.account_id == account_id, _messages.workflow_id == workflow_id
    )
    return _counted(session().execute(query.execution_options(yield_per=5_000)))


def _measure(changes: Mapping[Key, int]) -> None:
    """Count new results for /metrics, whose numbers only grow."""
    for key, more in changes.items():
        if more > 0:
            metrics.count(metrics.MESSAGES, key.channel, key.result, more=more)


def _results(account_id: int, message_ids: Sequence[int], is_locked: bool = False) -> Counter[Key]:
    if not message_ids:
        return Counter()
    query = sa.select(*_COLUMNS).where(*with_ids(Message.__table__, account_id, message_ids))
    if is_locked:
        query = query.order_by(_messages.id).with_for_update()
    return _counted(session().execute(query))


def _counted(rows: Any) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for row in map(_Row._make, rows):
        if day := row.day:
            for result in row.results:
                of_step = (row.workflow_id, row.version_id, row.step_id)
                found[Key(*of_step, day, row.channel, result.value)] += 1
    return found


def _sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(_counts.messages), BigInt)
