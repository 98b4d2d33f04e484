"""Moments in bodies of requests."""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, Field

EXAMPLE_MOMENT: Final = "2026-03-01T09:00:00Z"
_YEARS: Final = range(2000, 2200)


def _moment(value: Any) -> Any:
    """Take moments only as text in ISO 8601, in years that every time zone can convert."""
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).year in _YEARS:
            return value
    except ValueError:
        pass
    raise ValueError(f"Must be a time such as {EXAMPLE_MOMENT}.")


Moment = Annotated[AwareDatetime, Field(strict=False, examples=[EXAMPLE_MOMENT]), BeforeValidator(_moment)]
