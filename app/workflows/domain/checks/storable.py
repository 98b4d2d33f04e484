"""Check that an external value is JSON that both databases can store."""

import math
from typing import Any

from app.platform.text.storable import is_storable

MAX_DEPTH = 120
MAX_VALUES = 100_000
MAX_CHARACTERS = 2_500_000
MAX_BITS = 4096  # of a whole number
TOO_LARGE = "The document is too large for a workflow."


def unstorable(document: Any) -> str:
    """Return why a document cannot be stored as JSON, as a sentence; empty if it can."""
    waiting: list[tuple[Any, int]] = [(document, 0)]
    seen = characters = 0
    while waiting:
        seen += 1
        if seen > MAX_VALUES or characters > MAX_CHARACTERS:
            return TOO_LARGE
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return "The document is nested too deeply for a workflow."
        if isinstance(value, dict):
            if not all(isinstance(key, str) and is_storable(key) for key in value):
                return "The document contains a name that isn’t text."
            characters += sum(map(len, value))
            waiting.extend((inner, depth + 1) for inner in value.values())
        elif isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value)
        elif isinstance(value, str):
            characters += len(value)
            if not is_storable(value):
                return "The text contains a character that can’t be saved (NUL or half a character)."
        elif isinstance(value, float):
            if not math.isfinite(value):
                return "A number is infinite or undefined."
        elif isinstance(value, int):
            if value.bit_length() > MAX_BITS:
                return "A number has too many digits."
        elif value is not None:
            return f"“{str(value)[:40]}” must be written as text, in quotes."
    return TOO_LARGE if characters > MAX_CHARACTERS else ""
