"""Reads and writes of what happened to messages after they were sent."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.messaging.domain.reactions.machines import Fetch
from app.messaging.infrastructure.reactions.tables import Reaction
from app.messaging.infrastructure.tables import Message
from app.platform.database import session

MAX_LINK = 500
RECENT = timedelta(minutes=2)
_messages, _reactions = Message.__table__.c, Reaction.__table__.c


class Tracked(NamedTuple):
    """The message that a link or picture belongs to."""

    id: int
    account_id: int
    workflow_id: int
    step_id: str
    enrollment_id: int
    contact_id: int
    state: str
    settled_at: datetime | None


class LinkClicks(NamedTuple):
    """How often people and machines clicked a link of a message."""

    link: str
    people: int
    machines: int


def tracked(message_id: int, account_id: int | None = None) -> Tracked | None:
    """Return a message of an account, or of whatever account."""
    query = sa.select(*(_messages[name] for name in Tracked._fields)).where(_messages.id == message_id)
    if account_id is not None:
        query = query.where(_messages.account_id == account_id)
    row = session().execute(query, execution_options={"cross_account": True}).one_or_none()
    return Tracked(*row) if row else None


def hold(message: Tracked) -> None:
    """Let other reactions to this message wait until the transaction ends."""
    mine = (Message.account_id == message.account_id, Message.id == message.id)
    session().execute(sa.select(Message.id).where(*mine).with_for_update())


def count(message: Tracked) -> int:
    query = sa.select(sa.func.count()).where(*_of(message))
    return session().scalar(query) or 0


def add(message: Tracked, kind: str, fetch: Fetch, by_machine: bool) -> None:
    session().execute(
        sa.insert(Reaction).values(
            account_id=message.account_id,
            message_id=message.id,
            kind=kind,
            at=fetch.at,
            link=fetch.link[:MAX_LINK],
            is_trap=fetch.is_trap,
            by_machine=by_machine,
        )
    )


def recent_clicks(message: Tracked, at: datetime) -> list[Fetch]:
    query = sa.select(Reaction.at, Reaction.link, Reaction.is_trap).where(
        *_of(message), Reaction.kind == "clicked", Reaction.at > at - RECENT
    )
    return [Fetch(*row) for row in session().execute(query)]


def replies_to(account_id: int, message_id: int) -> list[Fetch]:
    """Return the replies to a message, the first first; their text is in `link`, empty for an email."""
    query = sa.select(Reaction.at, Reaction.link, Reaction.is_trap).where(
        Reaction.account_id == account_id, Reaction.message_id == message_id, Reaction.kind == "replied"
    )
    return [Fetch(*row) for row in session().execute(query.order_by(Reaction.at))]


def mark_machines(message: Tracked, clicks: Collection[Fetch]) -> None:
    """Record that machines made these clicks."""
    moments = {one.at for one in clicks}
    if moments:
        mine = (*_of(message), Reaction.kind == "clicked", Reaction.at.in_(moments))
        session().execute(sa.update(Reaction).where(*mine).values(by_machine=True))


def settle_first(message: Tracked, kind: str) -> bool:
    """Keep when a person first `opened` the message, `clicked` in it, or `replied`; return whether that is
    new."""
    column = f"{kind}_at"
    mine = (Message.account_id == message.account_id, Message.id == message.id)
    people = (*_of(message), Reaction.kind == kind, Reaction.by_machine.is_(False))
    first = session().scalar(sa.select(sa.func.min(Reaction.at)).where(*people))
    before = session().scalar(sa.select(getattr(Message, column)).where(*mine))
    if first != before:
        session().execute(sa.update(Message).where(*mine).values({column: first}))
    return first is not None and before is None


def clicks_of(account_id: int, message_id: int) -> list[LinkClicks]:
    """Return the links of a message that were clicked, the most clicked first."""
    people = sa.func.count().filter(Reaction.by_machine.is_(False))
    query = (
        sa.select(Reaction.link, people, sa.func.count() - people)
        .where(
            Reaction.account_id == account_id,
            Reaction.message_id == message_id,
            Reaction.kind == "clicked",
            Reaction.is_trap.is_(False),
        )
        .group_by(Reaction.link)
        .order_by(people.desc(), Reaction.link)
    )
    return [LinkClicks(*row) for row in session().execute(query)]


def opens_of(account_id: int, message_id: int) -> tuple[int, int]:
    """Return how often people and machines opened a message."""
    people = sa.func.count().filter(Reaction.by_machine.is_(False))
    query = sa.select(people, sa.func.count() - people).where(
        Reaction.account_id == account_id, Reaction.message_id == message_id, Reaction.kind == "opened"
    )
    return tuple(session().execute(query).one())  # type: ignore[return-value]


def remove(account_id: int, contacts: sa.Select[Any]) -> None:
    """Delete what contacts did with their messages."""
    theirs = sa.select(Message.id).where(Message.account_id == account_id, Message.contact_id.in_(contacts))
    session().execute(
        sa.delete(Reaction)
        .where(Reaction.account_id == account_id, Reaction.message_id.in_(theirs))
        .execution_options(synchronize_session=False)
    )


def _of(message: Tracked) -> tuple[sa.ColumnElement[bool], ...]:
    return Reaction.account_id == message.account_id, Reaction.message_id == message.id
