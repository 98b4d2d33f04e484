"""How people begin who are added from a file or by hand: at the first step, now, whatever starts the workflow
otherwise."""

from typing import Any

from app.contacts.domain.criteria import field_label
from app.workflows.domain.definition.walk import config_of, text_of, trigger_of
from app.workflows.domain.steps.triggers import TRIGGERS

_APPOINTMENTS = {
    "appointment_booked": "when they book an appointment",
    "appointment_cancelled": "when they cancel an appointment",
    "appointment_completed": "after their appointment",
    "appointment_no_show": "when they miss an appointment",
}
_EVENTS = {
    "contact_created": "when they become a contact",
    "tag_added": "when they get a tag",
    "tag_removed": "when they lose a tag",
    "field_changed": "when a field changes",
    "form_submitted": "when they submit a form",
    "purchase_made": "when they buy",
    "webhook_received": "when a webhook arrives",
}


def beginning_words(document: Any) -> str:
    """“People start at step 1 now, not on their birthday.”: one sentence, fit for any definition."""
    trigger = trigger_of(document)
    kind = text_of(trigger.get("type"))
    if kind not in TRIGGERS or kind == "manual":
        return "People start at step 1 now."
    return f"People start at step 1 now, not {_otherwise(kind, trigger)}."


def _otherwise(kind: str, trigger: dict[str, Any]) -> str:
    if kind == "date_reached":
        return _date_words(config_of(trigger))
    return _APPOINTMENTS.get(kind) or _EVENTS[kind]


def _date_words(config: dict[str, Any]) -> str:
    field = text_of(config.get("field"))
    date = "their birthday" if field == "contact.birthday" else f"the date in “{field_label(field)}”"
    days = config.get("days_before")
    if isinstance(days, int) and not isinstance(days, bool) and days > 0:
        return f"{days:,} {'day' if days == 1 else 'days'} before {date}"
    return f"on {date}"
