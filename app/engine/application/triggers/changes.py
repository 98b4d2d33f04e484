"""Changes of contacts start active workflows: contacts are created, get or lose tags, or a field changes.

In the transaction in which it happens, for many contacts at once: so nothing is lost with the queue, and
nothing happens twice.
"""

from collections.abc import Collection
from typing import Any

from app.contacts import application as contacts
from app.contacts.application import Happening
from app.engine.application.triggers.entering import enter
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain.definition.parts import Trigger
from app.workflows.domain.types.declarations import Change


def register_listener() -> None:
    contacts.register_listener("triggers", _cares, _hear)


def criteria_of(trigger: Trigger, change: Change | None = None) -> dict[str, Any] | None:
    """Return the criteria that a contact must meet to enter by a trigger; None if there are none."""
    rules: list[Any] = [change.rule] if change and change.rule else []
    filters = trigger.filters
    if isinstance(filters, dict) and (filters.get("all") or filters.get("any")):
        rules.append(filters)
    if not rules:
        return None
    return filters if rules == [filters] else {"all": rules}


def _cares(account_id: int) -> Collection[tuple[str, str]]:
    return {(change.kind, change.what) for _, change in _waiting(account_id)}


def _hear(account_id: int, happening: Happening) -> None:
    for one, change in _waiting(account_id):
        if (change.kind, change.what) == (happening.kind, happening.what):
            enter(account_id, one.target, _meeting(account_id, one.trigger, change, happening), happening.at)


def _waiting(account_id: int) -> list[tuple[workflows.Triggered, Change]]:
    """Return the active workflows that changes of contacts start."""
    found = []
    for one in workflows.triggered(account_id):
        kind = one.trigger.kind
        if kind and (change := kind.on_change(one.trigger.config)):
            found.append((one, change))
    return found


def _meeting(account_id: int, trigger: Trigger, change: Change, happening: Happening) -> Collection[int]:
    """Return the contacts to which it has happened, for which it still holds, and who pass the filters."""
    criteria = criteria_of(trigger, change)
    if criteria is None:
        return happening.contacts
    try:
        return contacts.which_of(account_id, happening.contacts, criteria, happening.at)
    except Invalid:  # such as a custom field that has been deleted
        return ()
