"""Messages of steps: what they say to each contact, and what becomes of enrollments once it is known whether
theirs was sent (E-10)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.engine.application import braking
from app.engine.domain.event_values import event_values
from app.engine.infrastructure import hearing, queries, returning
from app.messaging import application as messaging
from app.messaging.application import Claimed, Content, SenderNames, Settled, State
from app.platform.logs import log
from app.workflows import application as workflows
from app.workflows.domain import Step

CONTINUE = "continue"
GONE = "The contact or the step no longer exists."
NOT_WRITTEN = "The message couldn’t be composed. Details are in the server log."
NO_ADDRESS = {
    "contact.email": "The contact has no email address.",
    "contact.phone": "The contact has no phone number.",
}


def register_source() -> None:
    messaging.register_source(messaging.Source(write, settled, workflows.active_among, braking.stop))
    messaging.register_rewriting(rewrite)
    messaging.register_waiting(returning.hold_active)
    messaging.register_workflow_names(queries.workflow_names)


def write(
    account_id: int, messages: Sequence[Claimed], sender_names: SenderNames
) -> Mapping[int, Content | str]:
    """Return the content of each message, or why it cannot be written."""
    definitions = queries.definitions(account_id, [one.version_id for one in messages])
    people = contacts.merge_values(account_id, [one.contact_id for one in messages])
    shared = accounts.account_values(account_id)
    tracking = queries.tracking_workflows(account_id, [one.workflow_id for one in messages])
    events = _events_of(account_id, messages)
    found: dict[int, Content | str] = {}
    for one in messages:
        definition, person = definitions.get(one.version_id), people.get(one.contact_id)
        step = definition.step(one.step_id) if definition else None
        if person is None or step is None:
            found[one.id] = GONE
        else:
            values = {**shared, **_sender(step, sender_names), "event": events.get(one.enrollment_id, {})}
            found[one.id] = _tracked(_written(step, person, one, values), one.workflow_id in tracking)
    return found


def _written(
    step: Step, person: Mapping[str, Any], message: Claimed, shared: Mapping[str, Any]
) -> Content | str:
    """A fault in one message is not one of the others."""
    link = messaging.unsubscribe_url(message.token)
    try:
        return _content(step, person, {**shared, "contact": person, "unsubscribe_link": link})
    except Exception:
        log.exception("message_not_written", extra={"message_id": message.id})
        return NOT_WRITTEN


def rewrite(
    account_id: int, message: Claimed, merge_values: Mapping[str, Any], sender_names: SenderNames
) -> Content | str:
    """Return the content of a message that was written with these values, or why it cannot be written."""
    definition = queries.definitions(account_id, [message.version_id]).get(message.version_id)
    step = definition.step(message.step_id) if definition else None
    if step is None:
        return GONE
    person = {name: _read(name, value) for name, value in merge_values.items()}
    link = messaging.unsubscribe_url(message.token)
    event = _events_of(account_id, [message]).get(message.enrollment_id, {})
    shared = {**accounts.account_values(account_id), **_sender(step, sender_names)}
    context = {**shared, "event": event, "contact": person, "unsubscribe_link": link}
    tracking = queries.tracking_workflows(account_id, [message.workflow_id])
    return _tracked(_content(step, person, context), bool(tracking))


def _tracked(content: Content | str, is_tracked: bool) -> Content | str:
    return replace(content, is_tracked=is_tracked) if isinstance(content, Content) else content


_CHANGES = {
    State.SENT: hearing.go_on,
    State.DELIVERED: hearing.go_on,
    State.SKIPPED: hearing.go_on,
    State.FAILED: hearing.fail,
    State.BOUNCED: hearing.fail,
    State.WITHDRAWN: hearing.let_leave,
}


def settled(account_id: int, messages: Sequence[Settled], at: datetime) -> None:
    """Let enrollments go on whose message was sent or skipped, and end those whose contact may not be
    contacted. Those whose message could not be sent fail, unless the step says that they go on."""
    failed = [one.enrollment_id for one in messages if one.state == State.FAILED]
    versions = queries.versions_of(account_id, failed) if failed else {}
    definitions = queries.definitions(account_id, versions.values()) if failed else {}

    def goes_on(one: Settled) -> bool:
        definition = definitions.get(versions.get(one.enrollment_id, 0))
        step = definition.step(one.step_id) if definition else None
        return step is not None and step.value("on_failure") == CONTINUE

    groups: dict[tuple[str, int, State], list[int]] = defaultdict(list)
    for one in messages:
        state = State.SENT if one.state == State.FAILED and goes_on(one) else one.state
        groups[one.step_id, one.visit, state].append(one.enrollment_id)
    for (step_id, visit, state), ids in sorted(groups.items()):
        _CHANGES[state](account_id, step_id, visit, sorted(ids), at)


def _events_of(account_id: int, messages: Sequence[Claimed]) -> Mapping[int, Mapping[str, Any]]:
    """Return {enrollment id: values of merge tags} of the enrollments that an event has started."""
    event_of = queries.events_of(account_id, [one.enrollment_id for one in messages])
    data = contacts.event_data(account_id, set(event_of.values()))
    zone = contacts.zone_of(account_id)
    return {
        enrollment_id: event_values(data[event_id], zone)
        for enrollment_id, event_id in event_of.items()
        if event_id in data
    }


def _sender(step: Step, sender_names: SenderNames) -> dict[str, Any]:
    return {"sender": {"name": sender_names(step.config.text("sender"))}}


def _content(step: Step, person: Mapping[str, Any], context: Mapping[str, Any]) -> Content | str:
    message = step.kind.message if step.kind else None
    if message is None:
        return GONE
    address = person.get(message.address.removeprefix("contact."))
    if not address:
        return NO_ADDRESS[message.address]
    shown = message.render(step.config, context)
    return Content(
        address=address,
        name=person["full_name"] or "",
        merge_values={name: _plain(value) for name, value in person.items()},
        subject=shown.subject,
        preheader=shown.preheader,
        html=shown.html,
        text=shown.text,
        sender=step.config.text("sender"),
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date | datetime) else value


_KINDS = {"birthday": date.fromisoformat, "created_at": datetime.fromisoformat}


def _read(name: str, value: Any) -> Any:
    """Return a value as merge tags need it, given as JSON keeps it."""
    return _KINDS[name](value) if name in _KINDS and value else value
