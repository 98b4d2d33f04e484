"""How long a deleted template can be restored."""

from datetime import datetime, timedelta
from typing import Final

DAYS: Final = 30
_DAY: Final = timedelta(days=1)


def restorable_since(at: datetime) -> datetime:
    """Return since when a template must have been deleted to be restorable at a time."""
    return at - DAYS * _DAY


def days_left(deleted_at: datetime, at: datetime) -> int:
    """Return the number of days, rounded up, for which a deleted template can still be restored."""
    return max(0, -((restorable_since(at) - deleted_at) // _DAY))
