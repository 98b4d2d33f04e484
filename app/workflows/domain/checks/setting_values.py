"""Checks of the value of one setting, with problems as sentences for the user."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from app.contacts.domain.criteria import Field, custom_key, day_of, field_named, rules
from app.contacts.domain.names import tag_problem
from app.contacts.domain.topics import TOPIC_KEY
from app.platform.addresses import AddressProblem, email_key
from app.workflows.domain.definition.document import ID_PATTERN
from app.workflows.domain.messages.merge_tags import analyse
from app.workflows.domain.types.setting import MAX_WAIT_DAYS, MINUTES, Setting, in_minutes

TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
URL = re.compile(r"https?://[^/\\\s?#@:\[\]]+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)
KEY = re.compile(r"[a-z0-9_-]{3,60}")
NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True, slots=True)
class Known:
    """Custom fields that exist in the account; None skips the checks that depend on them."""

    custom_fields: Collection[str] | None = None


def setting_problems(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    """Yield the problems of a value. Does not check that a referenced step or workflow exists."""
    if value is None or (isinstance(value, str) and not value.strip()):
        if setting.required and setting.default is None:
            yield f"{setting.label} is missing."
        return
    for problem in _JUDGES[setting.kind](setting, value, known):
        yield f"{setting.label}: {problem}"


def custom_field_problems(criteria: Any, known: Known) -> Iterator[str]:
    """Yield problems of conditions on custom fields that do not exist."""
    for rule in rules(criteria):
        yield from _missing_custom(rule.field, known)


def _missing_custom(name: Any, known: Known) -> Iterator[str]:
    key = custom_key(name)
    if key and known.custom_fields is not None and key not in known.custom_fields:
        yield f"the custom field “{key}” doesn’t exist."


def _words(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        yield "enter text."
    elif len(str(value)) > setting.limit:
        yield f"use at most {setting.limit:,} characters."
    elif isinstance(value, str) and "\n" in value.strip():
        yield "must be a single line."


def _sender(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or isinstance(email_key(value), AddressProblem):
        yield "use the address of one of your senders, such as news@example.com."


def _topic(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not TOPIC_KEY.fullmatch(value):
        yield "use the key of one of your topics, such as newsletter."


def _text(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str):
        yield "enter text."
    elif len(value) > setting.limit:
        yield f"use at most {setting.limit:,} characters; this has {len(value):,}."
    else:
        yield from analyse(value, known.custom_fields).problems


def _line(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value.strip():
        yield "must be a single line."
    yield from _text(setting, value, known)


def _pairs(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "enter names and values."
        return
    if len(value) > setting.high:
        yield f"use at most {setting.high} entries."
    for name, content in value.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            yield f"“{str(name)[:40]}” isn’t a valid name. Use letters, digits, dots, and hyphens."
        for problem in _text(setting, content, known):
            yield f"“{str(name)[:40]}”: {problem}"


def _tag(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str):
        yield "enter the tag as text."
    elif "{{" in value or "{%" in value:
        yield "tags can’t contain merge tags."
    elif "\n" in value.strip():
        yield "must be a single line."
    elif problem := tag_problem(value):
        yield problem[:1].lower() + problem[1:]


def _field(allowed: Callable[[Field], bool], words: str) -> Callable[[Setting, Any, Known], Iterator[str]]:
    def judge(setting: Setting, value: Any, known: Known) -> Iterator[str]:
        found = field_named(value)
        if found is None or not found.name.startswith("contact."):
            yield f"the field “{str(value)[:60]}” doesn’t exist."
        elif not allowed(found):
            yield f"{found.label} {words}"
        else:
            yield from _missing_custom(value, known)

    return judge


def _step(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not re.fullmatch(ID_PATTERN, value):
        yield "choose a message in this workflow."


def _choice(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if value not in [key for key, _ in setting.choices]:
        shown = value[:40] if isinstance(value, str) else type(value).__name__
        yield f"“{shown}” isn’t one of the choices: {', '.join(key for key, _ in setting.choices)}."


def _count(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield "enter a whole number."
    elif not setting.low <= value <= setting.high:
        yield f"enter a number from {setting.low:,} to {setting.high:,}."


def _money(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        yield "enter an amount of 0 or more."


def _date(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if day_of(value) is None:
        yield "enter a date such as “2026-05-01”, in quotes."


def _time(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        yield "enter a time from “00:00” to “23:59”, in quotes."


def _url(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or len(value) > setting.limit or not URL.fullmatch(value):
        yield "enter a web address that starts with https://."


def _key(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        yield "use 3 to 60 lowercase letters, digits, hyphens, and underscores."


def _duration(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    yield from duration_problems(value)


def duration_problems(value: Any) -> Iterator[str]:
    """Yield the problems of a duration {amount, unit}."""
    if not isinstance(value, dict):
        yield "enter an amount and a unit."
        return
    if extra := [str(key)[:40] for key in value if key not in ("amount", "unit")]:
        yield f"“{extra[0]}” isn’t part of a duration."
    amount, unit = value.get("amount"), value.get("unit")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        yield "enter a whole number of 1 or more."
    elif not isinstance(unit, str) or unit not in MINUTES:
        yield "choose minutes, hours, days, or weeks."
    elif in_minutes(value) > MAX_WAIT_DAYS * 1440:
        yield "choose at most one year."


_JUDGES: dict[str, Callable[[Setting, Any, Known], Iterator[str]]] = {
    "text": _words,
    "line": _line,
    "message": _text,
    "markdown": _text,
    "tag": _tag,
    "date_field": _field(lambda field: field.kind in ("date", "moment", "custom"), "isn’t a date field."),
    "any_field": _field(
        lambda field: field.kind != "tags", "can’t be used here. Use the tag trigger or goal instead."
    ),
    "own_field": _field(lambda field: field.own, "can’t be changed by a workflow."),
    "step": _step,
    "workflow": _words,
    "sender": _sender,
    "topic": _topic,
    "choice": _choice,
    "count": _count,
    "money": _money,
    "date": _date,
    "time": _time,
    "url": _url,
    "key": _key,
    "duration": _duration,
    "pairs": _pairs,
}
