"""Lengths of time in words, and texts with readable merge tags."""

import re
from typing import Any

from app.platform.words import counted
from app.workflows.domain.messages.merge_tags import tag_label
from app.workflows.domain.steps.setting import MINUTES

OUTPUT = re.compile(r"\{\{-?\s{0,9}([\w.-]{1,120}?)\s{0,9}(?:\|[^{}]{0,300})?-?\}\}")
LOGIC = re.compile(r"\{%[^%]{0,400}%\}")


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


def readable(text: Any, limit: int = 200) -> str:
    """A text with its merge tags as words: “Hi [First name]”, in one line and at most so long."""
    if not isinstance(text, str):
        return ""
    plain = text[: limit * 4]
    if "{" in plain:
        plain = LOGIC.sub("", OUTPUT.sub(lambda found: f"[{tag_label(found.group(1))}]", plain))
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"
