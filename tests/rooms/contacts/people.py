"""Contacts to try things on."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.contacts.application import add_contact, contact_card
from app.contacts.domain import ConsentBasis
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session


def add(app: Flask, actor: Actor, email: str = "", **given: Any) -> int:
    """A contact of the actor's account; `tags` and `custom` may be among the fields."""
    options = {name: given.pop(name) for name in ("tags", "custom", "consent_basis") if name in given}
    options.setdefault("consent_basis", ConsentBasis.OPT_IN)
    with app.app_context():
        return add_contact(actor, {"email": email, **given}, **options)


def card(app: Flask, actor: Actor, contact_id: int) -> Any:
    with app.app_context():
        return contact_card(actor, contact_id)


def all_of(account_id: int) -> dict[str, Contact]:
    """The account's contacts by address, inside an app context."""
    session().expire_all()
    query = sa.select(Contact).where(Contact.account_id == account_id)
    return {contact.email_key or str(contact.id): contact for contact in session().scalars(query)}
