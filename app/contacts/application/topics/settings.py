"""The topics of an account: created, renamed, archived, and restored."""

from dataclasses import dataclass
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.domain.names import name_key
from app.contacts.domain.topics import topic_key, topic_name, topic_problem
from app.contacts.infrastructure.consent import topic_store as store
from app.contacts.infrastructure.tables import Topic
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, LimitReached, NotFound

MAX_TOPICS: Final = 50
"""Of an account, with archived ones."""


@dataclass(frozen=True)
class ShownTopic:
    """A topic as pages show it. Steps name it by its `key`; `stops` contacts have stopped it."""

    id: int
    key: str
    name: str
    is_archived: bool
    stops: int


def list_topics(actor: Actor) -> list[ShownTopic]:
    """Return the account's topics by name, archived ones last."""
    accounts.require(actor, Permission.REPORTS)
    stops = store.stops_by_topic(actor.account_id)
    return [
        ShownTopic(one.id, one.key, one.name, one.archived_at is not None, stops.get(one.key, 0))
        for one in store.topics_of(actor.account_id)
    ]


def find_topic(actor: Actor, topic_id: int) -> ShownTopic:
    """Return a topic. Raises NotFound."""
    found = next((one for one in list_topics(actor) if one.id == topic_id), None)
    if found is None:
        raise _missing()
    return found


def topic_names(account_id: int, *, with_archived: bool = True) -> dict[str, str]:
    """Return {key: name} of an account's topics, by name, archived ones last."""
    return {
        one.key: one.name for one in store.topics_of(account_id) if with_archived or one.archived_at is None
    }


def create_topic(actor: Actor, name: str) -> ShownTopic:
    """Create a topic, and return it. Raises Invalid with `fields`, and LimitReached."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        known = store.topics_of(actor.account_id)
        name = _checked(name, known)
        if len(known) >= MAX_TOPICS:
            raise LimitReached(
                "LIMIT_REACHED",
                f"An account can have up to {MAX_TOPICS} topics, including archived ones. Restore or rename "
                "an archived topic.",
            )
        key = topic_key(name, {one.key for one in known})
        values = {"key": key, "name": name, "name_key": name_key(name)}
        topic_id = store.add_topic(actor.account_id, values, actor.user_id)
        activity.record(actor, "topic_created", "topic", topic_id, name=name)
    return ShownTopic(topic_id, key, name, is_archived=False, stops=0)


def rename_topic(actor: Actor, topic_id: int, name: str) -> None:
    """Rename a topic. Steps that name it, and who has stopped it, stay. Raises NotFound, and Invalid with
    `fields`."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        known = store.topics_of(actor.account_id)
        before = _one_of(known, topic_id).name
        name = _checked(name, [one for one in known if one.id != topic_id])
        if name != before:
            store.change_topic(actor.account_id, topic_id, {"name": name, "name_key": name_key(name)})
            activity.record(actor, "topic_renamed", "topic", topic_id, name=name, before=before)


def archive_topic(actor: Actor, topic_id: int) -> None:
    """Offer a topic no longer. Raises NotFound."""
    _set_archived(actor, topic_id, True)


def restore_topic(actor: Actor, topic_id: int) -> None:
    """Offer an archived topic again. Raises NotFound."""
    _set_archived(actor, topic_id, False)


def _set_archived(actor: Actor, topic_id: int, is_archived: bool) -> None:
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        topic = _one_of(store.topics_of(actor.account_id), topic_id)
        if (topic.archived_at is not None) == is_archived:
            return
        name = topic.name
        store.change_topic(actor.account_id, topic_id, {"archived_at": now() if is_archived else None})
        activity.record(
            actor, "topic_archived" if is_archived else "topic_restored", "topic", topic_id, name=name
        )


def _checked(name: str, others: list[Topic]) -> str:
    problem = topic_problem(name)
    if not problem and name_key(topic_name(name)) in {one.name_key for one in others}:
        problem = "Another topic has this name."
    if problem:
        raise Invalid.in_fields({"name": problem})
    return topic_name(name)


def _one_of(known: list[Topic], topic_id: int) -> Topic:
    found = next((one for one in known if one.id == topic_id), None)
    if found is None:
        raise _missing()
    return found


def _missing() -> NotFound:
    return NotFound("NOT_FOUND", "This topic doesn’t exist.")
