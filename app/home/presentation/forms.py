"""The form of the first visit."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from app.accounts.domain.places import countries, zones_by_area


class FirstVisitForm(FlaskForm):
    """Only the fields: what may be in them is decided by `accounts.create_owner`."""

    token = StringField("Token from the terminal")
    name = StringField("Your name", [InputRequired("Write your name.")])
    email = EmailField("E-mail address")
    account_name = StringField("Company", [InputRequired("Write the name of your company.")])
    password = PasswordField("Password")
    time_zone = SelectField("Time zone", default="UTC", validate_choice=False)
    country = SelectField("Country", default="", validate_choice=False)
    sample_data = BooleanField("Begin with sample data", default=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.time_zone.choices = zones_by_area()
        self.country.choices = [("", "That of the time zone"), *countries().items()]

    def text(self, name: str) -> str:
        """What was typed, "" for nothing."""
        return str(self[name].data or "")

    def show(self, problems: dict[str, str]) -> None:
        """Put each sentence at its field, unless something stands there already."""
        for name, sentence in problems.items():
            if not self[name].errors:
                self[name].errors = [sentence]
