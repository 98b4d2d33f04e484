"""Trigger types."""

from app.contacts.domain.criteria import field_label
from app.platform.text.words import counted, quoted
from app.workflows.domain.types import events
from app.workflows.domain.types.changes import CREATED, field_change, tag_added, tag_removed
from app.workflows.domain.types.declarations import Described, Look, TriggerType
from app.workflows.domain.types.setting import Setting
from app.workflows.domain.types.words import before_words, form_words, tag_words, value_words

APPOINTMENT = ("event.starts_at", "event.location")
PURCHASE = ("event.amount", "event.product")
PERSON, ON_TAG, ON_CALENDAR = Look("user-plus", "accent"), Look("tag"), Look("calendar", "accent")
MEETING = "booking calendar meeting"


def _appointment(kind: str, title: str, happens: str, otherwise: str, also: str = "") -> TriggerType:
    """Return a trigger of appointments. `happens` completes its headline (“is booked”)."""

    def headline(it: Described) -> str:
        calendar = it.config.text("calendar")
        return f"When an appointment{f' in {quoted(calendar)}' if calendar else ''} {happens}"

    return TriggerType(
        type=kind,
        title=title,
        about=f"An appointment {happens}.",
        look=ON_CALENDAR,
        also_called=f"{MEETING} {also}".strip(),
        settings=(Setting("calendar", "Calendar", "text", required=False, limit=100),),
        need="calendar",
        headline=headline,
        otherwise=lambda _: otherwise,
        brings=APPOINTMENT,
        fits=events.same("calendar"),
    )


def _changes(it: Described) -> str:
    field, value = it.config.get("field"), it.config.get("to")
    is_named = isinstance(value, str | int | float) and value != ""
    return f"When {field_label(field)} changes{f' to {value_words(field, value)}' if is_named else ''}"


def _purchase(it: Described) -> str:
    product, amount = it.config.text("product"), it.config.get("min_amount")
    what = f"a purchase of {quoted(product)}" if product else "a purchase"
    is_number = isinstance(amount, int | float) and not isinstance(amount, bool)
    return f"When {what} is made{f' for at least {amount:,}' if is_number else ''}"


def _date(it: Described) -> str:
    days = it.config.whole("days_before") or 0
    day = before_words(days, it.config.get("field"))
    return f"{'' if days > 0 else 'On '}{day} at {it.config.text('at') or '09:00'}"


def _on_their_date(it: Described) -> str:
    field, days = it.config.text("field"), it.config.whole("days_before") or 0
    date = "their birthday" if field == "contact.birthday" else f"the date in “{field_label(field)}”"
    return f"{counted(days, 'day')} before {date}" if days > 0 else f"on {date}"


TYPES = (
    TriggerType(
        type="manual",
        title="Added manually",
        about="Only you add people.",
        look=PERSON,
        headline=lambda _: "When you add people",
        enrolls=False,
    ),
    TriggerType(
        type="contact_created",
        title="Contact created",
        about="A contact is added to your account.",
        look=PERSON,
        headline=lambda _: "When a contact is created",
        otherwise=lambda _: "when they become a contact",
        on_change=lambda _: CREATED,
    ),
    TriggerType(
        type="tag_added",
        title="Tag added",
        about="A contact gets a tag.",
        look=ON_TAG,
        settings=(Setting("tag", "Tag", "tag"),),
        headline=lambda it: f"When {tag_words(it.config)} is added",
        otherwise=lambda _: "when they get a tag",
        on_change=tag_added,
    ),
    TriggerType(
        type="tag_removed",
        title="Tag removed",
        about="A contact loses a tag.",
        look=ON_TAG,
        settings=(Setting("tag", "Tag", "tag"),),
        headline=lambda it: f"When {tag_words(it.config)} is removed",
        otherwise=lambda _: "when they lose a tag",
        on_change=tag_removed,
    ),
    TriggerType(
        type="field_changed",
        title="Field changed",
        about="A field of a contact changes.",
        look=Look("user-edit"),
        settings=(
            Setting("field", "Field", "any_field"),
            Setting("to", "New value", "text", required=False, limit=500),
        ),
        headline=_changes,
        otherwise=lambda _: "when a field changes",
        on_change=lambda config: field_change(config.get("field"), config.get("to")),
    ),
    TriggerType(
        type="form_submitted",
        title="Form submitted",
        about="A contact submits a form.",
        look=Look("form", "accent"),
        settings=(Setting("form", "Form", "text"),),
        headline=lambda it: f"When {form_words(it.config)} is submitted",
        otherwise=lambda _: "when they submit a form",
        fits=events.same("form"),
    ),
    _appointment("appointment_booked", "Appointment booked", "is booked", "when they book an appointment"),
    _appointment(
        "appointment_cancelled", "Appointment canceled", "is canceled", "when they cancel an appointment"
    ),
    _appointment(
        "appointment_completed", "Appointment completed", "is completed", "after their appointment", "visit"
    ),
    _appointment(
        "appointment_no_show",
        "Appointment no-show",
        "is missed",
        "when they miss an appointment",
        "no-show",
    ),
    TriggerType(
        type="purchase_made",
        title="Purchase made",
        about="A contact buys something.",
        look=Look("star", "accent"),
        also_called="order payment sale",
        settings=(
            Setting("product", "Product", "text", required=False),
            Setting("min_amount", "Minimum amount", "money", required=False),
        ),
        need="payments",
        headline=_purchase,
        otherwise=lambda _: "when they buy",
        brings=PURCHASE,
        fits=events.purchase,
    ),
    TriggerType(
        type="date_reached",
        title="Date reached",
        about="A birthday, an anniversary, or another date.",
        look=Look("cake", "accent"),
        also_called="date",
        settings=(
            Setting("field", "Date", "date_field"),
            Setting("days_before", "Days before", "count", required=False, default=0, high=365),
            Setting("at", "Time of day", "time", required=False, default="09:00"),
        ),
        headline=_date,
        otherwise=_on_their_date,
        starts_on=lambda config: config.text("field"),
    ),
    TriggerType(
        type="webhook_received",
        title="Webhook received",
        about="Other software sends data about a contact.",
        look=Look("webhook", "info"),
        settings=(Setting("key", "Key", "key"),),
        need="webhook",
        headline=lambda it: f"When the webhook {quoted(it.config.text('key') or '…')} receives data",
        otherwise=lambda _: "when a webhook arrives",
        brings=("event.",),
        fits=events.same("key"),
    ),
)
