"""Time zones and countries to choose from, and which country a time zone belongs to."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

_AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@lru_cache(maxsize=1)
def zones_by_area() -> dict[str, list[tuple[str, str]]]:
    """{area: [(zone, what it is called)]}, UTC first: what a person chooses from."""
    areas: dict[str, list[tuple[str, str]]] = {"Everywhere": [("UTC", "UTC")]}
    for zone in sorted(available_timezones()):
        area, _, place = zone.partition("/")
        if area in _AREAS and place:
            areas.setdefault(area, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return areas


def is_zone(name: str) -> bool:
    return name in available_timezones()


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """{ISO 3166 alpha-2: English name} in the order of the names."""
    territories = Locale("en").territories
    known = {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    return dict(sorted(known.items(), key=lambda item: item[1]))


def country_of(zone: str) -> str:
    """The country that most of a time zone belongs to, or "" where it has none."""
    current = get_global("zone_aliases").get(zone, zone)
    code = get_global("zone_territories").get(current, "")
    return code if code in countries() else ""


# Unions, test codes and the like that the list of territories has as well.
_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)
