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

_MESSAGES, _EVENT = "Messages", "What happened"


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


_OPERATORS = {
    "equals": "this message",
    "not_equals": "not this message",
    "in_list": "any of these messages",
    "is_empty": "no message",
    "is_not_empty": "any message",
}
register_kind("message", Kind(tuple(_OPERATORS), _message_problem, _message_words, _OPERATORS))
register_fields(
    Field("event.email_opened", "Has opened", "message", group=_MESSAGES),
    Field("event.link_clicked", "Has clicked a link in", "message", group=_MESSAGES),
    Field("event.replied", "Has replied to", "message", group=_MESSAGES),
    Field("event.starts_at", "Appointment time", "moment", group=_EVENT),
    Field("event.location", "Appointment location", "text", group=_EVENT),
    Field("event.amount", "Purchase amount", "number", group=_EVENT),
    Field("event.product", "Product", "text", group=_EVENT),
)
