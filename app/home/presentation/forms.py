"""Forms of initial setup and of account settings.

They define fields only; values are validated by the use cases of the accounts room.
"""

from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from app.accounts.domain.business import MAX_LINK_LENGTH, MAX_PHONE_LENGTH
from app.accounts.domain.input import MAX_NAME_LENGTH
from app.accounts.domain.regions import countries, zones_by_area
from app.platform import web


class _Form(web.ShowingForm):
    def text(self, name: str) -> str:
        """Return the submitted text of a field, or ""."""
        return str(self[name].data or "")

    def show(self, problems: Mapping[str, str]) -> None:
        """Add an error to each field of `problems` ({field: sentence}) that has none yet."""
        for name, sentence in problems.items():
            if not self[name].errors:
                self[name].errors = [sentence]


class _RegionForm(_Form):
    """Form with a time zone and a country to choose from."""

    no_country_label = "None"

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self["time_zone"].choices = zones_by_area(str(self["time_zone"].data or ""))
        self["country"].choices = [("", self.no_country_label), *countries().items()]


def _company() -> StringField:
    return StringField(
        "Company",
        [InputRequired("Enter the name of your company.")],
        render_kw={"maxlength": MAX_NAME_LENGTH},
    )


def _time_zone() -> SelectField:
    return SelectField("Time zone", default="UTC", validate_choice=False)


def _country() -> SelectField:
    return SelectField("Country", default="", validate_choice=False)


class AccountForm(_RegionForm):
    """Name, time zone, and country of an account."""

    account_name = _company()
    time_zone = _time_zone()
    country = _country()


class SetupForm(_RegionForm):
    """The account and its owner, in the order of the page."""

    no_country_label = "Same as time zone"

    token = StringField("Token from the terminal")
    name = StringField(
        "Your name", [InputRequired("Enter your name.")], render_kw={"maxlength": MAX_NAME_LENGTH}
    )
    account_name = _company()
    email = EmailField("Email address")
    password = PasswordField("Password")
    time_zone = _time_zone()
    country = _country()
    sample_data = BooleanField("Start with sample data", default=True)


def _link(label: str) -> StringField:
    return StringField(label, render_kw={"maxlength": MAX_LINK_LENGTH})


class BusinessForm(_Form):
    """Business details. Field names match the merge tags, except for the color."""

    website = _link("Website")
    phone = StringField("Phone", render_kw={"maxlength": MAX_PHONE_LENGTH})
    postal_address = TextAreaField("Postal address")
    booking_link = _link("Booking page")
    review_link = _link("Review page")
    color = StringField("Color", render_kw={"maxlength": 7})

    def texts(self) -> dict[str, str]:
        """Return the submitted texts as {field: text}."""
        return {field.name: str(field.data or "") for field in self if field.name != "csrf_token"}


class LogoForm(_Form):
    logo = FileField("Logo")
