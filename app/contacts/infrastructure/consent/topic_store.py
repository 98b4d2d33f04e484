"""Reads and writes of topics, and of who has stopped them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Topic, TopicStop
from app.platform.database import session
from app.platform.database.upserts import insert_into

_stops = TopicStop.__table__
_PLAIN = {"synchronize_session": False}


def topics_of(account_id: int) -> list[Topic]:
    """Return the account's topics by name, archived ones last."""
    query = (
        sa.select(Topic)
        .where(Topic.account_id == account_id)
        .order_by(Topic.archived_at.is_not(None), Topic.name_key, Topic.id)
    )
    return list(session().scalars(query, execution_options={"populate_existing": True}))


def add_topic(account_id: int, values: Mapping[str, Any], user_id: int | None) -> int:
    topic = Topic(account_id=account_id, created_by=user_id, **values)
    session().add(topic)
    session().flush()
    return topic.id


def change_topic(account_id: int, topic_id: int, values: Mapping[str, Any]) -> None:
    session().execute(
        sa.update(Topic).where(Topic.account_id == account_id, Topic.id == topic_id).values(dict(values)),
        execution_options=_PLAIN,
    )


def stops_by_topic(account_id: int) -> dict[str, int]:
    """Return {key of a topic: how many contacts have stopped it}."""
    query = (
        sa.select(TopicStop.topic, sa.func.count())
        .where(TopicStop.account_id == account_id)
        .group_by(TopicStop.topic)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def stops_of(account_id: int, contact_id: int) -> list[TopicStop]:
    """Return what a contact has stopped, the latest first."""
    query = (
        sa.select(TopicStop)
        .where(TopicStop.account_id == account_id, TopicStop.contact_id == contact_id)
        .order_by(TopicStop.at.desc(), TopicStop.topic)
    )
    return list(session().scalars(query, execution_options={"populate_existing": True}))


def stop(account_id: int, contact_id: int, topics: Sequence[str], source: str, at: datetime) -> list[str]:
    """Stop topics for a contact; return those that it had not stopped before."""
    rows = [
        {"account_id": account_id, "contact_id": contact_id, "topic": topic, "source": source, "at": at}
        for topic in topics
    ]
    insert = insert_into(_stops)
    statement = insert.values(rows).on_conflict_do_nothing().returning(_stops.c.topic)
    return sorted(session().scalars(statement))


def resume(
    account_id: int, contact_id: int, topics: Sequence[str], stopped_at: datetime | None = None
) -> list[str]:
    """Let a contact get emails about topics again, with `stopped_at` only those that it stopped at that
    moment; return them."""
    mine = [_stops.c.account_id == account_id, _stops.c.contact_id == contact_id, _stops.c.topic.in_(topics)]
    if stopped_at is not None:
        mine.append(_stops.c.at == stopped_at)
    return sorted(session().scalars(sa.delete(_stops).where(*mine).returning(_stops.c.topic)))
