"""Small words: lists, numbers, lengths of time, days, countries, and texts with readable merge tags."""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale

from app.workflows.domain.criteria import day_of
from app.workflows.domain.merge_tags import tag_label
from app.workflows.domain.setting import MINUTES

OUTPUT = re.compile(r"\{\{-?\s{0,9}([\w.-]{1,120}?)\s{0,9}(?:\|[^{}]{0,300})?-?\}\}")
LOGIC = re.compile(r"\{%[^%]{0,400}%\}")


def joined(words: list[str], last: str = "and") -> str:
    """“a and b”, “a, b, and c”."""
    if len(words) < 3:
        return f" {last} ".join(words)
    return f"{', '.join(words[:-1])}, {last} {words[-1]}"


def quoted(text: Any) -> str:
    """The text in quotation marks."""
    return f"“{text}”"


def counted(number: int, one: str, many: str = "") -> str:
    """“1 day”, “1,200 days”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def length_words(duration: Any) -> str:
    """“2 days”; “some time” for what is no length."""
    amount = duration.get("amount") if isinstance(duration, dict) else None
    unit = duration.get("unit") if isinstance(duration, dict) else None
    if (
        isinstance(amount, bool)
        or not isinstance(amount, int)
        or not isinstance(unit, str)
        or unit not in MINUTES
    ):
        return "some time"
    return counted(amount, unit[:-1])


def total_days_words(days: int) -> str:
    """“14 days”, or “Same day” for a workflow without long waits."""
    return counted(days, "day") if days else "Same day"


def day_words(value: Any) -> str:
    """“March 3, 2026” of an ISO date; anything else as it was written."""
    day = day_of(value)
    return day_in_words(day) if day else str(value)


def day_in_words(day: date) -> str:
    """“March 3, 2026”."""
    return f"{day:%B} {day.day}, {day.year}"


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    return {code: str(name) for code, name in Locale("en").territories.items()}


def country_words(value: Any) -> str:
    """“Germany” for DE; anything else as it was written."""
    return (
        _countries().get(value.upper(), value) if isinstance(value, str) and len(value) == 2 else str(value)
    )


def readable(text: Any, limit: int = 200) -> str:
    """A text with its merge tags as words: “Hi [First name]”, in one line and at most so long."""
    if not isinstance(text, str):
        return ""
    plain = text[: limit * 4]
    if "{" in plain:
        plain = LOGIC.sub("", OUTPUT.sub(lambda found: f"[{tag_label(found.group(1))}]", plain))
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """The text starting with a capital letter."""
    return text[:1].upper() + text[1:]
