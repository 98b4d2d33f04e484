"""Forms of the workflow pages. They only define fields; the use cases validate the values."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from app.platform import web
from app.platform.text.numbers import typed_number, whole_number
from app.workflows.domain import Setting
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME
from app.workflows.domain.types.setting import UNITS

SEVERAL_LINES = ("message", "markdown")
CHOSEN = ("choice", "sender", "topic", "own_field", "date_field", "any_field", "step", "workflow")
MAX_AMOUNT_LENGTH = 12


class Pair(NamedTuple):
    """A row of `PairsField`."""

    name: str
    value: str


class PairsField(Field):
    """Rows of a name and a value, sent as the repeated fields `NAME-name` and `NAME-value`. The form always
    has an empty row to fill, as long as there is room. `data` is {name: value}, None if no row was sent."""

    def __init__(self, label: str, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self._most = most
        self.rows: list[Pair] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the rows from the request, or from {name: value}."""
        self.process_errors: list[str] = []
        if formdata is None:
            known = data if isinstance(data, Mapping) else {}
            self.rows = [Pair(str(name), str(value)) for name, value in known.items()]
        else:
            names, values = (formdata.getlist(f"{self.name}-{one}") for one in ("name", "value"))
            sent = zip(names, values, strict=False)
            self.rows = [Pair(name.strip(), value.replace("\r\n", "\n")) for name, value in sent]
        self.data = {row.name: row.value for row in self._filled()} if self.rows else None

    def pre_validate(self, form: Any) -> None:
        """Refuse what a dictionary cannot hold."""
        names = [row.name for row in self._filled()]
        if "" in names:
            raise ValidationError("Enter a name for each value.")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValidationError(f"“{twice[:40]}” is used more than once.")

    def remove(self, at: int) -> None:
        """Remove a row; one that is not there is ignored."""
        del self.rows[at : at + 1]

    @property
    def shown_rows(self) -> list[Pair]:
        """The rows of the form, with an empty one at the end."""
        filled = self._filled()
        return [*filled, Pair("", "")] if len(filled) < self._most else filled

    def _filled(self) -> list[Pair]:
        return [row for row in self.rows if row.name or row.value.strip()]


class DurationField(Field):
    """An amount and a unit, sent as `NAME-amount` and `NAME-unit`. `data` is {amount, unit}; an amount that
    is not a number stays a text."""

    choices = UNITS

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read both from the request, or from {amount, unit}."""
        self.process_errors: list[str] = []
        known = data if isinstance(data, Mapping) else {}
        if formdata is not None:
            known = {part: formdata.get(f"{self.name}-{part}", "") for part in ("amount", "unit")}
        self.amount = str(known.get("amount", ""))
        self.unit = str(known.get("unit", ""))
        number = typed_number(self.amount)
        self.data = {"amount": self.amount.strip() if number is None else number, "unit": self.unit}


class RevisedForm(web.ShowingForm):
    """A form that carries the revision of the workflow that the user was editing."""

    revision = HiddenField()

    @property
    def seen(self) -> int:
        return whole_number(self.revision.data) or 0

    def show(self, problems: Mapping[str, str]) -> None:
        """Attach each sentence to its field, without the field label that it may begin with."""
        for name, sentence in problems.items():
            if name in self:
                words = sentence.removeprefix(f"{self[name].label.text}: ")
                self[name].errors = [words[:1].upper() + words[1:]]


class NameForm(RevisedForm):
    name = StringField("Name", render_kw={"maxlength": MAX_WORKFLOW_NAME})
    description = TextAreaField("Description")
    enroll_again = BooleanField("Allow re-enrollment")
    tracks_reactions = BooleanField("Track opens and clicks")
    same_name = HiddenField()


class NewWorkflowForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_WORKFLOW_NAME})
    same_name = HiddenField()


def step_form(settings: Sequence[Setting], **values: Any) -> RevisedForm:
    """Return a form with a field for each setting, filled from the request, else from `values`."""
    fields = {setting.name: _field(setting) for setting in settings}
    made: RevisedForm = type("StepForm", (RevisedForm,), fields)(**values)
    return made


def typed(form: RevisedForm, settings: Sequence[Setting]) -> dict[str, Any]:
    """Return {setting name: value} from the form; numeric settings are converted where possible. Pairs of
    which no row was sent are left out."""
    values = {setting.name: _value(setting, form[setting.name].data) for setting in settings}
    return {name: value for name, value in values.items() if value is not None}


def as_text(value: Any) -> str:
    """Return the value of a setting as it is shown beside another one."""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {text}" for name, text in value.items())
    return str(value)


def _field(setting: Setting) -> Any:
    if setting.kind in CHOSEN:
        choices = [SelectChoice(*choice) for choice in setting.choices]
        return SelectField(setting.label, choices=choices, validate_choice=False)
    if setting.kind == "pairs":
        return PairsField(setting.label, setting.high)
    if setting.kind == "duration":
        return DurationField(setting.label)
    return TextAreaField(setting.label) if setting.kind in SEVERAL_LINES else StringField(setting.label)


def _value(setting: Setting, data: Any) -> Any:
    if setting.kind in ("pairs", "duration"):
        return data
    text = str(data or "")
    if setting.kind == "money":
        return _amount(text)
    if setting.kind != "count":
        return text
    number = typed_number(text)
    return text.strip() if number is None else number


def _amount(text: str) -> Any:
    """Return an amount of money as a number, or the text if it is none."""
    plain = "".join(text.split()).replace(",", "")
    is_number = plain.isascii() and plain.replace(".", "", 1).isdecimal() and len(plain) <= MAX_AMOUNT_LENGTH
    if not is_number:
        return text.strip()
    return float(plain) if "." in plain else int(plain)
