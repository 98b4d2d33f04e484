"""Forms to try things on, and what was entered in them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.contacts.infrastructure.tables import Contact
from app.forms import application as forms
from app.forms.infrastructure.tables import FormSubmission
from app.messaging.application.sending import send_emails
from app.platform.database import session
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import all_of
from tests.rooms.messaging.settings_page import connect
from tests.services.mail_server import MailServer, mail_server

TEXTS = {"title": "Join us", "consent_text": "I agree to receive emails from Agency.", "button": "Join"}


@dataclass
class Signup:
    """A form of an account, and a browser that knows nobody."""

    app: Flask
    account_id: int
    form_id: int
    path: str
    browser: FlaskClient

    def enter(self, email: str = "ann@example.com", *, at: str = "", **typed: str) -> Any:
        """Send the form."""
        given = {"email": email, "agrees": "y", **typed}
        return self.browser.post(at or self.path, data={name: text for name, text in given.items() if text})

    def contacts(self) -> dict[str, Contact]:
        with self.app.app_context(), acting_for(self.account_id):
            return all_of(self.account_id)

    def submissions(self) -> list[FormSubmission]:
        with self.app.app_context(), acting_for(self.account_id):
            found = session().query(FormSubmission).filter_by(account_id=self.account_id)
            return found.order_by(FormSubmission.id).all()

    def send(self, at: datetime | None = None) -> None:
        """Send the emails that are due, at the current time or `at`."""
        with self.app.app_context(), acting_for(self.account_id):
            send_emails(self.account_id, at)


def signup(
    app: Flask,
    person: Person,
    asked: dict[str, str] | None = None,
    name: str = "Newsletter",
    **changes: str,
) -> Signup:
    with app.app_context(), acting_for(person.actor.account_id):
        made = forms.create_form(person.actor, name, TEXTS | changes, asked or {})
    path = f"/f/{made.public_id}"
    return Signup(app, person.actor.account_id, made.id, path, app.test_client())


@contextmanager
def sending(app: Flask, alice: Person) -> Iterator[MailServer]:
    """A mail server of Alice's account, and a public address."""
    before = app.extensions["settings"]
    with mail_server() as server:
        connect(alice, server.port)
        app.extensions["settings"] = replace(before, public_url="https://muster.example")
        yield server
    app.extensions["settings"] = before


def link_in(server: MailServer, number: int = -1) -> str:
    """The path of the link in an email."""
    body = server.received[number].get_body(("plain",))
    assert body is not None
    found = re.search(r"https://muster\.example(/f/\S+/confirmations/\S+)", body.get_content())
    assert found
    return found[1]
