"""Inputs of the settings of a form, and of its page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.contacts.domain import FIELDS
from app.contacts.domain.fields import CUSTOM_LIMIT
from app.contacts.domain.own_fields import OwnField, OwnKind
from app.forms.application.public import PublicForm
from app.forms.domain.details import (
    DEFAULT_BUTTON,
    DEFAULT_THANKS,
    MAX_BUTTON,
    MAX_CONSENT_TEXT,
    MAX_FORM_NAME,
    MAX_INTRODUCTION,
    MAX_THANKS,
    MAX_TITLE,
    OPTIONAL,
    OWN,
    REQUIRED,
    STANDARD,
    TEXTS,
    AskedField,
    FormDetails,
    default_consent,
)
from app.platform import web

ASK = "ask-"
TRAP = "website"
"""An input that people don’t see. Programs that fill in everything fill it in, too."""
_ASKED = (("", "Don’t ask"), (OPTIONAL, "Optional"), (REQUIRED, "Required"))
_KINDS: Mapping[str, type[StringField]] = {"email": EmailField, "phone": TelField}
_COMPLETION = {
    "email": "email",
    "first_name": "given-name",
    "last_name": "family-name",
    "phone": "tel",
    "company": "organization",
    "city": "address-level2",
    "country": "country-name",
    "birthday": "bday",
}


class SettingsForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_FORM_NAME})
    title = StringField("Heading", render_kw={"maxlength": MAX_TITLE})
    introduction = TextAreaField("Introduction", render_kw={"maxlength": MAX_INTRODUCTION})
    consent_text = TextAreaField("Consent text", render_kw={"maxlength": MAX_CONSENT_TEXT})
    double_opt_in = BooleanField("Double opt-in")
    button = StringField("Button", default=DEFAULT_BUTTON, render_kw={"maxlength": MAX_BUTTON})
    thanks = TextAreaField(
        "Text after submitting", default=DEFAULT_THANKS, render_kw={"maxlength": MAX_THANKS}
    )

    @property
    def typed(self) -> dict[str, str]:
        texts = {field.name: str(field.data or "") for field in self if field.name not in _NO_TEXTS}
        return texts | {"double_opt_in": "1" if self.double_opt_in.data else ""}

    @property
    def asked(self) -> dict[str, str]:
        return {field.name.removeprefix(ASK): str(field.data or "") for field in self.ask_inputs}

    @property
    def ask_inputs(self) -> list[Any]:
        return [field for field in self if field.name.startswith(ASK)]


_NO_TEXTS = ("double_opt_in", "csrf_token")


def settings_form(own: Mapping[str, str], **values: Any) -> SettingsForm:
    """Return a form with a choice for each field that may be asked for. `own` is {key: label} of the custom
    fields; `values` are the initial ones."""
    labels = {key: FIELDS[key].label for key in STANDARD} | {f"{OWN}{key}": one for key, one in own.items()}
    inputs = {
        f"{ASK}{key}": SelectField(
            label, choices=[SelectChoice(*one) for one in _ASKED], validate_choice=False
        )
        for key, label in labels.items()
    }
    made: SettingsForm = type("SettingsForm", (SettingsForm,), inputs)(**values)
    return made


def values_of(name: str, details: FormDetails) -> dict[str, Any]:
    """Return the initial values for a form that exists."""
    asked = {f"{ASK}{key}": wanted for key, wanted in details.asked.items()}
    return {"name": name, **{one: getattr(details, one) for one in (*TEXTS, "double_opt_in")}, **asked}


def new_values(account_name: str, may_confirm: bool) -> dict[str, Any]:
    """Return the initial values of a new form: it asks for a first name."""
    return {
        "consent_text": default_consent(account_name),
        "double_opt_in": may_confirm,
        f"{ASK}first_name": OPTIONAL,
    }


class PageForm(web.ShowingForm):
    """What everyone may fill in. There is no session, so there is no CSRF token either."""

    class Meta:
        csrf = False

    website = StringField("Leave this empty", name=TRAP)
    once = HiddenField()
    read = HiddenField()

    @property
    def given(self) -> dict[str, str]:
        return {field.name: str(field.data or "") for field in self}

    @property
    def is_trapped(self) -> bool:
        return bool(self[TRAP].data)


def page_form(form: PublicForm, once: str) -> PageForm:
    """Return the inputs of a form. `once` is the key of a new page. Files aren’t read: they are no texts."""
    typed = request.form if request.method == "POST" else None
    inputs: dict[str, Any] = {one.key: _input(form, one) for one in form.fields}
    inputs["agrees"] = BooleanField(form.details.consent_text, render_kw={"required": True})
    initial = {"once": once, "read": form.consent_mark}
    made: PageForm = type("PageForm", (PageForm,), inputs)(formdata=typed, data=initial)
    return made


def asked_inputs(form: PublicForm, inputs: PageForm) -> list[tuple[Any, AskedField]]:
    """Return the inputs of fields in their order."""
    return [(inputs[one.key], one) for one in form.fields]


def _input(form: PublicForm, asked: AskedField) -> Any:
    key, required = asked.key, {"required": True} if asked.is_required else {}
    if key.startswith(OWN):
        return _own_input(form.own[key.removeprefix(OWN)], required)
    limits = {"maxlength": FIELDS[key].limit, "autocomplete": _COMPLETION[key]}
    return _KINDS.get(key, StringField)(FIELDS[key].label, render_kw={**limits, **required})


def _own_input(field: OwnField, required: Mapping[str, Any]) -> Any:
    if field.kind is OwnKind.YES_NO:
        return _choice(field.label, (("yes", "Yes"), ("no", "No")), required)
    if field.kind is OwnKind.CHOICE:
        return _choice(field.label, [(one, one) for one in field.choices], required)
    keyboard = {"inputmode": "decimal"} if field.kind is OwnKind.NUMBER else {}
    example = {"placeholder": "2026-05-01"} if field.kind is OwnKind.DATE else {}
    render = {"maxlength": CUSTOM_LIMIT, "autocomplete": "off", **keyboard, **example, **required}
    return StringField(field.label, render_kw=render)


def _choice(label: str, offered: Sequence[tuple[str, str]], required: Mapping[str, Any]) -> SelectField:
    choices = [SelectChoice(*one) for one in (("", "–"), *offered)]
    return SelectField(label, choices=choices, validate_choice=False, render_kw=dict(required))
