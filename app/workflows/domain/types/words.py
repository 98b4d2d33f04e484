"""Wording shared by several types: durations, tags, forms, dates, and texts with merge tags."""

import re
from collections.abc import Mapping
from typing import Any

from app.contacts.domain.criteria import country_words, field_label
from app.platform.text.words import counted, quoted
from app.workflows.domain.messages.merge_tags import tag_label
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.setting import MINUTES

OUTPUT = re.compile(r"\{\{-?\s{0,9}([\w.-]{1,120}?)\s{0,9}(?:\|[^{}]{0,300})?-?\}\}")
LOGIC = re.compile(r"\{%[^%]{0,400}%\}")
DATES = {
    "contact.birthday": "the contact’s birthday",
    "contact.created_at": "the anniversary of the day they were added",
}


def length_words(duration: Any) -> str:
    """Return words such as “2 days” for a duration {amount, unit}; “some time” if it is invalid."""
    amount = duration.get("amount") if isinstance(duration, Mapping) else None
    unit = duration.get("unit") if isinstance(duration, Mapping) else None
    if (
        isinstance(amount, bool)
        or not isinstance(amount, int)
        or not isinstance(unit, str)
        or unit not in MINUTES
    ):
        return "some time"
    return counted(amount, unit[:-1])


def readable(text: Any, limit: int = 200) -> str:
    """Return a text with labels for merge tags (“Hi [First name]”), in one line, cut at `limit`."""
    if not isinstance(text, str):
        return ""
    plain = text[: limit * 4]
    plain = " ".join(with_labels(plain).split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def with_labels(text: str) -> str:
    """Return a text with labels for merge tags (“Hi [First name]”) and without its conditions, for people who
    read it rather than edit it."""
    if "{" not in text:
        return text
    return LOGIC.sub("", OUTPUT.sub(lambda found: f"[{tag_label(found.group(1))}]", text))


def tag_words(config: Config) -> str:
    """Return words such as “the tag “customer””."""
    tag = config.text("tag")
    return f"the tag {quoted(tag)}" if tag else "a tag"


def form_words(config: Config) -> str:
    """Return words such as “the form “contact””."""
    form = config.text("form")
    return f"the form {quoted(form)}" if form else "a form"


def date_words(field: Any) -> str:
    """Return words for a date field: “the contact’s birthday”, or the quoted label of a custom field."""
    if isinstance(field, str) and field in DATES:
        return DATES[field]
    return quoted(field_label(field)) if field else "a contact date"


def before_words(days: int | None, field: Any) -> str:
    """Return words for the day that is so many days before a date field: “3 days before “Renewal””."""
    date = date_words(field)
    return f"{counted(days, 'day')} before {date}" if days and days > 0 else date


def value_words(field: Any, value: Any) -> str:
    """Return a field's value as words; a country by its name."""
    return country_words(value) if field == "contact.country" else readable(str(value), 80)
