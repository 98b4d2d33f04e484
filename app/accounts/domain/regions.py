"""Time zones, countries, and the country of a time zone."""

from functools import lru_cache
from zoneinfo import available_timezones

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
    """Return the choices of a time zone field: {area: [(zone, label)]}, UTC first."""
    areas: dict[str, list[tuple[str, str]]] = {"Everywhere": [("UTC", "UTC")]}
    for zone in sorted(zones()):
        area, _, place = zone.partition("/")
        if area in _AREAS and place:
            areas.setdefault(area, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return areas


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Return the IANA names of all time zones."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


def is_zone(name: str) -> bool:
    return name in zones()


def zone_or(name: str | None, other: str) -> str:
    """Return a time zone if it is known, else the other one."""
    return name if name and is_zone(name) else other


def read_zone(text: str) -> str | None:
    """Return the time zone that a text names, in any case and with spaces or `_slash_` as programs write
    them; None if there is none."""
    return _zones_by_key().get(text.strip().casefold().replace(" ", "_").replace("_slash_", "/"))


@lru_cache(maxsize=1)
def _zones_by_key() -> dict[str, str]:
    return {zone.casefold(): zone for zone in zones()}


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Return {ISO 3166 alpha-2 code: English name}, sorted by name."""
    from babel import Locale

    territories = Locale("en").territories
    known = {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    }
    return dict(sorted(known.items(), key=lambda item: item[1]))


def country_of(zone: str) -> str:
    """Return the country code of a time zone according to CLDR, or "" if it has none."""
    from babel.core import get_global

    current = get_global("zone_aliases").get(zone, zone)
    code = get_global("zone_territories").get(current, "")
    return code if code in countries() else ""


# Entries of CLDR's territory list that are not countries: unions, test codes, dependent islands.
_NOT_COUNTRIES = frozenset(
    {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
)
