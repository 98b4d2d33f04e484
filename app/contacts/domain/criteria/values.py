"""The values that rules compare with: days and numbers."""

import re
from datetime import date, datetime
from typing import Any

MAX_TEXT = 200
MAX_LIST = 100
MAX_NUMBER = 1e15
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(value: Any) -> date | None:
    """The day that an ISO date or time names; None for anything else."""
    if not isinstance(value, str) or not _DAY.match(value) or len(value) > 40:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None
