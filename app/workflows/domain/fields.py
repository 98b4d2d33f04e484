"""The fields that conditions and settings may name: their labels, kinds, and the operators of each kind."""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

FieldKind: TypeAlias = Literal[
    "text", "country", "date", "moment", "number", "tags", "status", "message", "custom"
]

CUSTOM = re.compile(r"contact\.custom\.([a-z0-9_-]{1,60})")


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name in the document. `own` means that a step may change it."""

    name: str
    label: str
    kind: FieldKind
    own: bool = False


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("contact.first_name", "First name", "text", own=True),
        Field("contact.last_name", "Last name", "text", own=True),
        Field("contact.full_name", "Full name", "text"),
        Field("contact.email", "Email", "text"),
        Field("contact.phone", "Phone", "text", own=True),
        Field("contact.company", "Company", "text", own=True),
        Field("contact.city", "City", "text", own=True),
        Field("contact.country", "Country", "country", own=True),
        Field("contact.birthday", "Birthday", "date", own=True),
        Field("contact.status", "Status", "status"),
        Field("contact.tags", "Tags", "tags"),
        Field("contact.created_at", "Added on", "moment"),
        Field("event.email_opened", "Opened email", "message"),
        Field("event.link_clicked", "Clicked a link", "message"),
        Field("event.replied", "Replied", "message"),
        Field("event.starts_at", "Appointment time", "moment"),
        Field("event.location", "Appointment location", "text"),
        Field("event.amount", "Purchase amount", "number"),
        Field("event.product", "Product", "text"),
    )
}

STATUSES = (
    ("active", "active"),
    ("unsubscribed", "unsubscribed"),
    ("bounced", "bounced"),
    ("blocked", "blocked"),
)

OPERATORS: dict[str, str] = {
    "equals": "is",
    "not_equals": "is not",
    "contains": "contains",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "is_empty": "is empty",
    "is_not_empty": "is not empty",
    "greater": "is more than",
    "less": "is less than",
    "between": "is between",
    "in_list": "is one of",
    "before": "is before",
    "after": "is after",
    "in_last_days": "was in the last … days",
    "has_any": "has any of",
    "has_all": "has all of",
    "has_none": "has none of",
}

_EMPTY = ("is_empty", "is_not_empty")
_TEXT = ("equals", "not_equals", "contains", "starts_with", "ends_with", "in_list", *_EMPTY)
_DATE = ("equals", "not_equals", "before", "after", "between", "in_last_days", *_EMPTY)
_NUMBER = ("equals", "not_equals", "greater", "less", "between", "in_list", *_EMPTY)

OPERATORS_OF: dict[FieldKind, tuple[str, ...]] = {
    "text": _TEXT,
    "country": ("equals", "not_equals", "in_list", *_EMPTY),
    "date": _DATE,
    "moment": _DATE,
    "number": _NUMBER,
    "tags": ("has_any", "has_all", "has_none", *_EMPTY),
    "status": ("equals", "not_equals", "in_list"),
    "message": ("equals", "not_equals", "in_list", *_EMPTY),
    "custom": tuple(dict.fromkeys((*_TEXT, *_NUMBER, *_DATE))),
}


def field_named(name: object) -> Field | None:
    """The field of that name, custom fields included; None when there is none."""
    if not isinstance(name, str):
        return None
    if found := FIELDS.get(name):
        return found
    if custom := CUSTOM.fullmatch(name):
        words = custom.group(1).replace("_", " ").replace("-", " ").strip()
        return Field(name, words.capitalize(), "custom", own=True)
    return None


def field_label(name: object) -> str:
    """The words for a field; an unknown one is shown as it was written."""
    found = field_named(name)
    return found.label if found else str(name or "a field")


def custom_fields_in(document: Any) -> list[str]:
    """The keys of all custom fields that a definition names, in its settings, conditions and texts."""
    written = json.dumps(document)
    return list(dict.fromkeys(match.group(1) for match in re.finditer(CUSTOM.pattern, written)))
