"""Contacts in the search over everything."""

from collections.abc import Sequence

from flask import url_for

from app.accounts.domain import Actor
from app.contacts.application import selecting
from app.contacts.domain.names import title_of
from app.platform.finding import Found, Provider, register


def register_provider() -> None:
    register(Provider("contacts", "Contacts", "contacts", place=20, find=_find, all_url=_all))


def _find(actor: Actor, text: str, limit: int) -> Sequence[Found]:
    return [
        Found(title, url_for("contacts.show", contact_id=one.id), _hint(title, one.email, one.phone))
        for one in selecting.matching_contacts(actor, text, limit)
        for title in [title_of(one)]
    ]


def _hint(title: str, *addresses: str | None) -> str:
    return next((one for one in addresses if one and one != title), "")


def _all(text: str) -> str:
    return url_for("contacts.index", q=text)
