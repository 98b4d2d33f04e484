"""Every type of step: actions, timing and logic, with the settings of each."""

from app.workflows.domain.steps.setting import MAX_WAIT_DAYS, UNITS, Choices, Part, Setting

RECIPIENTS: Choices = (
    ("owner", "the owner"),
    ("admin", "the administrators"),
    ("marketer", "the marketers"),
    ("viewer", "the viewers"),
)
METHODS: Choices = (
    ("POST", "POST"),
    ("PUT", "PUT"),
    ("PATCH", "PATCH"),
    ("GET", "GET"),
    ("DELETE", "DELETE"),
)
ZONES: Choices = (("account", "your time zone"), ("contact", "the contact’s time zone"))
UNTIL: Choices = (
    ("date", "A date"),
    ("contact_field", "A contact date"),
    ("time_of_day", "A time of day"),
    ("weekday", "A day of the week"),
)
WEEKDAYS: Choices = tuple(
    (name.lower(), name)
    for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
)
EVENTS: Choices = (
    ("email_opened", "Email opened"),
    ("link_clicked", "Link clicked"),
    ("replied", "Reply received"),
    ("tag_added", "Tag added"),
)
WORKFLOW = Setting("workflow", "Workflow", "text", limit=100)
TAG = Setting("tag", "Tag", "tag")


def _actions() -> tuple[Part, ...]:
    return (
        Part(
            "send_email",
            "Send email",
            (
                Setting("subject", "Subject", "line", limit=250),
                Setting("preheader", "Preview text", "line", required=False, limit=250),
                Setting("body", "Text", "markdown", limit=20_000),
            ),
            channel="email",
        ),
        Part(
            "send_sms", "Send SMS", (Setting("text", "Text", "message", limit=1_000),), "sms", channel="sms"
        ),
        Part("add_tag", "Add tag", (TAG,), channel="tag"),
        Part("remove_tag", "Remove tag", (TAG,), channel="tag"),
        Part(
            "update_field",
            "Update field",
            (
                Setting("field", "Field", "own_field"),
                Setting("value", "Value", "line", required=False, limit=500),
            ),
            channel="field",
        ),
        Part(
            "notify_team",
            "Notify team",
            (
                Setting("message", "Message", "message", limit=1_000),
                Setting("to", "Recipients", "choice", required=False, default="owner", choices=RECIPIENTS),
            ),
            channel="team",
        ),
        Part(
            "create_task",
            "Create task",
            (
                Setting("title", "Title", "line", limit=250),
                Setting("due_days", "Due in days", "count", required=False, default=1, high=365),
                Setting("notes", "Notes", "message", required=False, limit=2_000),
            ),
            channel="team",
        ),
        Part("add_note", "Add note", (Setting("text", "Text", "message", limit=2_000),), channel="note"),
        Part(
            "webhook",
            "Call webhook",
            (
                Setting("url", "Address", "url", limit=2_000),
                Setting("method", "Method", "choice", required=False, default="POST", choices=METHODS),
                Setting("fields", "Fields", "pairs", required=False, limit=500, high=30),
            ),
            "webhook",
            channel="webhook",
        ),
        Part("enroll_in_workflow", "Add to another workflow", (WORKFLOW,), channel="workflow"),
        Part("remove_from_workflow", "Remove from another workflow", (WORKFLOW,), channel="workflow"),
    )


def _timing() -> tuple[Part, ...]:
    return (
        Part(
            "wait",
            "Wait",
            (
                Setting("amount", "How long", "count", low=1, high=MAX_WAIT_DAYS * 1440),
                Setting("unit", "Unit", "choice", choices=UNITS),
            ),
        ),
        Part(
            "wait_until",
            "Wait until",
            (
                Setting("kind", "Until", "choice", choices=UNTIL),
                Setting("date", "Date", "date", when=("kind", ("date",))),
                Setting("field", "Contact date", "date_field", when=("kind", ("contact_field",))),
                Setting("weekday", "Weekday", "choice", choices=WEEKDAYS, when=("kind", ("weekday",))),
                Setting("time", "Time of day", "time", when=("kind", ("time_of_day",))),
                Setting(
                    "time",
                    "Time of day",
                    "time",
                    required=False,
                    when=("kind", ("date", "contact_field", "weekday")),
                ),
                Setting("zone", "Time zone", "choice", required=False, default="account", choices=ZONES),
            ),
        ),
        Part(
            "wait_for_event",
            "Wait for",
            (
                Setting("event", "Event", "choice", choices=EVENTS),
                Setting(
                    "step",
                    "Message",
                    "step",
                    required=False,
                    when=("event", ("email_opened", "link_clicked", "replied")),
                ),
                Setting("tag", "Tag", "tag", when=("event", ("tag_added",))),
                Setting("timeout", "Continue after", "duration"),
            ),
        ),
    )


def _logic() -> tuple[Part, ...]:
    return (
        Part("branch", "Branch"),
        Part("split", "Split"),
        Part("stop", "Stop", (Setting("reason", "Reason", "text", required=False),)),
    )


def _grouped(group: str, parts: tuple[Part, ...]) -> dict[str, Part]:
    return {
        part.type: Part(part.type, part.title, part.settings, part.need, group, part.channel or part.type)
        for part in parts
    }


STEPS: dict[str, Part] = {
    **_grouped("action", _actions()),
    **_grouped("timing", _timing()),
    **_grouped("logic", _logic()),
}

ACTIONS = frozenset(name for name, part in STEPS.items() if part.group == "action")
MESSAGES = frozenset({"send_email", "send_sms"})
CHANNELS = ("email", "sms", "webhook")
"""How a workflow reaches the outside world, in the order in which cards show it."""
