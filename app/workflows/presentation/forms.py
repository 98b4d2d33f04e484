"""Forms of the workflow pages. They hold fields only: what may be in them is decided by the use cases."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.workflows.domain.steps.setting import UNITS


class RevisedForm(FlaskForm):
    """`revision` is the state of the workflow that the person saw when they began."""

    revision = HiddenField()

    @property
    def seen(self) -> int:
        text = str(self.revision.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def show(self, problems: Mapping[str, str]) -> None:
        """Put each sentence at its field; the name of the field is not said twice."""
        for name, sentence in problems.items():
            if name in self:
                words = sentence.removeprefix(f"{self[name].label.text}: ")
                self[name].errors = [words[:1].upper() + words[1:]]


class NameForm(RevisedForm):
    name = StringField("Name")
    description = TextAreaField("Description")
    enroll_again = BooleanField("Allow re-enrollment")
    same_name = HiddenField()


class EmailForm(RevisedForm):
    subject = StringField("Subject")
    preheader = StringField("Preview text")
    body = TextAreaField("Text")


class SmsForm(RevisedForm):
    text = TextAreaField("Text")


class WaitForm(RevisedForm):
    amount = StringField("How long")
    unit = SelectField("Unit", choices=[SelectChoice(*unit) for unit in UNITS], validate_choice=False)


FORMS: dict[str, type[RevisedForm]] = {"send_email": EmailForm, "send_sms": SmsForm, "wait": WaitForm}


def step_form(kind: str, **values: Any) -> Any:
    """The form of a step that can be opened: with what was sent, else with `values`."""
    return FORMS[kind](**values)


def typed(form: RevisedForm) -> dict[str, Any]:
    """What the settings become: {name: value}; an amount is a number where it can be one."""
    values: dict[str, Any] = {
        field.name: str(field.data or "") for field in form if field.name not in ("revision", "csrf_token")
    }
    amount = str(values.get("amount", "")).strip().replace(",", "")
    if "amount" in values:
        is_number = amount.isascii() and amount.isdigit() and len(amount) < 10
        values["amount"] = int(amount) if is_number else amount
    return values
