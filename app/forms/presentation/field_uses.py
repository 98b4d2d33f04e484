"""Tells the contacts room which forms ask for a custom field."""

from functools import partial

from flask import url_for

from app.contacts import application as contacts
from app.contacts.domain.own_fields import OwnField
from app.forms.application import names_using_field


def register() -> None:
    contacts.register_field_uses("forms", _uses)


def _uses(account_id: int, field: OwnField) -> list[contacts.FieldUse]:
    return [
        contacts.FieldUse(f"the form {name}", partial(url_for, "forms.show", form_id=form_id))
        for form_id, name in names_using_field(account_id, field.key)
    ]
