"""Writes of deliveries, by set.

A delivery is claimed before its server is spoken to, in a transaction of its own. Whoever dies in between
leaves it as `sending`; when its lease is over it is sent again, with the same Idempotency-Key.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.deliveries.domain.states import OPEN, State
from app.deliveries.infrastructure.tables import SENDING, Delivery
from app.platform.claims.leases import moment
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import (
    Bound,
    constant,
    execute_built,
    id_param,
    is_there,
    moment_param,
    off_index,
)
from app.platform.database.short_reads import in_ids

_deliveries, _contacts = Delivery.__table__, Contact.__table__
_ONE: Any = sa.literal_column("1")
LEASE_SECONDS = 90.0  # longer than CLAIMED_PER_HOST take with a server that stalls each time


class Claimed(NamedTuple):
    """A delivery whose turn it is."""

    id: int
    key: str
    workflow_id: int
    version_id: int
    step_id: str
    enrollment_id: int
    visit: int
    contact_id: int
    method: str
    url: str
    host: str
    on_failure: str
    body: str | None
    attempt: int
    attempts_before: int
    is_repeated: bool
    attempts: list[Any] | None


class Answer(NamedTuple):
    """What became of a delivery; `due_at` is when one that is planned again is due."""

    id: int
    attempt: int
    state: State
    answer: str
    status_code: int | None = None
    attempts: list[Any] | None = None
    due_at: datetime | None = None


def claim(
    account_id: int, workflow_id: int, host: str, at: datetime, limit: int, *, is_attempt: bool = True
) -> list[Claimed]:
    """Take up to `limit` deliveries of a workflow to a host that are due."""
    values = {"of_account": account_id, "of_workflow": workflow_id, "of_host": host, "at": at, "most": limit}
    ids = list(execute_built(_due(), values).scalars())
    if not ids:
        return []
    given = {"of_account": account_id, "ids": ids, "of_attempts": 1 if is_attempt else 0}
    return sorted((Claimed(*row) for row in execute_built(_claim(is_sqlite()), given)), key=lambda it: it.id)


def keep_bodies(account_id: int, bodies: Iterable[tuple[int, str]]) -> None:
    """Keep the bodies of claimed deliveries, given as (id, body)."""
    for delivery_id, body in bodies:
        execute_built(_keep_body(), {"of_account": account_id, "of_delivery": delivery_id, "to_body": body})


def answer(account_id: int, answers: Sequence[Answer], at: datetime) -> set[int]:
    """Record what became of deliveries that were claimed; return the ids of those that still were."""
    return {
        one.id
        for one in answers
        if execute_built(_answer(), _answered(account_id, one, at), rowcount=True).rowcount
    }


def put_back(account_id: int, claimed: Iterable[Claimed]) -> None:
    """Plan claimed deliveries again that were not attempted."""
    by_attempt: dict[int, list[int]] = defaultdict(list)
    for one in claimed:
        by_attempt[one.attempt].append(one.id)
    for attempt, ids in sorted(by_attempt.items()):
        values = {"of_account": account_id, "of_attempt": attempt, "ids": sorted(ids)}
        execute_built(_put_back(is_sqlite()), values)


def release_abandoned() -> int:
    """Plan deliveries again that were claimed by somebody who died; return how many."""
    one = _deliveries.c
    released = (
        sa.update(_deliveries)
        .where(SENDING, one.lease_until < moment())
        .values(state=State.PLANNED.value, lease_until=sa.null())
        .returning(one.id)
    )
    return len(session().execute(released, execution_options={"cross_account": True}).all())


def events_of(account_id: int, ids: Sequence[int]) -> Bound:
    """Select (contact_id, workflow_id, text: the id) of deliveries whose contacts exist, for timelines."""
    return Bound(_events(is_sqlite()), {"of_account": account_id, "ids": ids})


def blank(account_id: int, contacts: sa.Select[Any], at: datetime) -> None:
    """Remove everything personal from the deliveries of contacts, and withdraw those that are planned. That
    there was a delivery stays known."""
    one = _deliveries.c
    theirs = (one.account_id == account_id, one.contact_id.in_(contacts))
    planned = one.state == State.PLANNED.value
    session().execute(
        sa.update(_deliveries).where(*theirs, planned).values(state=State.WITHDRAWN.value, settled_at=at)
    )
    session().execute(sa.update(_deliveries).where(*theirs).values(body=None, answer="", attempts=None))


def discard_before(moment: datetime, at_most: int) -> int:
    """Delete up to `at_most` deliveries of all accounts that were settled before `moment`, the oldest ones;
    return how many."""
    one = _deliveries.c
    oldest = sa.select(one.id).where(one.settled_at < moment).order_by(one.settled_at).limit(at_most)
    deleted = sa.delete(_deliveries).where(one.id.in_(oldest)).returning(one.id)
    return len(session().execute(deleted, execution_options={"cross_account": True}).all())


@lru_cache
def _due() -> sa.Select[Any]:
    one = _deliveries.c
    return (
        sa.select(one.id)
        .where(
            one.account_id == id_param("of_account"),
            one.workflow_id == id_param("of_workflow"),
            one.host == sa.bindparam("of_host", type_=one.host.type),
            one.state == constant(State.PLANNED.value),
            one.due_at <= moment_param("at"),
        )
        .order_by(one.due_at)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )


@lru_cache
def _claim(on_sqlite: bool) -> Any:
    one = _deliveries.c
    attempt = one.attempt + sa.bindparam("of_attempts", type_=sa.Integer)
    return (
        sa.update(_deliveries)
        .where(
            *only_by_ids(State.PLANNED, on_sqlite),
            in_ids(one.id, "ids", on_sqlite),
        )
        .values(state=State.SENDING.value, attempt=attempt, lease_until=moment(LEASE_SECONDS))
        .returning(*(one[name] for name in Claimed._fields))
    )


@lru_cache
def _keep_body() -> Any:
    one = _deliveries.c
    return (
        sa.update(_deliveries)
        .where(one.account_id == id_param("of_account"), one.id == id_param("of_delivery"))
        .values(body=sa.bindparam("to_body", type_=one.body.type))
    )


@lru_cache
def _put_back(on_sqlite: bool) -> Any:
    one = _deliveries.c
    return (
        sa.update(_deliveries)
        .where(
            *only_by_ids(State.SENDING, on_sqlite),
            in_ids(one.id, "ids", on_sqlite),
            one.attempt == sa.bindparam("of_attempt", type_=sa.Integer),
        )
        .values(state=State.PLANNED.value, attempt=one.attempt - _ONE, lease_until=sa.null())
    )


_ANSWERED = ("state", "answer", "status_code", "attempts", "due_at")


def _answered(account_id: int, one: Answer, at: datetime) -> dict[str, Any]:
    given = {f"a_{name}": getattr(one, name) for name in _ANSWERED}
    given |= {"a_state": one.state.value, "of_account": account_id, "of_delivery": one.id}
    return {**given, "of_attempt": one.attempt, "a_settled_at": None if one.state in OPEN else at}


@lru_cache
def _answer() -> Any:
    one = _deliveries.c
    names = (*_ANSWERED, "settled_at")
    given: dict[str, Any] = {name: sa.bindparam(f"a_{name}", type_=one[name].type) for name in names}
    given["due_at"] = sa.func.coalesce(given["due_at"], one.due_at)
    is_known = is_there(contact_of(id_param("of_account")))
    # Nothing is kept of what a server says about a contact that was removed meanwhile.
    given["answer"] = sa.case((is_known, given["answer"]), else_=sa.literal_column("''"))
    given["attempts"] = sa.case((is_known, given["attempts"]), else_=sa.null())
    given["body"] = sa.case((is_known, one.body), else_=sa.null())
    return (
        sa.update(_deliveries)
        .where(
            one.account_id == id_param("of_account"),
            one.id == id_param("of_delivery"),
            one.attempt == sa.bindparam("of_attempt", type_=sa.Integer),
            one.state == constant(State.SENDING.value),
        )
        .values(**given, lease_until=sa.null())
    )


@lru_cache
def _events(on_sqlite: bool) -> sa.Select[Any]:
    one = _deliveries.c
    return sa.select(one.contact_id, one.workflow_id, sa.cast(one.id, sa.Text).label("text")).where(
        off_index(one.account_id, on_sqlite) == id_param("of_account"),
        in_ids(one.id, "ids", on_sqlite),
        is_there(contact_of(id_param("of_account"))),
    )


def only_by_ids(state: State, on_sqlite: bool) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: deliveries of the account with a state, not looked up by those. A planner that knows
    nothing takes the index of planned deliveries for a small one."""
    account_id, kept = _deliveries.c.account_id, _deliveries.c.state
    if on_sqlite:
        account_id, kept = off_index(account_id, on_sqlite), off_index(kept, on_sqlite)
    else:
        kept = sa.func.nullif(kept, sa.literal_column("''"))
    return account_id == id_param("of_account"), kept == constant(state.value)


def contact_of(account_id: Any) -> sa.Select[Any]:
    """Select the contact of a delivery, if it exists."""
    return sa.select(_contacts.c.id).where(
        _contacts.c.account_id == account_id, _contacts.c.id == _deliveries.c.contact_id
    )
