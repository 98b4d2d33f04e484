"""Details of an event that another system reported, as values of merge tags."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

_MOMENTS = ("starts_at",)


def event_values(data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return {name of a merge tag without “event.”: value} of the details that texts can show. Moments are in
    the zone; amounts that are not whole have two decimals."""
    return {
        name: _moment(value, zone) if name in _MOMENTS else _shown(value)
        for name, value in data.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }


def _shown(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".removesuffix(".00") if value.is_integer() else f"{value:.2f}"
    return str(value)


def _moment(value: str | float, zone: ZoneInfo) -> Any:
    """Return a moment without its time zone, as on a clock in the zone; other texts stay as they are."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
