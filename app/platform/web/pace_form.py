"""The fields of a pace: everyone at once, or spread over time."""

from datetime import datetime
from typing import Any, cast

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from app.platform.text.numbers import typed_number
from app.platform.text.pace import EVERY_DAY, UNITS, WEEKDAYS, Drip, Unit, drip_problem
from app.platform.text.pace_words import DAY_NAMES, clock_field
from app.platform.text.wall_clock import MIDNIGHT, minute_of

TIME = "%H:%M"


def pace_fields() -> type:
    """Return a mixin class of the fields."""

    class PaceFields:
        pace = RadioField(
            "Pace",
            choices=[SelectChoice("all", "All at once"), SelectChoice("spread", "Spread over time")],
            default="all",
            validate_choice=False,
        )
        drip_people = StringField("People at a time")
        drip_every = StringField("Every", default="1")
        drip_unit = SelectField(
            "Unit",
            choices=[SelectChoice(unit, unit) for unit in UNITS],
            default="days",
            validate_choice=False,
        )
        drip_opens = StringField("From", default="00:00")
        drip_closes = StringField("To", default="00:00")
        drip_weekdays = SelectMultipleField(
            "Days",
            choices=[SelectChoice(str(day), name) for day, name in enumerate(DAY_NAMES)],
            default=[str(day) for day in EVERY_DAY],
            validate_choice=False,
        )

    return PaceFields


def first_pace() -> dict[str, Any]:
    """Return the preset values of the fields."""
    return {
        "pace": "all",
        "drip_every": "1",
        "drip_unit": "days",
        "drip_opens": "09:00",
        "drip_closes": "17:00",
        "drip_weekdays": [str(day) for day in WEEKDAYS],
    }


def pace_values(drip: Drip | None) -> dict[str, Any]:
    """Return {field: value} to show a pace that was chosen earlier."""
    if drip is None:
        return first_pace()
    return {
        "pace": "spread",
        "drip_people": str(drip.people),
        "drip_every": str(drip.every),
        "drip_unit": drip.unit,
        "drip_opens": clock_field(drip.opens),
        "drip_closes": clock_field(drip.closes),
        "drip_weekdays": [str(day) for day in drip.weekdays],
    }


def read_pace(form: Any, zone: str) -> tuple[Drip | None, dict[str, str]]:
    """Return the pace in the fields (None: all at once) in a time zone, and {field: problem}."""
    if form.pace.data != "spread":
        return None, {}
    opens, closes = (_minute((one.data or "")[:5]) for one in (form.drip_opens, form.drip_closes))
    if opens is None or closes is None:
        wrong = "drip_opens" if opens is None else "drip_closes"
        return None, {wrong: "Choose a time."}
    unit = form.drip_unit.data if form.drip_unit.data in UNITS else "days"
    drip = Drip(
        people=_number(form.drip_people.data),
        every=_number(form.drip_every.data),
        unit=cast(Unit, unit),
        opens=opens,
        closes=closes or MIDNIGHT,
        weekdays=tuple(day for day in EVERY_DAY if str(day) in (form.drip_weekdays.data or [])),
        zone=zone,
    )
    problem = drip_problem(drip)
    return (None, {f"drip_{problem[0]}": problem[1]}) if problem else (drip, {})


def _number(text: str | None) -> int:
    """Return a whole number, or 0, which is never valid."""
    return typed_number(text) or 0


def _minute(text: str) -> int | None:
    try:
        return minute_of(datetime.strptime(text, TIME))
    except ValueError:
        return None
