"""Plain words for every part of a definition, as a marketer would say it: for the drawing, cards and lists.

It describes drafts too, so what is missing is said (“a tag”) and nothing raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.contacts.domain.criteria import country_words, criteria_words, day_words, field_label
from app.platform.words import counted, joined, quoted, sentence
from app.workflows.domain.definition.walk import (
    arms_of,
    config_of,
    goals_match,
    goals_of,
    is_on,
    step_title,
    text_of,
    trigger_of,
    walk,
)
from app.workflows.domain.steps.goals import GOALS
from app.workflows.domain.steps.setting import Part
from app.workflows.domain.steps.triggers import APPOINTMENT_TRIGGERS
from app.workflows.domain.steps.types import MESSAGES, STEPS
from app.workflows.domain.steps.words import (
    length_words,
    readable,
)

APPOINTMENTS = {
    "appointment_booked": "is booked",
    "appointment_cancelled": "is canceled",
    "appointment_completed": "is completed",
    "appointment_no_show": "is missed",
}

DATES = {
    "contact.birthday": "the contact’s birthday",
    "contact.created_at": "the anniversary of the day they were added",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A title (“Wait 2 days”) and one line of detail, which may be empty."""

    title: str
    detail: str = ""


def message_names(document: Any) -> dict[str, str]:
    """Step id -> what people call the message: an email's subject, the start of an SMS."""
    return {
        place.id: message_name(place.step) for place in walk(document) if place.type in MESSAGES and place.id
    }


def message_name(step: Any) -> str:
    """What people call a message."""
    config = config_of(step)
    words = config.get("subject") if text_of(step.get("type")) == "send_email" else config.get("text")
    return readable(words, 60) or step_title(text_of(step.get("type")))


def trigger_words(document: Any) -> Words:
    """“When the tag “new-lead” is added”, and the filters as detail."""
    trigger = trigger_of(document)
    filters = trigger.get("filters")
    detail = (
        f"Only if: {_lower(criteria_words(filters, message_names(document)))}" if _any_rule(filters) else ""
    )
    return Words(_trigger_title(text_of(trigger.get("type")), config_of(trigger)), detail)


def _any_rule(filters: Any) -> bool:
    return isinstance(filters, dict) and bool(filters.get("all") or filters.get("any"))


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _trigger_title(kind: str, config: Mapping[str, Any]) -> str:
    if kind in APPOINTMENT_TRIGGERS:
        calendar = text_of(config.get("calendar"))
        return f"When an appointment{f' in {quoted(calendar)}' if calendar else ''} {APPOINTMENTS[kind]}"
    titles = {
        "manual": "When you add people",
        "contact_created": "When a contact is created",
        "tag_added": f"When {_tag(config)} is added",
        "tag_removed": f"When {_tag(config)} is removed",
        "field_changed": f"When {field_label(config.get('field'))} changes{_to(config)}",
        "form_submitted": f"When {_form(config)} is submitted",
        "purchase_made": f"When {_product(config)} is made{_at_least(config)}",
        "date_reached": _date_title(config),
        "webhook_received": f"When the webhook {quoted(text_of(config.get('key')) or '…')} receives data",
    }
    return titles.get(kind, "No trigger yet")


def _tag(config: Mapping[str, Any]) -> str:
    tag = text_of(config.get("tag"))
    return f"the tag {quoted(tag)}" if tag else "a tag"


def _form(config: Mapping[str, Any]) -> str:
    form = text_of(config.get("form"))
    return f"the form {quoted(form)}" if form else "a form"


def _to(config: Mapping[str, Any]) -> str:
    value = config.get("to")
    return (
        f" to {_value(config.get('field'), value)}"
        if isinstance(value, str | int | float) and value != ""
        else ""
    )


def _value(field: Any, value: Any) -> str:
    return country_words(value) if field == "contact.country" else readable(str(value), 80)


def _product(config: Mapping[str, Any]) -> str:
    product = text_of(config.get("product"))
    return f"a purchase of {quoted(product)}" if product else "a purchase"


def _at_least(config: Mapping[str, Any]) -> str:
    amount = config.get("min_amount")
    return (
        f" for at least {amount:,}"
        if isinstance(amount, int | float) and not isinstance(amount, bool)
        else ""
    )


def _date_title(config: Mapping[str, Any]) -> str:
    field = _date_name(config.get("field"))
    before, at = config.get("days_before"), text_of(config.get("at")) or "09:00"
    if isinstance(before, int) and not isinstance(before, bool) and before > 0:
        return f"{counted(before, 'day')} before {field} at {at}"
    return f"On {field} at {at}"


def _date_name(name: Any) -> str:
    if isinstance(name, str) and name in DATES:
        return DATES[name]
    return quoted(field_label(name)) if name else "a contact date"


def step_words(
    step: Any, messages: Mapping[str, str] | None = None, workflows: Mapping[str, str] | None = None
) -> Words:
    """The title and detail of a step. `workflows`: id -> name, so that other workflows are called by name."""
    kind, config = text_of(step.get("type")) if isinstance(step, dict) else "", config_of(step)
    part = STEPS.get(kind)
    if part is None:
        return Words("Unknown step", kind[:40])
    if part.group == "timing":
        return timing_words(kind, config, messages or {})
    if kind in ("branch", "split"):
        return _fork_words(step, kind)
    return Words(part.title, _action_detail(part, config, workflows or {}))


def timing_words(kind: str, config: Mapping[str, Any], messages: Mapping[str, str]) -> Words:
    """“Wait 2 days”, “Wait until Monday at 09:00”, “Wait for a click in “Welcome””."""
    if kind == "wait":
        return Words(f"Wait {length_words(config)}")
    if kind == "wait_until":
        zone = "in the contact’s time zone" if config.get("zone") == "contact" else ""
        return Words(f"Wait until {_until(config)}", sentence(zone))
    event = config.get("event")
    name = text_of(config.get("step"))
    message = quoted(messages[name]) if name in messages else "any message"
    title = {
        "email_opened": f"Wait until {message if name in messages else 'any email'} is opened",
        "link_clicked": f"Wait for a click in {message}",
        "replied": f"Wait for a reply to {message}",
        "tag_added": f"Wait until {_tag(config)} is added",
    }.get(text_of(event), "Wait for an event")
    return Words(title, f"Up to {length_words(config.get('timeout'))}")


def _until(config: Mapping[str, Any]) -> str:
    time = text_of(config.get("time"))
    at = f" at {time}" if time else ""
    weekday = text_of(config.get("weekday")).capitalize() or "a weekday"
    return {
        "date": f"{day_words(config.get('date') or 'a date')}{at}",
        "contact_field": f"{_date_name(config.get('field'))}{at}",
        "time_of_day": time or "a time of day",
        "weekday": f"{weekday}{at}",
    }.get(text_of(config.get("kind")), "…")


def _fork_words(step: Any, kind: str) -> Words:
    arms = arms_of(step)
    if kind == "split":
        shares = "/".join(str(arm.percent) if isinstance(arm.percent, int) else "?" for arm in arms)
        return Words(f"A/B split {shares}".strip(), joined([arm.name for arm in arms if arm.name]))
    return Words("Branch", f"{counted(len(arms), 'path')}, first match wins")


def _action_detail(part: Part, config: Mapping[str, Any], workflows: Mapping[str, str]) -> str:
    details = {
        "send_email": lambda: readable(config.get("subject")),
        "send_sms": lambda: readable(config.get("text"), 120),
        "add_tag": lambda: text_of(config.get("tag")),
        "remove_tag": lambda: text_of(config.get("tag")),
        "update_field": lambda: _update(config),
        "notify_team": lambda: _notify(part, config),
        "create_task": lambda: _task(config),
        "add_note": lambda: readable(config.get("text"), 120),
        "webhook": lambda: _call(config),
        "enroll_in_workflow": lambda: _workflow(config, workflows),
        "remove_from_workflow": lambda: _workflow(config, workflows),
        "stop": lambda: readable(config.get("reason"), 120),
    }
    return details[part.type]()


def _update(config: Mapping[str, Any]) -> str:
    field, value = config.get("field"), config.get("value")
    if value is None or value == "":
        return f"Clear {field_label(field)}"
    return f"Set {field_label(field)} to {_value(field, value)}"


def _notify(part: Part, config: Mapping[str, Any]) -> str:
    setting = part.setting("to")
    who = setting.choice_label(setting.value(config))[:40] if setting else ""
    return f"To {who}: {readable(config.get('message'), 120)}"


def _task(config: Mapping[str, Any]) -> str:
    due = config.get("due_days")
    due = due if isinstance(due, int) and not isinstance(due, bool) else 1
    when = "today" if due == 0 else f"in {counted(due, 'day')}"
    return f"{readable(config.get('title'), 120)}, due {when}"


def _call(config: Mapping[str, Any]) -> str:
    try:
        host = urlsplit(text_of(config.get("url"))).hostname or ""
    except ValueError:
        host = ""
    return f"{text_of(config.get('method')) or 'POST'} {host}".strip()


def _workflow(config: Mapping[str, Any], workflows: Mapping[str, str]) -> str:
    name = text_of(config.get("workflow"))
    return workflows.get(name, name)


def goal_words(goal: Any, messages: Mapping[str, str] | None = None) -> str:
    """“Gets the tag “customer””."""
    config, kind = config_of(goal), text_of(goal.get("type")) if isinstance(goal, dict) else ""
    field, message = config.get("field"), (messages or {}).get(text_of(config.get("step")), "")
    titles = {
        "tag_added": f"Gets {_tag(config)}",
        "form_submitted": f"Submits {_form(config)}",
        "field_equals": f"{field_label(field)} is {_value(field, config.get('value', '…'))}",
        "link_clicked": f"Clicks a link in {quoted(message) if message else 'any message'}",
    }
    return titles.get(kind) or (GOALS[kind].title if kind in GOALS else "Goal with no type")


def goals_words(document: Any) -> str:
    """All goals in one sentence: “Ends when the contact gets the tag “customer” or books an appointment”.
    Those that are switched off end nothing."""
    messages = message_names(document)
    words = [_lower(goal_words(goal, messages)) for goal in goals_of(document) if is_on(goal)]
    return (
        f"Ends when the contact {joined(words, 'and' if goals_match(document) == 'all' else 'or')}"
        if words
        else ""
    )
