"""CSRF: every endpoint that changes something requires the session's token, including uploads."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.guards.test_strangers import OPEN_TO_ALL_WITH_THE_LINK, addresses, app, ids
from tests.people import Person

__all__ = ["app", "ids"]

pytestmark = pytest.mark.one_database

SIGNED = ("sms_hooks.incoming", "sms_hooks.report", "mail_hooks.receive", "event_hooks.receive")
"""Endpoints for programs, which sign their requests or know a secret address; no session could be abused."""


def test_every_change_asks_for_the_token(app: Flask, alice: Person, ids: dict[str, str]) -> None:
    del alice.browser.environ_base["HTTP_X_CSRFTOKEN"]
    wrong = []
    for rule, method, address in addresses(app, ids):
        if method == "GET" or rule.endpoint in (*OPEN_TO_ALL_WITH_THE_LINK, *SIGNED):
            continue
        answer = alice.browser.open(address, method=method, data={"sample": "1", "csrf_token": "guessed"})
        if answer.status_code != 400 or "reload it" not in answer.text:
            wrong.append(f"{method} {rule}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_token_of_another_session_is_none(alice: Person, stranger: FlaskClient) -> None:
    page = stranger.get("/sign-in").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    assert token
    alice.browser.environ_base["HTTP_X_CSRFTOKEN"] = token
    assert alice.post("/settings", {"account_name": "Theirs"}).status_code == 400


def test_signing_in_begins_a_new_session(app: Flask, stranger: FlaskClient) -> None:
    """A session that was fixed before sign-in is not valid afterwards."""
    with stranger.session_transaction() as session:
        session.update(account_id=999, csrf_token="planted")
    page = stranger.get("/sign-in").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    data = {"email": "alice@example.com", "password": "correct horse battery", "csrf_token": token}
    assert stranger.post("/sign-in", data=data).status_code == 302
    with stranger.session_transaction() as session:
        assert "account_id" not in session
        assert session.get("csrf_token") != "planted"
    assert stranger.post("/settings", data={}, headers={"X-CSRFToken": token}).status_code == 400
