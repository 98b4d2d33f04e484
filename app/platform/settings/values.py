"""Values of settings, read from the texts of the environment. What is wrong is a ValueError, whose text
follows the name of the setting in a sentence."""

from collections.abc import Callable
from pathlib import Path


def integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ValueError("must be a whole number") from None
        if not low <= value <= high:
            raise ValueError(f"must be from {low:,} to {high:,}")
        return value

    return read


def seconds_list(text: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must be seconds separated by commas, such as 10,30,90") from None
    if not all(0 <= value <= 86_400 for value in values):
        raise ValueError("must be between 0 and 86,400 seconds each")
    return values


def folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError("must have at least 32 characters")
    return text


def secret_list(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(","))
    if any(len(one) < 32 for one in found):
        raise ValueError("must be keys of at least 32 characters each, separated by commas")
    if len(set(found)) < len(found):
        raise ValueError("must not have the same key twice")
    return found
