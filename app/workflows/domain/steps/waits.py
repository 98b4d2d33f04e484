"""Step types that wait: for a duration, until a date or time, or for an event."""

from app.contacts.domain.criteria import day_words
from app.platform.text.words import quoted
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.declarations import Described, Faults, Look, StepType
from app.workflows.domain.types.setting import DAY, MAX_WAIT_DAYS, UNITS, Choices, Setting, in_minutes
from app.workflows.domain.types.words import before_words, form_words, length_words, tag_words

ZONES: Choices = (("account", "your time zone"), ("contact", "the contact’s time zone"))
UNTIL: Choices = (
    ("date", "A date"),
    ("contact_field", "A contact date"),
    ("time_of_day", "A time of day"),
    ("weekday", "A day of the week"),
)
DATED = ("date", "contact_field")
WEEKDAYS: Choices = tuple(
    (name.lower(), name)
    for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
)
TOO_LATE: Choices = (("continue", "Continue at once"), ("end", "End the workflow for them"))
EVENTS: Choices = (
    ("email_opened", "Email opened"),
    ("link_clicked", "Link clicked"),
    ("replied", "Reply received"),
    ("tag_added", "Tag added"),
    ("form_submitted", "Form submitted"),
    ("appointment_booked", "Appointment booked"),
    ("purchase_made", "Purchase made"),
)
OF_FORMS = ("form_submitted",)
OF_MESSAGES = ("email_opened", "link_clicked", "replied")


def _too_long(config: Config) -> Faults:
    if in_minutes(config) > MAX_WAIT_DAYS * DAY:
        yield "amount", "How long: choose at most one year."


def _until(it: Described) -> str:
    config, time = it.config, it.config.text("time")
    at = f" at {time}" if time else ""
    weekday = config.text("weekday").capitalize() or "a weekday"
    moment = {
        "date": f"{day_words(config.get('date') or 'a date')}{at}",
        "contact_field": f"{before_words(config.whole('days_before'), config.get('field'))}{at}",
        "time_of_day": time or "a time of day",
        "weekday": f"{weekday}{at}",
    }.get(config.text("kind"), "…")
    return f"Wait until {moment}"


def _zone_and_end(it: Described) -> str:
    zone = "In the contact’s time zone" if it.config.get("zone") == "contact" else ""
    is_dated = it.config.get("kind") in DATED
    end = "Ends if the day has passed" if is_dated and it.config.get("passed") == "end" else ""
    return ". ".join(filter(None, (zone, end)))


def _longest_until(config: Config) -> int:
    """Return the longest wait in minutes: a week until a weekday, else 0.

    Times of day and dates do not count: the first are part of the preceding wait, the others unknown here.
    """
    return 7 * DAY if config.get("kind") == "weekday" else 0


def _event(it: Described) -> str:
    name = it.names.messages.get(it.config.text("step"), "")
    message = quoted(name) if name else "any message"
    return {
        "email_opened": f"Wait until {message if name else 'any email'} is opened",
        "link_clicked": f"Wait for a click in {message}",
        "replied": f"Wait for a reply to {message}",
        "tag_added": f"Wait until {tag_words(it.config)} is added",
        "form_submitted": f"Wait until {form_words(it.config)} is submitted",
        "appointment_booked": "Wait until an appointment is booked",
        "purchase_made": "Wait until a purchase is made",
    }.get(it.config.text("event"), "Wait for an event")


TYPES = (
    StepType(
        type="wait",
        title="Wait",
        about="Continue after minutes, hours, days, or weeks.",
        group="timing",
        look=Look("clock"),
        also_called="delay pause",
        settings=(
            Setting("amount", "How long", "count", low=1, high=MAX_WAIT_DAYS * DAY, fresh=1),
            Setting("unit", "Unit", "choice", choices=UNITS, fresh="days"),
        ),
        headline=lambda it: f"Wait {length_words(it.config)}",
        longest_wait=in_minutes,
        shortest_wait=in_minutes,
        check=_too_long,
    ),
    StepType(
        type="wait_until",
        title="Wait until",
        about="Continue on a date, a weekday, or at a time of day.",
        group="timing",
        look=Look("calendar"),
        also_called="delay pause",
        settings=(
            Setting("kind", "Until", "choice", choices=UNTIL, fresh="time_of_day"),
            Setting("date", "Date", "date", when=("kind", ("date",))),
            Setting("field", "Contact date", "date_field", when=("kind", ("contact_field",))),
            Setting(
                "days_before",
                "Days before",
                "count",
                required=False,
                default=0,
                high=365,
                when=("kind", ("contact_field",)),
            ),
            Setting("weekday", "Weekday", "choice", choices=WEEKDAYS, when=("kind", ("weekday",))),
            Setting("time", "Time of day", "time", when=("kind", ("time_of_day",)), fresh="09:00"),
            Setting(
                "time",
                "Time of day",
                "time",
                required=False,
                when=("kind", ("date", "contact_field", "weekday")),
            ),
            Setting("zone", "Time zone", "choice", required=False, default="account", choices=ZONES),
            Setting(
                "passed",
                "If the day has passed or is missing",
                "choice",
                required=False,
                default="continue",
                choices=TOO_LATE,
                when=("kind", DATED),
            ),
        ),
        headline=_until,
        detail=_zone_and_end,
        longest_wait=_longest_until,
    ),
    StepType(
        type="wait_for_event",
        title="Wait for",
        about="Continue when the contact opens, clicks, replies, or more.",
        group="timing",
        look=Look("hourglass"),
        also_called="delay pause",
        settings=(
            Setting("event", "Event", "choice", choices=EVENTS, fresh="email_opened"),
            Setting(
                "step",
                "Message",
                "step",
                required=False,
                when=("event", OF_MESSAGES),
                event=lambda config: config.text("event"),
            ),
            Setting("tag", "Tag", "tag", when=("event", ("tag_added",))),
            Setting("form", "Form", "text", when=("event", OF_FORMS)),
            Setting(
                "timeout",
                "Wait no longer than",
                "duration",
                hint="Then the contact continues anyway.",
                fresh={"amount": 3, "unit": "days"},
            ),
        ),
        headline=_event,
        detail=lambda it: f"Up to {length_words(it.config.get('timeout'))}",
        longest_wait=lambda config: in_minutes(config.get("timeout")),
    ),
)
