"""Events that other systems report start active workflows, by set."""

from collections.abc import Sequence

from app.contacts import application as contacts
from app.contacts.application import Happening, HeardEvent
from app.engine.application.triggers.entering import criteria_of, enter
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain.definition.parts import Trigger


def by_events(account_id: int) -> list[workflows.Triggered]:
    """Return the active workflows that events of other systems start."""
    return [one for one in workflows.triggered(account_id) if one.trigger.kind and one.trigger.kind.fits]


def hear_events(account_id: int, happening: Happening) -> None:
    """Enroll the contacts of events in the workflows that wait for them. Of several events of a contact, the
    first one that fits counts."""
    for one in by_events(account_id):
        if one.trigger.type == happening.what:
            meant = _meant(account_id, one.trigger, happening)
            event_of = {event.contact_id: event.id for event in reversed(meant)}
            enter(account_id, one.target, event_of, happening.at)


def _meant(account_id: int, trigger: Trigger, happening: Happening) -> Sequence[HeardEvent]:
    """Return the events that fit the settings of a trigger and pass its filters."""
    fits = trigger.kind.fits if trigger.kind else None
    found = [event for event in happening.events if fits and fits(trigger.config, event.data)]
    criteria = criteria_of(trigger)
    if criteria is None or not found:
        return found
    try:
        if contacts.is_about_event(criteria):
            met = contacts.events_meeting(account_id, found, criteria, happening.at)
            return [event for event in found if event.id in met]
        ids = sorted({event.contact_id for event in found})
        people = contacts.which_of(account_id, ids, criteria, happening.at)
        return [event for event in found if event.contact_id in people]
    except Invalid:  # such as a custom field that has been deleted
        return ()
