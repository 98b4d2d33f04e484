"""The people in tests, and their signed-in test clients.

Alice owns the agency, Bob is a marketer and Vera a viewer there, Sam owns a sub-account, and Mallory owns an
unrelated account.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from itsdangerous import URLSafeTimedSerializer

from app.accounts.application import actor_of, add_person, begin_session, create_owner, create_sub_account
from app.accounts.application.api_tokens import create_token
from app.accounts.domain import Actor, Permission, Role
from app.accounts.infrastructure import queries, store
from app.platform.database import transaction

PASSWORD = "correct horse battery"
EMAILS = {name: f"{name}@example.com" for name in ("alice", "bob", "vera", "sam")} | {
    "mallory": "mallory@example.org"
}


@dataclass(frozen=True)
class Person:
    """A signed-in person: `browser` for pages, `actor` for use cases."""

    actor: Actor
    browser: FlaskClient

    def get(self, address: str, **options: Any) -> Any:
        return self.browser.get(address, **options)

    def post(self, address: str, data: Any = None, **options: Any) -> Any:
        return self.browser.post(address, data=data, **options)

    def htmx(self, method: str, address: str, **options: Any) -> Any:
        """Send a request with the headers of htmx."""
        headers = {"HX-Request": "true"} | options.pop("headers", {})
        return self.browser.open(address, method=method.upper(), headers=headers, **options)


def create_people() -> None:
    """Create all people in a new installation. Needs an app context."""
    password_hash = hash_password(PASSWORD)
    given = {"password": PASSWORD, "hash_password": lambda _password: password_hash}
    alice = create_owner(
        email=EMAILS["alice"],
        name="Alice",
        account_name="Agency",
        time_zone="Europe/Berlin",
        country="DE",
        **given,
    )
    add_person(alice, email=EMAILS["bob"], name="Bob", role=Role.MARKETER, **given)
    add_person(alice, email=EMAILS["vera"], name="Vera", role=Role.VIEWER, **given)
    branch_id = create_sub_account(alice, name="Branch")
    assert alice.user_id is not None
    branch = actor_of(alice.user_id, branch_id, "terminal")
    add_person(branch, email=EMAILS["sam"], name="Sam", role=Role.OWNER, **given)
    with transaction():
        elsewhere = store.add_account("Elsewhere", "agency", "UTC", "US")
        mallory = store.add_user(EMAILS["mallory"], "Mallory", password_hash)
        store.add_membership(elsewhere.id, mallory.id, Role.OWNER)


def sign_in(app: Flask, name: str) -> Person:
    """Sign a person in; their browser sends a valid CSRF token with every request."""
    with app.app_context():
        user = queries.user_by_email(EMAILS[name])
        assert user is not None
        actor = actor_of(user.id, None, "127.0.0.1")
        token = begin_session(user.id, user.fs_uniquifier, is_remembered=False)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update(_user_id=token, _fresh=True, fs_cc="set", csrf_token="the same in all tests")
    signer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    browser.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps("the same in all tests")
    return Person(actor, browser)


@dataclass(frozen=True)
class Program:
    """A program with an API token of a person; every request is JSON."""

    actor: Actor
    client: FlaskClient
    token: str

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers, **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.send("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Any:
        return self.send("DELETE", path, **options)


def program_of(app: Flask, person: Person, *scopes: str) -> Program:
    """Give a person a token with these scopes, or with all of their role."""
    wanted = scopes or [one.value for one in Permission if person.actor.may(one)]
    with app.app_context():
        _, token = create_token(person.actor, name="Test program", scopes=wanted, days=None)
    return Program(person.actor, app.test_client(), token)
