"""Check that an external value is JSON that both databases can store."""

import math
from typing import Any

MAX_DEPTH = 120
MAX_VALUES = 100_000


def unstorable(document: Any) -> str:
    """Return why a document cannot be stored as JSON, as a sentence; empty if it can."""
    waiting: list[tuple[Any, int]] = [(document, 0)]
    seen = 0
    while waiting:
        seen += 1
        if seen > MAX_VALUES:
            return "The document is too large for a workflow."
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return "The document is nested too deeply for a workflow."
        if isinstance(value, dict):
            if not all(isinstance(key, str) and _clean(key) for key in value):
                return "The document contains a name that isn’t text."
            waiting.extend((inner, depth + 1) for inner in value.values())
        elif isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value)
        elif isinstance(value, str):
            if not _clean(value):
                return "The text contains a character that can’t be saved (NUL or half a character)."
        elif isinstance(value, float):
            if not math.isfinite(value):
                return "A number is infinite or undefined."
        elif not (value is None or isinstance(value, bool | int)):
            return f"“{str(value)[:40]}” must be written as text, in quotes."
    return ""


def _clean(text: str) -> bool:
    if "\x00" in text:
        return False
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
