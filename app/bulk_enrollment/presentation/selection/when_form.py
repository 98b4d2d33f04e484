"""When a job starts and at which pace: the fields of the options, of the dry run, and of a scheduled job."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from flask import flash, request
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.accounts.domain.regions import is_zone, zones_by_area
from app.bulk_enrollment.application.control.schedule import local_start
from app.bulk_enrollment.domain.options import UNKNOWN_ZONE, JobOptions
from app.bulk_enrollment.domain.timing.texts import local_fields, peculiarity_words
from app.platform import web
from app.platform.text.pace import Drip
from app.platform.web.pace_form import first_pace, pace_fields, pace_values, read_pace

DATE, TIME = "%Y-%m-%d", "%H:%M"


@dataclass(frozen=True)
class When:
    """What was chosen; `problems` is {field: sentence}, `notice` what is to be known about the start."""

    scheduled_at: datetime | None = None
    time_zone: str = ""
    drip: Drip | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""

    def within(self, options: JobOptions) -> JobOptions:
        """Return the options with what was chosen."""
        return replace(options, scheduled_at=self.scheduled_at, time_zone=self.time_zone, drip=self.drip)


def when_fields() -> type:
    """Return a mixin class of the fields."""

    class WhenFields(pace_fields()):  # type: ignore[misc]
        when = RadioField(
            "Start",
            choices=[SelectChoice("now", "Right away"), SelectChoice("later", "At a date and time")],
            default="now",
            validate_choice=False,
        )
        start_date = StringField("Date")
        start_time = StringField("Time")
        time_zone = SelectField("Time zone", validate_choice=False)

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            zone = cast(Any, self)["time_zone"]
            zone.choices = zones_by_area(str(zone.data or ""))

    return WhenFields


class WhenForm(when_fields(), web.ShowingForm):  # type: ignore[misc]
    """The fields by themselves, beside a dry run or a scheduled job."""

    def show(self, problems: Mapping[str, str]) -> None:
        super().show(
            {"start_date" if name == "scheduled_at" else name: words for name, words in problems.items()}
        )


def form_for(options: JobOptions, zone: str) -> WhenForm:
    """Return the fields with what was chosen earlier; `zone` is the account's time zone."""
    return WhenForm(formdata=None, data=when_values(options, zone))


def first_when(zone: str) -> dict[str, Any]:
    """Return the preset values of the fields, in the account's time zone."""
    return {"when": "now", "time_zone": zone, **first_pace()}


def when_values(options: JobOptions, zone: str) -> dict[str, Any]:
    """Return {field: value} to show what was chosen earlier; `zone` is the account's time zone."""
    values: dict[str, Any] = first_when(options.drip.zone if options.drip else options.time_zone or zone)
    if options.scheduled_at is not None:
        day, time = local_fields(options.scheduled_at, values["time_zone"])
        values |= {"when": "later", "start_date": day, "start_time": time}
    return values | pace_values(options.drip)


def read_when(form: Any, account_zone: str) -> When:
    """Read the fields. Those that the choices make irrelevant are ignored; a form without them means now."""
    zone = form.time_zone.data or account_zone
    if form.when.data != "later" and form.pace.data != "spread":
        return When()
    if not is_zone(zone):
        return When(problems={"time_zone": UNKNOWN_ZONE})
    start = read_start(form, zone) if form.when.data == "later" else When(time_zone=zone)
    if form.pace.data != "spread":
        return start
    drip, problems = read_pace(form, zone)
    return replace(start, drip=drip, problems={**start.problems, **problems})


def read_start(form: Any, zone: str) -> When:
    """Read the date and time of the start."""
    day, time = (form.start_date.data or "").strip(), (form.start_time.data or "").strip()
    parsed = _parsed(day, DATE)
    clock = _parsed(time[:5], TIME)
    problems = {}
    if parsed is None:
        problems["start_date"] = "Choose a date."
    if clock is None:
        problems["start_time"] = "Choose a time."
    if parsed is None or clock is None:
        return When(time_zone=zone, problems=problems)
    local = datetime.combine(parsed.date(), clock.time())
    meant = local_start(local, zone)
    return When(meant.moment, zone, notice=peculiarity_words(local, meant, zone))


def flash_notice(account_zone: str) -> None:
    """Say on the next page which moment is meant, if clocks skip or repeat the time in this form."""
    form = WhenForm(formdata=request.form, meta={"csrf": False})
    if notice := read_when(form, account_zone).notice:
        flash(notice, "info")


def _parsed(text: str, form: str) -> datetime | None:
    try:
        found = datetime.strptime(text, form)
    except ValueError:
        return None
    return found if form == TIME or 2000 <= found.year <= 2200 else None
