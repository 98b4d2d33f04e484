"""Words that several types share: lengths of time, tags, forms, dates, and texts with readable merge tags."""

import re
from collections.abc import Mapping
from typing import Any

from app.contacts.domain.criteria import country_words, field_label
from app.platform.words import counted, quoted
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
    """“2 days” for a {amount, unit}; “some time” for what is no length."""
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
    """A text with its merge tags as words: “Hi [First name]”, in one line and at most so long."""
    if not isinstance(text, str):
        return ""
    plain = text[: limit * 4]
    if "{" in plain:
        plain = LOGIC.sub("", OUTPUT.sub(lambda found: f"[{tag_label(found.group(1))}]", plain))
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def tag_words(config: Config) -> str:
    """“the tag “customer””."""
    tag = config.text("tag")
    return f"the tag {quoted(tag)}" if tag else "a tag"


def form_words(config: Config) -> str:
    """“the form “contact””."""
    form = config.text("form")
    return f"the form {quoted(form)}" if form else "a form"


def date_words(field: Any) -> str:
    """“the contact’s birthday”, “Renewal date” in quotation marks for a field of the account."""
    if isinstance(field, str) and field in DATES:
        return DATES[field]
    return quoted(field_label(field)) if field else "a contact date"


def value_words(field: Any, value: Any) -> str:
    """A value that a field has or gets; a country by its name."""
    return country_words(value) if field == "contact.country" else readable(str(value), 80)
