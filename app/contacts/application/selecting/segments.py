"""Segments: filters that are saved under a name."""

from collections.abc import Callable, Sequence
from typing import Any

from app.accounts.application import lock, require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.filters import check_filter
from app.contacts.domain.names import MAX_NAME, name_key, tag_name
from app.contacts.infrastructure.selecting import segments as store
from app.contacts.infrastructure.tables import Segment
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, LimitReached, NotFound

MAX_SEGMENTS = 500

Check = Callable[[Segment], object]
"""Gets the segment as it is before the change, locked, and may raise."""


def list_segments(actor: Actor) -> Sequence[Segment]:
    """Return the account's segments by name."""
    require(actor, Permission.REPORTS)
    return store.segments(actor.account_id, MAX_SEGMENTS)


def find_segment(actor: Actor, segment_id: int) -> Segment:
    """Return a segment of the actor's account. Raises NotFound."""
    require(actor, Permission.REPORTS)
    return _existing(actor, segment_id)


def save_segment(actor: Actor, name: str, criteria: Any) -> Segment:
    """Save a criteria document under a new name.

    Raises Invalid (`fields`: name or filter), Conflict for a name that is taken, and LimitReached.
    """
    require(actor, Permission.CONTACTS)
    name = _checked(name)
    check_filter(actor, criteria)
    with transaction():
        lock(actor.account_id)
        if store.count_segments(actor.account_id) >= MAX_SEGMENTS:
            raise LimitReached(
                "SEGMENT_LIMIT_REACHED",
                f"You’ve reached the limit of {MAX_SEGMENTS:,} segments. Delete one you no longer need.",
                limit=MAX_SEGMENTS,
            )
        values = {"name": name, "name_key": _key(name), "criteria": criteria}
        segment_id = store.add({"account_id": actor.account_id, "created_by": actor.user_id, **values})
        if segment_id is None:
            raise _taken(name)
        activity.record(actor, "segment_created", "segment", segment_id, name=name)
        return _existing(actor, segment_id)


def change_segment(
    actor: Actor,
    segment_id: int,
    *,
    name: str | None = None,
    criteria: Any = None,
    check: Check | None = None,
) -> Segment:
    """Rename a segment, or replace its criteria, or both; None keeps what there is. Raises like
    `save_segment`, and NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        segment = _locked(actor, segment_id, check)
        values: dict[str, Any] = {}
        if name is not None and (name := _checked(name)) != segment.name:
            if store.has_name(actor.account_id, _key(name), besides=segment.id):
                raise _taken(name)
            values |= {"name": name, "name_key": _key(name)}
        if criteria is not None and criteria != segment.criteria:
            check_filter(actor, criteria)
            values["criteria"] = criteria
        if values:
            before = segment.name
            store.change(actor.account_id, segment.id, values, now())
            changed = [part for part in ("name", "criteria") if part in values]
            activity.record(
                actor,
                "segment_changed",
                "segment",
                segment.id,
                name=name or before,
                before=before,
                changed=changed,
            )
    return _existing(actor, segment_id)


def delete_segment(actor: Actor, segment_id: int, check: Check | None = None) -> None:
    """Delete a segment; its contacts stay. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        segment = _locked(actor, segment_id, check)
        store.delete(actor.account_id, segment.id)
        activity.record(actor, "segment_deleted", "segment", segment.id, name=segment.name)


def _locked(actor: Actor, segment_id: int, check: Check | None) -> Segment:
    """Return a segment that nobody else changes until the transaction ends."""
    lock(actor.account_id)
    segment = _existing(actor, segment_id)
    if check is not None:
        check(segment)
    return segment


def _existing(actor: Actor, segment_id: int) -> Segment:
    segment = store.segment(actor.account_id, segment_id)
    if segment is None:
        raise NotFound(
            "NOT_FOUND",
            "This segment doesn’t exist.",
            next_url="/contacts/segments",
            next_label="Go to Segments",
        )
    return segment


def _checked(name: str) -> str:
    tidy = tag_name(name[: 4 * MAX_NAME])
    problem = ""
    if not tidy or not tidy.isprintable():
        problem = "Enter a name for the segment."
    elif len(tidy) > MAX_NAME:
        problem = f"Names can have up to {MAX_NAME} characters; this one has {len(tidy)}."
    if problem:
        raise Invalid.in_fields({"name": problem})
    return tidy


def _key(name: str) -> str:
    return name_key(name) or name.casefold()


def _taken(name: str) -> Conflict:
    sentence = f"A segment named “{name}” already exists. Choose another name."
    return Conflict("CONFLICT", sentence, fields={"name": sentence})
