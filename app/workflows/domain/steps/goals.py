"""Goal types. A contact that reaches a workflow's goals leaves it at once."""

from app.contacts.domain.criteria import field_label
from app.platform.text.words import quoted
from app.workflows.domain.types import events
from app.workflows.domain.types.declarations import Described, GoalType
from app.workflows.domain.types.setting import Setting
from app.workflows.domain.types.words import form_words, tag_words, value_words


def _has_value(it: Described) -> str:
    field = it.config.get("field")
    return f"{field_label(field)} is {value_words(field, it.config.get('value', '…'))}"


def _clicks(it: Described) -> str:
    message = it.names.messages.get(it.config.text("step"), "")
    return f"Clicks a link in {quoted(message) if message else 'any message'}"


TYPES = (
    GoalType(
        type="tag_added",
        title="Gets a tag",
        about="The contact gets a tag.",
        settings=(Setting("tag", "Tag", "tag"),),
        headline=lambda it: f"Gets {tag_words(it.config)}",
    ),
    GoalType(
        type="form_submitted",
        title="Submits a form",
        about="The contact submits a form.",
        settings=(Setting("form", "Form", "text"),),
        headline=lambda it: f"Submits {form_words(it.config)}",
        fits=events.same("form"),
    ),
    GoalType(
        type="appointment_booked",
        title="Books an appointment",
        about="The contact books an appointment.",
        also_called="booking calendar meeting",
        need="calendar",
        fits=events.any_event,
    ),
    GoalType(
        type="purchase_made",
        title="Makes a purchase",
        about="The contact buys something.",
        also_called="order payment sale",
        need="payments",
        fits=events.any_event,
    ),
    GoalType(
        type="field_equals",
        title="A field has a value",
        about="A field of the contact has a value.",
        settings=(Setting("field", "Field", "any_field"), Setting("value", "Value", "text", limit=500)),
        headline=_has_value,
    ),
    GoalType(
        type="link_clicked",
        title="Clicks a link",
        about="The contact clicks a link in a message.",
        settings=(Setting("step", "Message", "step", required=False, event=lambda _: "link_clicked"),),
        headline=_clicks,
    ),
)
