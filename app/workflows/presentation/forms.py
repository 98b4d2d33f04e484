"""Forms of the workflow pages. They only define fields; the use cases validate the values."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.platform.text.numbers import typed_number, whole_number
from app.workflows.domain import Setting
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME

SEVERAL_LINES = ("message", "markdown")


class RevisedForm(FlaskForm):
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


def step_form(settings: Sequence[Setting], **values: Any) -> RevisedForm:
    """Return a form with a field for each setting, filled from the request, else from `values`."""
    fields = {setting.name: _field(setting) for setting in settings}
    made: RevisedForm = type("StepForm", (RevisedForm,), fields)(**values)
    return made


def typed(form: RevisedForm, settings: Sequence[Setting]) -> dict[str, Any]:
    """Return {setting name: value} from the form; numeric settings are converted where possible."""
    return {setting.name: _value(setting, str(form[setting.name].data or "")) for setting in settings}


def _field(setting: Setting) -> Any:
    if setting.kind in ("choice", "sender"):
        choices = [SelectChoice(*choice) for choice in setting.choices]
        return SelectField(setting.label, choices=choices, validate_choice=False)
    return TextAreaField(setting.label) if setting.kind in SEVERAL_LINES else StringField(setting.label)


def _value(setting: Setting, text: str) -> Any:
    if setting.kind != "count":
        return text
    number = typed_number(text)
    return text.strip() if number is None else number
