"""Entries of failed deliveries in a contact's timeline. Its events hold ids, so that nothing is left of a
delivery that has been blanked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.accounts.domain import Actor
from app.activity import application as activity
from app.activity.infrastructure.tables import ContactEvent
from app.contacts.application import LinkedText
from app.deliveries.infrastructure import queries, store
from app.platform.ids import number_of
from app.tasks.application import workflows_named

FAILED: Final = "webhook_failed"


def note_failures(account_id: int, ids: Sequence[int], at: datetime) -> None:
    """Write the entries of deliveries that have failed for good, in the caller's transaction."""
    if ids:
        activity.record_each(FAILED, account_id, store.events_of(account_id, sorted(ids)), at)


def describe_events(actor: Actor, events: Sequence[ContactEvent]) -> Mapping[int, LinkedText]:
    """Return {event id: entry} of these events, which are about deliveries."""
    ids = {event.id: number_of(event.text or "") or 0 for event in events}
    known = queries.known(actor.account_id, ids.values())
    workflows = workflows_named(actor, (event.workflow_id for event in events))
    found = {}
    for event in events:
        workflow = workflows.get(event.workflow_id or 0)
        by = f" by {workflow.text}" if workflow else ""
        page = f"/deliveries/{ids[event.id]}" if ids[event.id] in known else None
        found[event.id] = LinkedText(f"Webhook request failed{by}", page)
    return found
