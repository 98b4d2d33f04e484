"""Writes of messages, by set.

A message is claimed before its provider is spoken to, in a transaction of its own: whoever dies in between
leaves it as `sending`, and when its lease is over it becomes `uncertain`. So nothing is sent twice by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.conditions import may_be_contacted, may_get_sms
from app.contacts.infrastructure.tables import Contact
from app.messaging.domain.sms.quiet_hours import QuietNow
from app.messaging.domain.states import State
from app.messaging.infrastructure.due import is_planned
from app.messaging.infrastructure.pace.frequency import cap_values, is_below_cap
from app.messaging.infrastructure.pace.rules import hold_cap
from app.messaging.infrastructure.sms import quiet as quiet_store
from app.messaging.infrastructure.tables import OPEN, Message
from app.messaging.infrastructure.topics import is_stopped
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
    with_ids,
)
from app.platform.database.short_reads import in_ids

_messages, _contacts = Message.__table__, Contact.__table__
SMS = "sms"
SAID_NO = "The contact has opted out of text messages."
NOT_AGREED = "The contact hasn’t agreed to text messages."
LEASE_SECONDS = 300.0  # longer than a batch takes, also if the mail server stalls at its last messages


class Claimed(NamedTuple):
    """A message that may be sent now, to the contact's current address."""

    id: int
    token: str
    channel: str
    workflow_id: int
    version_id: int
    step_id: str
    enrollment_id: int
    visit: int
    contact_id: int
    attempt: int


def claim(
    account_id: int,
    workflow_id: int,
    channel: str,
    at: datetime,
    limit: int,
    asks_consent: bool = False,
    quiet: QuietNow | None = None,
) -> tuple[list[Claimed], list[int]]:
    """Take up to `limit` messages of a workflow that are due, and whose contacts may be contacted at this
    moment, have not stopped the topic, and have not reached the frequency cap. Return the ids of the others,
    too.

    Text messages go to nobody who has said no or has `quiet` hours, and, with `asks_consent`, only to who
    has said yes.
    """
    cap = hold_cap(account_id)
    values = {"of_account": account_id, "of_workflow": workflow_id, "at": at, "most": limit}
    due = execute_built(_due(channel), values).all()
    if not due:
        return [], []
    ids = [row.id for row in due]
    given: dict[str, Any] = {"of_account": account_id, "ids": ids, "at": at}
    if cap is not None:  # one message to each contact: those of the same claim do not see each other
        ids = given["ids"] = list({row.contact_id: row.id for row in reversed(due)}.values())
        given |= cap_values(cap, at)
    if channel == SMS:
        given["unknown_counts"] = not asks_consent
    if quiet is not None:
        zones = quiet_store.zones_of(account_id, ids)
        given["awake"] = [zone or "" for zone in zones if not quiet.until(zone)]
    statement = _claim(channel, is_sqlite(), cap is not None, quiet is not None)
    found = sorted(Claimed._make(row) for row in execute_built(statement, given))
    return found, sorted(set(ids) - {one.id for one in found})


def refuse_unwanted(account_id: int, ids: Sequence[int], asks_consent: bool, at: datetime) -> list[Claimed]:
    """Let those of these text messages fail whose contacts may be contacted, but not in this way."""
    found = []
    for said_no, why in ((True, SAID_NO), (False, NOT_AGREED)):
        given = {"of_account": account_id, "ids": ids, "at": at, "why": why}
        given["unknown_counts"] = said_no or not asks_consent
        found += [Claimed._make(row) for row in execute_built(_refuse_unwanted(is_sqlite()), given)]
    return found


def withdraw_unreachable(account_id: int, ids: Sequence[int], at: datetime) -> list[Claimed]:
    """Withdraw those of these messages whose contacts may not be contacted."""
    given = {"of_account": account_id, "ids": ids, "at": at}
    return [Claimed._make(row) for row in execute_built(_withdraw_unreachable(is_sqlite()), given)]


def contacts_of(account_id: int, ids: Sequence[int]) -> sa.Select[Any]:
    """Select the contacts of messages."""
    return sa.select(_messages.c.contact_id).where(*with_ids(_messages, account_id, ids))


def events_of(account_id: int, ids: Sequence[int]) -> Bound:
    """Select (contact_id, workflow_id, text: the id) of messages whose contacts exist, for timelines."""
    return Bound(_events(is_sqlite()), {"of_account": account_id, "ids": ids})


def sent_since(account_id: int, sender_id: int, since: datetime) -> int:
    """Return how many messages a sender has handed over to a mail server, also those that it did not take."""
    query = sa.select(sa.func.count()).where(
        Message.account_id == account_id, Message.sender_id == sender_id, Message.settled_at > since
    )
    return session().scalar(query) or 0


def blank(account_id: int, contacts: sa.Select[Any]) -> None:
    """Remove everything personal from the messages of contacts. That there was a message stays known."""
    session().execute(
        sa.update(_messages)
        .where(_messages.c.account_id == account_id, _messages.c.contact_id.in_(contacts))
        .values(address=None, subject=None, merge_values=None, answer="")
    )


def doubt_abandoned() -> list[tuple[int, int]]:
    """Make messages `uncertain` whose lease is over; return (account id, number) of them."""
    found = session().execute(_doubt(), execution_options={"cross_account": True})
    counted: dict[int, int] = {}
    for (account_id,) in found:
        counted[account_id] = counted.get(account_id, 0) + 1
    return sorted(counted.items())


@lru_cache
def _due(channel: str) -> sa.Select[Any]:
    one = _messages.c
    return (
        sa.select(one.id, one.contact_id)
        .where(
            one.account_id == id_param("of_account"),
            one.workflow_id == id_param("of_workflow"),
            is_planned(channel),
            one.due_at <= moment_param("at"),
        )
        .order_by(one.due_at)
        .limit(sa.bindparam("most", type_=sa.Integer))
        .with_for_update(skip_locked=True)
    )


def _reachable(*also: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Condition: the message's contact may be contacted at this moment, and meets other conditions."""
    contact = sa.select(_contacts.c.id).where(
        _contacts.c.account_id == id_param("of_account"),
        _contacts.c.id == _messages.c.contact_id,
        may_be_contacted(_contacts.c.status),
        *also,
    )
    return is_there(contact)


def _wanted(has_quiet_hours: bool = False) -> sa.ColumnElement[bool]:
    """Condition: the message's contact may get text messages at this moment. With quiet hours, `awake` are
    the time zones of contacts who have none now."""
    unknown_counts = sa.bindparam("unknown_counts", type_=sa.Boolean)
    awake = sa.bindparam("awake", type_=sa.String, expanding=True)
    is_awake = [sa.func.coalesce(_contacts.c.time_zone, "").in_(awake)] if has_quiet_hours else []
    return _reachable(may_get_sms(_contacts.c, unknown_counts), *is_awake)


@lru_cache
def _claim(channel: str, on_sqlite: bool, has_cap: bool, has_quiet_hours: bool) -> Any:
    one = _messages.c
    is_allowed = [is_below_cap(one)] if has_cap else []
    is_allowed += [] if channel == SMS else [~is_stopped(one)]
    return (
        sa.update(_messages)
        .where(
            one.account_id == id_param("of_account"),
            in_ids(one.id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
            _wanted(has_quiet_hours) if channel == SMS else _reachable(),
            *is_allowed,
        )
        .values(state=State.SENDING.value, attempt=one.attempt + 1, lease_until=moment(LEASE_SECONDS))
        .returning(*(one[name] for name in Claimed._fields))
    )


@lru_cache
def _withdraw_unreachable(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(
            one.account_id == id_param("of_account"),
            in_ids(one.id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
            ~_reachable(),
        )
        .values(state=State.WITHDRAWN.value, settled_at=moment_param("at"))
        .returning(*(one[name] for name in Claimed._fields))
    )


@lru_cache
def _refuse_unwanted(on_sqlite: bool) -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(
            one.account_id == id_param("of_account"),
            in_ids(one.id, "ids", on_sqlite),
            one.state == constant(State.PLANNED.value),
            _reachable(),
            ~_wanted(),
        )
        .values(
            state=State.FAILED.value,
            answer=sa.bindparam("why", type_=one.answer.type),
            settled_at=moment_param("at"),
        )
        .returning(*(one[name] for name in Claimed._fields))
    )


@lru_cache
def _events(on_sqlite: bool) -> sa.Select[Any]:
    one = _messages.c
    contact = sa.select(_contacts.c.id).where(
        _contacts.c.account_id == id_param("of_account"), _contacts.c.id == one.contact_id
    )
    return sa.select(one.contact_id, one.workflow_id, sa.cast(one.id, sa.Text).label("text")).where(
        off_index(one.account_id, on_sqlite) == id_param("of_account"),
        in_ids(one.id, "ids", on_sqlite),
        is_there(contact),
    )


@lru_cache
def _doubt() -> Any:
    one = _messages.c
    return (
        sa.update(_messages)
        .where(OPEN, one.state == constant(State.SENDING.value), one.lease_until < moment())
        .values(state=State.UNCERTAIN.value, lease_until=sa.null(), settled_at=moment())
        .returning(one.account_id)
    )
