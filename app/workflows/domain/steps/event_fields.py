"""Additional criteria fields of workflows: the event of the trigger, and reactions to messages.

Registered with the criteria of contacts when this module is imported.
"""

from collections.abc import Mapping
from typing import Any

from app.contacts.domain.criteria import (
    NO_VALUE,
    Field,
    Kind,
    register_fields,
    register_kind,
)
from app.platform.text.words import joined, quoted

MESSAGE_VERBS = {
    "event.email_opened": "opened",
    "event.link_clicked": "clicked a link in",
    "event.replied": "replied to",
}


def _message_problem(value: Any) -> str:
    return "" if isinstance(value, str) else "choose a message in this workflow."


def _message_words(field: Field, op: str, value: Any, messages: Mapping[str, str]) -> str:
    has = "has not" if op in ("not_equals", "is_empty") else "has"
    verb = MESSAGE_VERBS[field.name]
    if op in NO_VALUE:
        return f"{has} {verb} any message"
    ids = value if isinstance(value, list) else [value]
    names = [
        quoted(messages[one]) if isinstance(one, str) and one in messages else "a message" for one in ids
    ]
    return f"{has} {verb} {joined(names, 'or') or 'a message'}"


register_kind(
    "message", Kind(("equals", "not_equals", "in_list", *NO_VALUE), _message_problem, _message_words)
)
register_fields(
    Field("event.email_opened", "Opened email", "message"),
    Field("event.link_clicked", "Clicked a link", "message"),
    Field("event.replied", "Replied", "message"),
    Field("event.starts_at", "Appointment time", "moment"),
    Field("event.location", "Appointment location", "text"),
    Field("event.amount", "Purchase amount", "number"),
    Field("event.product", "Product", "text"),
)
