"""The forms of the first visit and of the account. Only the fields: what may be in them is decided by the
use cases of the accounts room."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from app.accounts.domain.places import countries, zones_by_area


class AccountForm(FlaskForm):
    """A company and where it is."""

    account_name = StringField("Company", [InputRequired("Write the name of your company.")])
    time_zone = SelectField("Time zone", default="UTC", validate_choice=False)
    country = SelectField("Country", default="", validate_choice=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.time_zone.choices = zones_by_area()
        self.country.choices = [("", self.no_country), *countries().items()]

    no_country = "None"

    def text(self, name: str) -> str:
        """What was typed, "" for nothing."""
        return str(self[name].data or "")

    def show(self, problems: dict[str, str]) -> None:
        """Put each sentence at its field, unless something stands there already."""
        for name, sentence in problems.items():
            if not self[name].errors:
                self[name].errors = [sentence]


class FirstVisitForm(AccountForm):
    """The same, and the person who owns it."""

    no_country = "That of the time zone"

    token = StringField("Token from the terminal")
    name = StringField("Your name", [InputRequired("Write your name.")])
    email = EmailField("E-mail address")
    password = PasswordField("Password")
    sample_data = BooleanField("Begin with sample data", default=True)
