"""Reads of messages for pages. Lists are put together from parts that are one range of an index each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.messaging.domain.states import State
from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from app.platform.database.skip_scan import distinct_values

_messages = Message.__table__
SEARCHED: Final = 20_000
"""So many of the newest messages of each state are searched for a text."""


@dataclass(frozen=True)
class Wanted:
    """Which messages a list has: those with one of the states, or all; those of a workflow; those to a
    contact; those whose address or subject contains a text."""

    states: tuple[State, ...] = ()
    workflow_id: int | None = None
    text: str = ""
    contact_id: int | None = None


class MessagePage(NamedTuple):
    messages: Sequence[Message]
    has_previous: bool
    has_next: bool


def message(account_id: int, message_id: int) -> Message | None:
    query = sa.select(Message).where(Message.account_id == account_id, Message.id == message_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def message_page(
    account_id: int, wanted: Wanted, limit: int, after: int | None = None, before: int | None = None
) -> MessagePage:
    """Return the page of messages after or before the one with that id, the newest first."""
    is_back = before is not None
    parts = [
        _part(query, wanted.text, is_back, before if is_back else after, limit + 1)
        for query in _parts(account_id, wanted)
    ]
    found = session().scalars(sa.union_all(*parts))
    ids = sorted(found, reverse=not is_back)[: limit + 1]
    messages = _by_ids(account_id, ids[:limit])
    if not is_back:
        return MessagePage(messages, after is not None, len(ids) > limit)
    if len(ids) <= limit:
        return message_page(account_id, wanted, limit)
    return MessagePage(messages[::-1], True, True)


def workflows_with_messages(account_id: int) -> list[int]:
    """Return the ids of the workflows that have messages."""
    one = _messages.c
    workflow_id = distinct_values(one.workflow_id, one.account_id == account_id).c.workflow_id
    return list(session().scalars(sa.select(workflow_id).where(workflow_id.is_not(None))))


def contact_with_email(account_id: int, email_key: str) -> int | None:
    """Return the id of the contact with this email key."""
    query = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.email_key == email_key)
    return session().scalar(query)


def count_uncertain(account_id: int) -> int:
    """Return how many messages may or may not have been sent."""
    query = sa.select(sa.func.count()).where(
        Message.account_id == account_id, Message.state == State.UNCERTAIN.value
    )
    return session().scalar(query) or 0


def _parts(account_id: int, wanted: Wanted) -> list[sa.Select[Any]]:
    """Select messages, so that each part is one range of an index in the order of ids, whatever the planner's
    statistics say."""
    one = _messages.c
    query: sa.Select[Any] = sa.select(one.id, one.address, one.subject)
    if wanted.contact_id is not None:
        query = query.where(one.account_id == account_id, one.contact_id == wanted.contact_id)
        if wanted.workflow_id is not None:
            query = query.where(one.workflow_id == wanted.workflow_id)
        return [query.where(one.state.in_([state.value for state in wanted.states or State]))]
    query = query.where(one.account_id == account_id)
    if wanted.workflow_id is not None:
        query = query.where(one.workflow_id == wanted.workflow_id)
    return [query.where(one.state == state.value) for state in wanted.states or State]


def _part(query: sa.Select[Any], text: str, is_back: bool, place: int | None, limit: int) -> sa.Select[Any]:
    """Select the ids of the first messages of a part after a place, of those with a text if there is one."""
    one = _messages.c
    if place is not None:
        query = query.where(one.id > place if is_back else one.id < place)
    query = query.order_by(one.id.asc() if is_back else one.id.desc())
    read = query.limit(SEARCHED if text else limit).subquery()
    found = sa.select(read.c.id)
    if text:
        has_text = [column.icontains(text, autoescape=True) for column in (read.c.address, read.c.subject)]
        found = found.where(sa.or_(*has_text)).order_by(read.c.id if is_back else read.c.id.desc())
    return sa.select(found.limit(limit).subquery().c.id)


def _by_ids(account_id: int, ids: Sequence[int]) -> list[Message]:
    """Return the messages in this order."""
    query = sa.select(Message).where(Message.account_id == account_id, Message.id.in_(ids))
    found = {one.id: one for one in session().scalars(query)} if ids else {}
    return [found[key] for key in ids if key in found]
