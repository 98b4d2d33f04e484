"""Sign-ins and refusals are logged, each as an event of its own, without names and addresses."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.platform import web
from app.platform.logs import log
from tests.people import Person
from tests.rooms.accounts.sign_in_page import type_in
from tests.rooms.security.test_quiet_logs import Kept

pytestmark = pytest.mark.one_database


@pytest.fixture
def lines(app: Flask):
    kept = Kept()
    log.addHandler(kept)
    yield kept.lines
    log.removeHandler(kept)


def events(lines: list[str], name: str) -> list[dict[str, object]]:
    return [told for told in map(json.loads, lines) if told["event"] == name]


def test_sign_ins_are_logged(app: Flask, alice: Person, stranger: FlaskClient, lines: list[str]) -> None:
    for address in ("Alice@Example.com", "alice@example.com ", "nobody@example.com"):
        type_in(stranger, email=address, password="not the password")
    one, two, other = (told["person"] for told in events(lines, "sign_in_failed"))
    assert one == two != other, "attempts at one person can be counted"
    assert type_in(stranger).status_code == 302
    [told] = events(lines, "signed_in")
    assert told["user"] == alice.actor.user_id and told["request"]
    stranger.post("/sign-out", data={"csrf_token": token_of(stranger)})
    assert events(lines, "signed_out")
    for secret in ("lice@", "nobody", "not the password", "correct horse"):
        assert secret not in "".join(lines)


def token_of(browser: FlaskClient) -> str:
    page = browser.get("/").text
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def test_refusals_are_logged(app: Flask, alice: Person, vera: Person, lines: list[str]) -> None:
    assert vera.post("/settings", {"account_name": "Vera’s"}).status_code == 403
    [told] = events(lines, "permission_refused")
    assert (told["user"], told["route"]) == (vera.actor.user_id, "/settings")
    alice.browser.environ_base["HTTP_X_CSRFTOKEN"] = "guessed"
    assert alice.post("/settings", {"account_name": "Theirs"}).status_code == 400
    assert [told["user"] for told in events(lines, "form_token_refused")] == [alice.actor.user_id]
    wrong = {"Authorization": "Bearer muster_guessed"}
    assert app.test_client().get("/api/v1/contacts", headers=wrong).status_code == 401
    assert len(events(lines, "token_refused")) == 1
    assert "guessed" not in "".join(lines)


def test_a_failed_page_does_not_tell_the_link_that_led_to_it(
    app: Flask, stranger: FlaskClient, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links to unsubscribe or to reset a password are as good as a password."""

    @web.public
    def fail(**_parts: str) -> str:
        raise RuntimeError("unexpected")

    monkeypatch.setitem(app.view_functions, "password_reset.choose", fail)
    assert stranger.get("/reset-password/secret-of-the-link").status_code == 500
    [told] = events(lines, "request_failed")
    assert told["route"] == "/reset-password/<token>" and told["incident"]
    assert "secret-of-the-link" not in "".join(lines)


def test_signing_out_clears_what_the_browser_kept(stranger: FlaskClient) -> None:
    type_in(stranger)
    answer = stranger.post("/sign-out", data={"csrf_token": token_of(stranger)})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
