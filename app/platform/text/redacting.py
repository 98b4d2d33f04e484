"""Texts without the email addresses of a person who was erased."""

import re
from collections.abc import Collection
from typing import Any, Final

ERASED: Final = "[erased]"


_FILE_ENDING: Final = r"\.(?:csv|tsv|txt|tab|xlsx?|gz)\b"


def address_pattern(text: str) -> re.Pattern[str]:
    """Match an address that is not a part of a longer one; what ends like the name of a file is none."""
    return re.compile(rf"(?<![\w.+-]){re.escape(text)}(?={_FILE_ENDING}|(?![\w-]|\.\w))", re.IGNORECASE)


def redacted_text(text: str, addresses: Collection[str]) -> str:
    """Return a text, such as the name of a segment or of a file, without these email addresses."""
    for one in addresses:
        text = address_pattern(one).sub(ERASED, text)
    return text


def redacted(value: Any, addresses: Collection[str]) -> Any:
    """Return a JSON value without these email addresses."""
    if isinstance(value, str):
        return redacted_text(value, addresses)
    if isinstance(value, list):
        return [redacted(one, addresses) for one in value]
    if isinstance(value, dict):
        return {redacted_text(key, addresses): redacted(one, addresses) for key, one in value.items()}
    return value
