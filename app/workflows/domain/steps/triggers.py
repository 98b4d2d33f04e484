"""What can start a workflow."""

from app.workflows.domain.steps.setting import Part, Setting

CALENDAR = Setting("calendar", "Calendar", "text", required=False, limit=100)

TRIGGERS: dict[str, Part] = {
    part.type: part
    for part in (
        Part("manual", "Added manually", channel="person"),
        Part("contact_created", "Contact created", channel="person"),
        Part("tag_added", "Tag added", (Setting("tag", "Tag", "tag"),), channel="tag"),
        Part("tag_removed", "Tag removed", (Setting("tag", "Tag", "tag"),), channel="tag"),
        Part(
            "field_changed",
            "Field changed",
            (
                Setting("field", "Field", "any_field"),
                Setting("to", "New value", "text", required=False, limit=500),
            ),
            channel="field",
        ),
        Part("form_submitted", "Form submitted", (Setting("form", "Form", "text"),), channel="form"),
        Part("appointment_booked", "Appointment booked", (CALENDAR,), need="calendar", channel="calendar"),
        Part(
            "appointment_cancelled", "Appointment canceled", (CALENDAR,), need="calendar", channel="calendar"
        ),
        Part(
            "appointment_completed", "Appointment completed", (CALENDAR,), need="calendar", channel="calendar"
        ),
        Part("appointment_no_show", "Appointment no-show", (CALENDAR,), need="calendar", channel="calendar"),
        Part(
            "purchase_made",
            "Purchase made",
            (
                Setting("product", "Product", "text", required=False),
                Setting("min_amount", "Minimum amount", "money", required=False),
            ),
            need="payments",
            channel="payment",
        ),
        Part(
            "date_reached",
            "Date reached",
            (
                Setting("field", "Date", "date_field"),
                Setting("days_before", "Days before", "count", required=False, default=0, high=365),
                Setting("at", "Time of day", "time", required=False, default="09:00"),
            ),
            channel="date",
        ),
        Part(
            "webhook_received",
            "Webhook received",
            (Setting("key", "Key", "key"),),
            need="webhook",
            channel="webhook",
        ),
    )
}

APPOINTMENT_TRIGGERS = frozenset(name for name in TRIGGERS if name.startswith("appointment_"))
