"""Bulk actions on the contacts of a selection: add a tag, remove a tag, delete.

Contacts are processed in steps by increasing id, each in a short transaction that also records how far the
action has come. So it can be interrupted at any time, and is counted exactly. Small ones finish in the
request that starts them; a task continues the others.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast

import sqlalchemy as sa

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.bulk import hold_many, tag_many, untag_many
from app.contacts.application.bulk.deletion import consequences_of, delete_many
from app.contacts.application.selecting.selections import Selected, contacts_of, find_selection
from app.contacts.application.tags import ensure_tags
from app.contacts.domain.names import tag_key
from app.contacts.infrastructure import queries, tag_store
from app.contacts.infrastructure.selecting import actions as store
from app.contacts.infrastructure.selecting import selections
from app.contacts.infrastructure.tables import BulkAction, Contact
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.text.words import counted

Kind = Literal["tag", "untag", "delete"]

ACTION_TASK = "contacts.continue_action"
STEP = 2_000
SECONDS_IN_REQUEST = 1.0
SECONDS_IN_A_ROW = 5.0
PAUSE_SECONDS = 0.02  # between steps, longer than other writers of SQLite wait between two attempts
UNTOUCHED = timedelta(seconds=60)


@dataclass(frozen=True)
class ShownAction:
    """A bulk action for its page. `tag` is the name of its tag."""

    id: int
    kind: Kind
    tag: str
    total: int
    done: int
    changed: int
    is_over: bool
    lacks_workers: bool

    @property
    def percent(self) -> float:
        return 100.0 if self.is_over else min(99.0, self.done * 100 / self.total if self.total else 0)


def tag_selection(actor: Actor, selection_id: int, tag: str) -> int:
    """Add a tag, which is created if needed, to all contacts of a selection. Return the id of the action.

    Raises NotFound for the selection, and Invalid for a name that cannot be a tag.
    """
    require(actor, Permission.CONTACTS)
    with transaction():
        selected = find_selection(actor, selection_id)
        [tag_id] = ensure_tags(actor.account_id, [tag], actor.user_id)
        action = _add(actor, selected, "tag", tag_id)
        name = _tag_name(action)
        activity.record(actor, "contacts_tagged", "bulk_action", action.id, tag=name, contacts=selected.total)
        return action.id


def untag_selection(actor: Actor, selection_id: int, tag: str) -> int:
    """Remove a tag from all contacts of a selection. Return the id of the action. Raises NotFound for the
    selection, and Invalid for a tag that does not exist."""
    require(actor, Permission.CONTACTS)
    with transaction():
        selected = find_selection(actor, selection_id)
        found = queries.tag_by_key(actor.account_id, tag_key(tag)) if tag.strip() else None
        if found is None:
            sentence = f"There’s no tag “{tag[:80]}”." if tag.strip() else "Enter a tag name."
            raise Invalid.in_fields({"tag": sentence})
        action = _add(actor, selected, "untag", found.id)
        activity.record(
            actor, "contacts_untagged", "bulk_action", action.id, tag=found.name, contacts=selected.total
        )
        return action.id


def delete_selection(actor: Actor, selection_id: int, confirmed: int | None) -> int:
    """Delete all contacts of a selection. Return the id of the action.

    `confirmed` is the number of contacts that the user agreed to delete. Raises NotFound, and Conflict with
    `count` if there are now more, or without a number.
    """
    require(actor, Permission.CONTACTS)
    with transaction():
        selected = find_selection(actor, selection_id)
        total = count_now(actor, selected)
        if confirmed is None:
            people = counted(total, "contact")
            raise Conflict(
                "CONFIRMATION_NEEDED",
                f"This deletes {people} with their history. Confirm that number.",
                confirm="confirmed",
                count=total,
                consequences=preview_deletion(actor, selection_id).consequences,
            )
        if total > confirmed:
            raise Conflict(
                "CONFLICT",
                f"The selection now has {counted(total, 'contact')}, not {confirmed:,}. Nothing was deleted. "
                "Check the number and confirm again.",
                count=total,
            )
        action = _add(actor, selected, "delete", None, total)
        activity.record(actor, "contacts_deleted", "bulk_action", action.id, contacts=total)
        return action.id


@dataclass(frozen=True)
class DeletionPreview:
    """How many contacts would be deleted now, and what else would happen, in sentences."""

    contacts: int
    consequences: list[str]


def preview_deletion(actor: Actor, selection_id: int) -> DeletionPreview:
    """Return what `delete_selection` would do now. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    selected = find_selection(actor, selection_id)
    contacts = contacts_of(actor.account_id, selected.ids, selected.criteria, now())
    return DeletionPreview(count_now(actor, selected), consequences_of(actor.account_id, contacts))


def count_now(actor: Actor, selected: Selected) -> int:
    """Return how many contacts the selection has at the moment."""
    require(actor, Permission.CONTACTS)
    return selections.count(contacts_of(actor.account_id, selected.ids, selected.criteria, now()))


def show_action(actor: Actor, action_id: int) -> ShownAction:
    """Return a bulk action of the actor's account. Raises NotFound."""
    require(actor, Permission.REPORTS)
    return action_begun(actor, action_id)


def action_begun(actor: Actor, action_id: int) -> ShownAction:
    """Return an action that the actor has just begun, which includes the permission to see it."""
    action = store.action(actor.account_id, action_id)
    if action is None:
        raise NotFound("NOT_FOUND", "This action doesn’t exist.")
    is_over = action.finished_at is not None
    return ShownAction(
        id=action.id,
        kind=cast(Kind, action.kind),
        tag=_tag_name(action),
        total=action.total,
        done=action.done,
        changed=action.changed,
        is_over=is_over,
        lacks_workers=not is_over and queue.alive_workers() == 0,
    )


def continue_action(account_id: int, action_id: int) -> None:
    """Go on with a bulk action for a few seconds; another task does the rest. Safe to run twice."""
    if not _run(account_id, action_id, SECONDS_IN_A_ROW):
        queue.send(ACTION_TASK, account_id, action_id)


def resume_actions() -> None:
    """Enqueue a task for each bulk action that was interrupted."""
    for account_id, action_id in store.interrupted(now() - UNTOUCHED):
        queue.send(ACTION_TASK, account_id, action_id)


def _add(
    actor: Actor, selected: Selected, kind: Kind, tag_id: int | None, total: int | None = None
) -> BulkAction:
    """Add an action, which begins after the commit."""
    at = now()
    action = store.add(
        BulkAction(
            account_id=actor.account_id,
            created_by=actor.user_id,
            created_at=at,
            updated_at=at,
            kind=kind,
            tag_id=tag_id,
            ids=None if selected.ids is None else sorted(selected.ids),
            criteria=selected.criteria,
            total=selected.total if total is None else total,
            upto_id=selections.highest_id(actor.account_id),
        )
    )
    action_id = action.id
    after_commit(lambda: _begin(actor.account_id, action_id))
    return action


def _begin(account_id: int, action_id: int) -> None:
    """Process the first contacts at once, and enqueue a task for the rest."""
    if not _run(account_id, action_id, SECONDS_IN_REQUEST):
        queue.send(ACTION_TASK, account_id, action_id)


def _run(account_id: int, action_id: int, seconds: float) -> bool:
    """Process contacts for about so many seconds; return whether the action is over."""
    until = time.monotonic() + seconds
    while not despite_deadlocks(lambda: _step(account_id, action_id)):
        if time.monotonic() > until or queue.should_stop():
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _step(account_id: int, action_id: int) -> bool:
    """Process the next contacts; return whether the action is over.

    The end of the step is looked up before the transaction, because that may read many contacts that do not
    match.
    """
    action = store.action(account_id, action_id)
    if action is None or action.finished_at is not None:
        return True
    contacts = contacts_of(account_id, action.ids, action.criteria, action.created_at)
    contacts = contacts.where(Contact.id <= action.upto_id)
    end = store.end_of_step(contacts, action.last_id, STEP)
    with transaction():
        locked = store.action(account_id, action_id, locked=True)
        if locked is None or locked.last_id != action.last_id or locked.finished_at is not None:
            return False  # another task has made this step
        last_id = locked.upto_id if end is None else end
        ids = selections.ids_of(contacts.where(Contact.id > locked.last_id, Contact.id <= last_id))
        is_over = end is None
        if locked.kind == "delete":  # no more than was confirmed, also if others meet the criteria by now
            ids = ids[: locked.total - locked.done]
            is_over = is_over or locked.done + len(ids) == locked.total
        # Fixed, because the change itself may decide whether a contact meets the criteria.
        changed = _change(locked, selections.listed(account_id, ids))
        store.advance(locked, last_id, len(ids), changed, now(), is_over=is_over)
    return is_over


def _change(action: BulkAction, contacts: sa.Select[int]) -> int:
    account_id, at = action.account_id, now()
    if action.kind == "delete":
        return delete_many(account_id, contacts, at)
    assert action.tag_id is not None
    hold_many(account_id, contacts, to_change=True)
    has_tag = Contact.id.in_(tag_store.tagged(account_id, action.tag_id))
    text = _tag_name(action)
    if action.kind == "tag":
        new = contacts.where(sa.not_(has_tag))
        activity.record_many("tag_added", account_id, new, at, user_id=action.created_by, text=text)
        return tag_many(account_id, contacts, [action.tag_id], None, at)
    had = contacts.where(has_tag)
    activity.record_many("tag_removed", account_id, had, at, user_id=action.created_by, text=text)
    return untag_many(account_id, contacts, [action.tag_id], at)


def _tag_name(action: BulkAction) -> str:
    tag = queries.tag(action.account_id, action.tag_id) if action.tag_id else None
    return tag.name if tag else ""
