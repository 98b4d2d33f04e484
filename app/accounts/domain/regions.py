"""Time zones, countries, and the country of a time zone."""

from functools import lru_cache
from importlib import resources
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


def zones_by_area(chosen: str = "") -> dict[str, list[tuple[str, str]]]:
    """Return the choices of a time zone field: {area: [(zone, label)]}, UTC first. Former names, such as
    Asia/Calcutta, and others that aren’t listed are offered if they are `chosen`."""
    areas = _listed_by_area()
    is_listed = chosen == "UTC" or chosen in listed_zones()
    return areas if is_listed or not is_zone(chosen) else {**areas, "Other": [(chosen, chosen)]}


@lru_cache(maxsize=1)
def _listed_by_area() -> dict[str, list[tuple[str, str]]]:
    areas: dict[str, list[tuple[str, str]]] = {"Everywhere": [("UTC", "UTC")]}
    for zone in sorted(listed_zones()):
        area, _, place = zone.partition("/")
        if area in _AREAS and place:
            areas.setdefault(area, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return areas


@lru_cache(maxsize=1)
def listed_zones() -> frozenset[str]:
    """Return the current IANA names of the time zones of all countries, without former ones."""
    lines = _of_tzdata("zone.tab")
    return frozenset(line.split("\t")[2] for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def former_names() -> dict[str, str]:
    """Return {former name of a time zone: current name}: browsers may still call it so."""
    links = (line.split() for line in _of_tzdata("tzdata.zi") if line.startswith("L "))
    listed = listed_zones()
    return {name: zone for _, zone, name in links if zone in listed and name not in listed}


def _of_tzdata(name: str) -> list[str]:
    return resources.files("tzdata.zoneinfo").joinpath(name).read_text("utf-8").splitlines()


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
