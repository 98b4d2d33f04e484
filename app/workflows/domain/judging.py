"""Judges one setting's value: what is wrong with it, as sentences for the person who filled it in."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from app.workflows.domain.criteria import day_of, rules
from app.workflows.domain.definition import ID_PATTERN
from app.workflows.domain.fields import CUSTOM, Field, field_named
from app.workflows.domain.merge_tags import analyse
from app.workflows.domain.setting import MAX_WAIT_DAYS, MINUTES, Setting, in_minutes

TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
URL = re.compile(r"https?://[^/\\\s?#@:\[\]]+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)
KEY = re.compile(r"[a-z0-9_-]{3,60}")
NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
MAX_TAG = 80


@dataclass(frozen=True, slots=True)
class Known:
    """What exists in the account; None means that nobody asked, and nothing is judged by it."""

    custom_fields: Collection[str] | None = None
    workflows: Collection[str] | None = None


def setting_problems(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    """What is wrong with a value. Says nothing about whether a referenced step exists."""
    if value is None or (isinstance(value, str) and not value.strip()):
        if setting.required and setting.default is None:
            yield f"{setting.label} is missing."
        return
    for problem in _JUDGES[setting.kind](setting, value, known):
        yield f"{setting.label}: {problem}"


def custom_field_problems(criteria: Any, known: Known) -> Iterator[str]:
    """Custom fields that conditions name and that do not exist."""
    for rule in rules(criteria):
        yield from _missing_custom(rule.field, known)


def _missing_custom(name: Any, known: Known) -> Iterator[str]:
    custom = CUSTOM.fullmatch(name) if isinstance(name, str) else None
    if custom and known.custom_fields is not None and custom.group(1) not in known.custom_fields:
        yield f"there is no custom field “{custom.group(1)}”."


def _words(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        yield "write a text."
    elif len(str(value)) > setting.limit:
        yield f"longer than {setting.limit:,} characters."
    elif isinstance(value, str) and "\n" in value.strip():
        yield "has to be one line."


def _text(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str):
        yield "write a text."
    elif len(value) > setting.limit:
        yield f"{len(value):,} characters are too long; at most {setting.limit:,} fit."
    else:
        yield from analyse(value, known.custom_fields).problems


def _line(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value.strip():
        yield "has to be one line."
    yield from _text(setting, value, known)


def _pairs(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "give names and values."
        return
    if len(value) > setting.high:
        yield f"at most {setting.high} fit."
    for name, content in value.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            yield f"“{str(name)[:40]}” cannot be a name: use letters, digits, dots and dashes."
        for problem in _text(setting, content, known):
            yield f"“{str(name)[:40]}”: {problem}"


def _tag(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str):
        yield "enter the tag as text."
    elif len(value) > MAX_TAG or "\n" in value or "," in value:
        yield f"a tag has at most {MAX_TAG} characters, in one line and without commas."
    elif "{{" in value or "{%" in value:
        yield "a tag cannot hold merge tags."


def _field(allowed: Callable[[Field], bool], words: str) -> Callable[[Setting, Any, Known], Iterator[str]]:
    def judge(setting: Setting, value: Any, known: Known) -> Iterator[str]:
        found = field_named(value)
        if found is None or not found.name.startswith("contact."):
            yield f"there is no field “{str(value)[:60]}”."
        elif not allowed(found):
            yield f"{found.label} {words}"
        else:
            yield from _missing_custom(value, known)

    return judge


def _step(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not re.fullmatch(ID_PATTERN, value):
        yield "choose a message of this workflow."


def _choice(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if value not in [key for key, _ in setting.choices]:
        shown = value[:40] if isinstance(value, str) else type(value).__name__
        yield f"“{shown}” is not one of {', '.join(key for key, _ in setting.choices)}."


def _count(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield "give a whole number."
    elif not setting.low <= value <= setting.high:
        yield f"give a number from {setting.low} to {setting.high:,}."


def _money(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        yield "give an amount from 0 on."


def _date(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if day_of(value) is None:
        yield "give a date such as “2026-05-01”, in quotes."


def _time(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        yield "give a time from “00:00” to “23:59”, in quotes."


def _url(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or len(value) > setting.limit or not URL.fullmatch(value):
        yield "give a web address that begins with https://."


def _key(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    if not isinstance(value, str) or not KEY.fullmatch(value):
        yield "use 3 to 60 small letters, digits and dashes."


def _duration(setting: Setting, value: Any, known: Known) -> Iterator[str]:
    yield from duration_problems(value)


def duration_problems(value: Any) -> Iterator[str]:
    """What is wrong with a {amount, unit}."""
    if not isinstance(value, dict):
        yield "say how long, as an amount and a unit."
        return
    if extra := [str(key)[:40] for key in value if key not in ("amount", "unit")]:
        yield f"“{extra[0]}” is not part of a length of time."
    amount, unit = value.get("amount"), value.get("unit")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        yield "give a whole number from 1 on."
    elif not isinstance(unit, str) or unit not in MINUTES:
        yield "choose minutes, hours, days or weeks."
    elif in_minutes(value) > MAX_WAIT_DAYS * 1440:
        yield "up to one year."


_JUDGES: dict[str, Callable[[Setting, Any, Known], Iterator[str]]] = {
    "text": _words,
    "line": _line,
    "message": _text,
    "markdown": _text,
    "tag": _tag,
    "date_field": _field(lambda field: field.kind in ("date", "moment", "custom"), "holds no date."),
    "any_field": _field(lambda field: field.kind != "tags", "is not a field: use the tag trigger or goal."),
    "own_field": _field(lambda field: field.own, "cannot be changed by a workflow."),
    "step": _step,
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
