"""The forms of the first visit and of the account. Only the fields: what may be in them is decided by the
use cases of the accounts room."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from app.accounts.domain.places import countries, zones_by_area


class _Form(FlaskForm):
    no_country = "None"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self["time_zone"].choices = zones_by_area()
        self["country"].choices = [("", self.no_country), *countries().items()]

    def text(self, name: str) -> str:
        """What was typed, "" for nothing."""
        return str(self[name].data or "")

    def show(self, problems: dict[str, str]) -> None:
        """Put each sentence at its field, unless something stands there already."""
        for name, sentence in problems.items():
            if not self[name].errors:
                self[name].errors = [sentence]


def _company() -> StringField:
    return StringField("Company", [InputRequired("Write the name of your company.")])


def _time_zone() -> SelectField:
    return SelectField("Time zone", default="UTC", validate_choice=False)


def _country() -> SelectField:
    return SelectField("Country", default="", validate_choice=False)


class AccountForm(_Form):
    """A company and where it is."""

    account_name = _company()
    time_zone = _time_zone()
    country = _country()


class FirstVisitForm(_Form):
    """The same, and the person who owns it, in the order of the page."""

    no_country = "That of the time zone"

    token = StringField("Token from the terminal")
    name = StringField("Your name", [InputRequired("Write your name.")])
    account_name = _company()
    email = EmailField("Email address")
    password = PasswordField("Password")
    time_zone = _time_zone()
    country = _country()
    sample_data = BooleanField("Begin with sample data", default=True)
