"""Values in rules: days and numbers."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.platform.text.comparing import MICRO

MAX_TEXT = 200
MAX_LIST = 100
MAX_DAYS = 36_500
MAX_NUMBER = 10**12
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(value: Any) -> date | None:
    """Return the day of an ISO date or time; None for anything else."""
    if not isinstance(value, str) or not _DAY.match(value) or len(value) > 40:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def is_number(value: Any) -> bool:
    """Return whether the value is a number, or text of one, below 10^12 with at most six decimal places."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    if isinstance(value, int):
        return abs(value) < MAX_NUMBER
    return abs(value) < MAX_NUMBER and micro_of(value) / MICRO == value


def micro_of(value: Any) -> int:
    """Return a number in millionths. Raises ValueError if it is not a number."""
    try:
        return int((Decimal(str(value)) * MICRO).to_integral_value())
    except (InvalidOperation, OverflowError):
        raise ValueError(f"no number {value}") from None
