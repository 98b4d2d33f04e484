"""Fields that rules can name, with their labels, kinds, and operators.

Fields of contacts are listed here. Other rooms register theirs, such as message events.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from app.contacts.domain.consent import SmsConsentStatus, Status
from app.contacts.domain.fields import FIELDS as CONTACT_FIELDS

FieldKind: TypeAlias = str
"""text, country, date, moment, number, tags, status, sms_consent, search, custom, or a kind that another room
registered."""

CUSTOM = re.compile(r"contact\.custom\.([a-z0-9_-]{1,60})")


@dataclass(frozen=True, slots=True)
class Field:
    """A field by its name in the document. `own`: a workflow step may set it; `group`: its group in lists."""

    name: str
    label: str
    kind: FieldKind
    own: bool = False
    group: str = "Contact"


RuleWords: TypeAlias = Callable[[Field, str, Any, Mapping[str, str]], str]
"""(field, operator, value, {id: name of the record referred to}) -> the rule as part of a sentence."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Operators of a kind of field. Kinds of other rooms also bring `problem`, which validates one value,
    `words`, which describes a rule, and `labels` of operators that OPERATORS doesn’t fit."""

    operators: tuple[str, ...]
    problem: Callable[[Any], str] | None = None
    words: RuleWords | None = field(default=None, compare=False)
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    def label(self, op: str) -> str:
        """Return the label of an operator."""
        return self.labels.get(op) or OPERATORS[op]


FIELDS: dict[str, Field] = {
    one.name: one
    for one in (
        Field("contact.first_name", "First name", "text", own=True),
        Field("contact.last_name", "Last name", "text", own=True),
        Field("contact.full_name", "Full name", "text"),
        Field("contact.email", "Email", "text"),
        Field("contact.phone", "Phone", "text", own=True),
        Field("contact.company", "Company", "text", own=True),
        Field("contact.city", "City", "text", own=True),
        Field("contact.country", "Country", "country", own=True),
        Field("contact.birthday", "Birthday", "date", own=True),
        Field("contact.time_zone", "Time zone", "text", own=True),
        Field("contact.status", "Status", "status"),
        Field("contact.sms_consent", "SMS consent", "sms_consent"),
        Field("contact.tags", "Tags", "tags"),
        Field("contact.created_at", "Added on", "moment"),
        Field("contact.updated_at", "Last changed", "moment"),
        Field("contact.last_activity_at", "Last activity", "moment"),
        Field("contact.email_domain", "Email domain", "text"),
        Field("contact.search", "Name, email, or phone", "search"),
    )
}

STATUSES: tuple[str, ...] = tuple(status.value for status in Status)
SMS_CONSENTS: tuple[str, ...] = tuple(one.value for one in SmsConsentStatus)

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
NO_VALUE = ("is_empty", "is_not_empty")
LISTS = ("in_list", "has_any", "has_all", "has_none")

_TEXT = ("equals", "not_equals", "contains", "starts_with", "ends_with", "in_list", *NO_VALUE)
_DATE = ("equals", "not_equals", "before", "after", "between", "in_last_days", *NO_VALUE)
_NUMBER = ("equals", "not_equals", "greater", "less", "between", "in_list", *NO_VALUE)

KINDS: dict[FieldKind, Kind] = {
    "text": Kind(_TEXT),
    "country": Kind(("equals", "not_equals", "in_list", *NO_VALUE)),
    "date": Kind(_DATE),
    "moment": Kind(_DATE),
    "number": Kind(_NUMBER),
    "tags": Kind(("has_any", "has_all", "has_none", *NO_VALUE)),
    "status": Kind(("equals", "not_equals", "in_list")),
    "sms_consent": Kind(("equals", "not_equals", "in_list")),
    "search": Kind(("starts_with",)),
    "custom": Kind(tuple(dict.fromkeys((*_TEXT, *_NUMBER, *_DATE)))),
}


def register_kind(name: FieldKind, kind: Kind) -> None:
    """Register a kind of field of another room."""
    KINDS[name] = kind


def register_fields(*fields: Field) -> None:
    """Register fields of another room. Their kinds must be known."""
    FIELDS.update({one.name: one for one in fields})


def field_named(name: object) -> Field | None:
    """Return the field with this name, including custom fields; None if there is none."""
    if not isinstance(name, str):
        return None
    if found := FIELDS.get(name):
        return found
    if key := custom_key(name):
        words = key.replace("_", " ").replace("-", " ").strip()
        return Field(name, words.capitalize(), "custom", own=True, group="Custom fields")
    return None


def in_groups(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return {group: {name: label}} of fields given as {name: label}, in their order."""
    groups: dict[str, dict[str, str]] = {}
    for name, label in fields.items():
        if found := field_named(name):
            groups.setdefault(found.group, {})[name] = label
    return groups


def custom_key(name: object) -> str:
    """Return the key in the name of a custom field; empty for other names."""
    found = CUSTOM.fullmatch(name) if isinstance(name, str) else None
    return found.group(1) if found else ""


def is_contact_value(name: str) -> bool:
    """Return whether a contact has a value in this field or none. Other fields always have a value, such as
    the day on which the contact was added, or are computed."""
    return name.removeprefix("contact.") in CONTACT_FIELDS or CUSTOM.fullmatch(name) is not None


def field_label(name: object) -> str:
    """Return the label of a field; for an unknown one its name as written."""
    found = field_named(name)
    return found.label if found else str(name or "a field")
