"""Changes of contacts start active workflows: contacts are created, get or lose tags, or a field changes.

In the transaction in which it happens, for many contacts at once: so nothing is lost with the queue, and
nothing happens twice.
"""

from collections.abc import Collection

from app.contacts import application as contacts
from app.contacts.application import Happening, Kind
from app.engine.application.triggers.entering import criteria_of, enter
from app.engine.application.triggers.events import by_events, hear_events
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain.definition.parts import Trigger
from app.workflows.domain.types.declarations import Change


def register_listener() -> None:
    contacts.register_listener("triggers", _cares, _hear)


def _cares(account_id: int) -> Collection[tuple[str, str]]:
    events = {(Kind.EVENT_RECEIVED.value, one.trigger.type) for one in by_events(account_id)}
    return events | {(change.kind, change.what) for _, change in _waiting(account_id)}


def _hear(account_id: int, happening: Happening) -> None:
    if happening.kind == Kind.EVENT_RECEIVED:
        hear_events(account_id, happening)
        return
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
