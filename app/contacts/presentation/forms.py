"""Forms of the contact pages. Values are validated by the use cases."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wtforms import EmailField, HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.validators import Length

from app.accounts.domain.regions import zones_by_area
from app.contacts.domain import CONSENT_LABELS, FIELDS, MAX_TAG
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.contacts.domain.fields import CUSTOM_LIMIT
from app.contacts.domain.names import MAX_NAME
from app.contacts.domain.own_fields import OwnField, OwnKind
from app.platform import web

_OWN = "own-"


def _field(key: str, kind: type[StringField] = StringField) -> StringField:
    field = FIELDS[key]
    return kind(field.label, render_kw={"maxlength": field.limit})


class ContactForm(web.ShowingForm):
    """Standard fields of a contact; `contact_form` adds the account's custom fields."""

    first_name = _field("first_name")
    last_name = _field("last_name")
    email = _field("email", EmailField)
    phone = _field("phone", TelField)
    company = _field("company")
    city = _field("city")
    country = _field("country")
    birthday = _field("birthday")
    time_zone = SelectField(FIELDS["time_zone"].label, validate_choice=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.time_zone.choices = cast(Any, _zones(str(self.time_zone.data or "")))

    @property
    def given(self) -> dict[str, str]:
        return {key: str(self[key].data or "") for key in FIELDS}

    @property
    def own(self) -> dict[str, str]:
        own = (field for field in self if field.name.startswith(_OWN))
        return {field.name.removeprefix(_OWN): str(field.data or "") for field in own}

    @property
    def own_inputs(self) -> list[Any]:
        return [field for field in self if field.name.startswith(_OWN)]

    def show(self, problems: Mapping[str, str]) -> None:
        """Attach each error message to its field."""
        for key, sentence in problems.items():
            name = key if key in self else f"{_OWN}{key}"
            if name in self and not self[name].errors:
                self[name].errors = [sentence]


class NewContactForm(ContactForm):
    tags = StringField("Tags")
    consent_basis = SelectField(
        "Legal basis for contacting",
        choices=[SelectChoice(basis.value, label) for basis, label in CONSENT_LABELS.items()],
    )
    consent_source = StringField("Source of consent", [Length(max=MAX_CONSENT_SOURCE)])
    sms_source = StringField("How did they agree to text messages?", [Length(max=MAX_CONSENT_SOURCE)])

    @property
    def tag_names(self) -> list[str]:
        return [name for name in (self.tags.data or "").split(",") if name.strip()]


class TagForm(web.ShowingForm):
    name = StringField("Tag", render_kw={"maxlength": MAX_TAG})


class SelectionTagForm(web.ShowingForm):
    tag = StringField("Tag", render_kw={"maxlength": MAX_TAG})


class SegmentForm(web.ShowingForm):
    """`filter` holds a criteria document as JSON text."""

    name = StringField("Name", render_kw={"maxlength": MAX_NAME})
    filter = HiddenField("Filter")


class PasteForm(web.ShowingForm):
    entries = TextAreaField("Email addresses, phone numbers, or contact IDs")


class ReactivationForm(web.ShowingForm):
    reason = StringField(
        "How did they ask to be contacted again?", render_kw={"maxlength": MAX_CONSENT_SOURCE}
    )


class SmsConsentForm(web.ShowingForm):
    sms_source = StringField(
        "How did they agree to text messages?", render_kw={"maxlength": MAX_CONSENT_SOURCE}
    )


def _zones(chosen: str) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of a contact's time zone by area."""
    return {"Default": [("", "Your time zone")], **zones_by_area(chosen)}


def _own_input(field: OwnField) -> Any:
    """Return the input of a custom field. Stored values that don't fit the kind stay visible and selected."""
    if field.kind is OwnKind.YES_NO:
        return _Choice(field.label, (("yes", "Yes"), ("no", "No")))
    if field.kind is OwnKind.CHOICE:
        return _Choice(field.label, tuple((one, one) for one in field.choices))
    keyboard = {"inputmode": "decimal"} if field.kind is OwnKind.NUMBER else {}
    example = {"placeholder": "2026-05-01"} if field.kind is OwnKind.DATE else {}
    return StringField(field.label, render_kw={"maxlength": CUSTOM_LIMIT, **keyboard, **example})


class _Choice(SelectField):
    """A choice, or nothing; another stored value is offered, too."""

    def __init__(self, label: str = "", offered: Sequence[tuple[str, str]] = (), **more: Any) -> None:
        self.offered = offered
        super().__init__(label, choices=[], validate_choice=False, **more)
        self.type = "SelectField"  # for the macro that draws it

    def iter_choices(self) -> Any:
        value = str(self.data or "")
        known = {"", *(one for one, _ in self.offered)}
        others = [] if value in known else [(value, value)]
        for one, label in [("", "–"), *self.offered, *others]:
            yield Choice(one, label, one == value, {})

    def has_groups(self) -> bool:
        return False


def contact_form(kind: type[ContactForm], own: Sequence[OwnField], **values: Any) -> Any:
    """Create a form of this class with an input for each custom field.

    `values` are the initial values of an unsubmitted form; `own_values` those of custom fields.
    """
    inputs = {f"{_OWN}{field.key}": _own_input(field) for field in own}
    form = type(kind.__name__, (kind,), inputs)
    own_values = values.pop("own_values", None) or {}
    return form(data=values | {f"{_OWN}{key}": value for key, value in own_values.items()})
