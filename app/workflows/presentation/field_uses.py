"""Tells the contacts room which workflows use a custom field."""

from functools import partial

from flask import url_for

from app.contacts import application as contacts
from app.contacts.domain.own_fields import OwnField
from app.workflows.application.field_uses import workflows_using_field


def register() -> None:
    contacts.register_field_uses("workflows", _uses)


def _uses(account_id: int, field: OwnField) -> list[contacts.FieldUse]:
    return [
        contacts.FieldUse(
            f"the workflow {use.name}", partial(url_for, "workflows.show", public_id=use.public_id), use.rules
        )
        for use in workflows_using_field(account_id, field)
    ]
