"""Adding tags to many contacts, and removing them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.contacts.application import happenings
from app.contacts.application.happenings import ANY, Kind, Listening
from app.contacts.infrastructure import queries, tag_store
from app.contacts.infrastructure.tag_store import Pairs
from app.platform.database import transaction
from app.platform.database.many_rows import Bound, bound


def tag_many(
    account_id: int,
    contact_ids: sa.Select[Any] | Bound,
    tag_ids: Sequence[int],
    job_id: int | None,
    at: datetime,
    *,
    source: str = "",
) -> int:
    """Add each tag (ids from `ensure_tags`) to every contact in the first column of `contact_ids`.

    Returns how many contact–tag pairs were new; these carry `job_id`, so that they can be undone.
    """
    contacts = bound(contact_ids)
    with transaction():
        heard = happenings.listening(account_id)
        asked = _asked_about(heard, Kind.TAG_ADDED, tag_ids)
        others = [tag_id for tag_id in tag_ids if tag_id not in asked]
        added = tag_store.tag(account_id, contacts, others, job_id, at)
        pairs = tag_store.tag_naming(account_id, contacts, asked, job_id, at)
        return added + _tell(heard, Kind.TAG_ADDED, pairs, at, job_id, source)


def tag_each(
    account_id: int, rows: sa.Select[Any] | Bound, job_id: int | None, at: datetime, *, source: str = ""
) -> int:
    """Add to each contact of `rows` its own tags: `contact_id`, and `fields` (JSON text) with tag keys under
    `tags`.

    Keys of tags that do not exist are ignored. Returns how many contact–tag pairs were new.
    """
    with transaction():
        heard = happenings.listening(account_id)
        if not heard.asks_about(Kind.TAG_ADDED):
            return tag_store.tag_each(account_id, bound(rows), job_id, at)
        pairs = tag_store.tag_each_naming(account_id, bound(rows), job_id, at)
        return _tell(heard, Kind.TAG_ADDED, pairs, at, job_id, source)


def untag_many(
    account_id: int, contact_ids: sa.Select[Any], tag_ids: Sequence[int], at: datetime, *, source: str = ""
) -> int:
    """Remove the tags from the contacts in the first column of `contact_ids`. Returns how many contact–tag
    pairs there were."""
    with transaction():
        heard = happenings.listening(account_id)
        if not heard.asks_about(Kind.TAG_REMOVED):
            return tag_store.untag(account_id, contact_ids, tag_ids)
        pairs = tag_store.untag_naming(account_id, contact_ids, tag_ids)
        return _tell(heard, Kind.TAG_REMOVED, pairs, at, None, source)


def take_back_tags(account_id: int, contact_ids: sa.Select[int], job_id: int, at: datetime) -> int:
    """Remove the tags that the job `job_id` added to the contacts. Returns how many contact–tag pairs."""
    with transaction():
        heard = happenings.listening(account_id)
        if not heard.asks_about(Kind.TAG_REMOVED):
            return tag_store.take_back(account_id, contact_ids, job_id)
        pairs = tag_store.take_back_naming(account_id, contact_ids, job_id)
        return _tell(heard, Kind.TAG_REMOVED, pairs, at, job_id, "")


def _asked_about(heard: Listening, kind: Kind, tag_ids: Sequence[int]) -> Sequence[int]:
    """Return the tags of which somebody wants to hear."""
    named = heard.named(kind)
    if not named or ANY in named:
        return tag_ids if named else ()
    keys = queries.tag_keys(heard.account_id, tag_ids)
    return [tag_id for tag_id in tag_ids if keys.get(tag_id) in named]


def _tell(heard: Listening, kind: Kind, pairs: Pairs, at: datetime, job_id: int | None, source: str) -> int:
    """Tell of pairs of contact and tag; return how many there are."""
    if not pairs:
        return 0
    contacts_of: dict[int, list[int]] = defaultdict(list)
    for contact_id, tag_id in pairs:
        contacts_of[tag_id].append(contact_id)
    for tag_id, key in sorted(queries.tag_keys(heard.account_id, list(contacts_of)).items()):
        heard.tell(kind, key, contacts_of[tag_id], at, job_id=job_id, source=source)
    return len(pairs)
