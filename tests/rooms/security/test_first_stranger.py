"""A new installation cannot be taken over, neither by DNS rebinding nor through an unconfigured proxy."""

import re
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts.application import create_owner
from app.home.application import setup_token
from app.platform.errors import Conflict
from tests.rooms.accounts.sign_in_page import token_on
from tests.rooms.home.setup_page import GOOD, fill_in
from tests.services.databases import Database
from tests.services.hangs import no_hang

OWN_NAMES = ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "muster.localhost")
STRANGE_NAMES = (
    "example.org",
    "example.org:8000",
    "localhost.example.org",
    "127.0.0.1.example.org",
    "0.0.0.0",
)


@pytest.mark.parametrize("host", STRANGE_NAMES)
def test_set_up_under_a_strange_name_is_refused(fresh_app: Flask, host: str) -> None:
    browser = led_to(fresh_app, host)
    page = browser.get("/setup")
    token = re.search(r"X-CSRFToken&#34;: &#34;(.+?)&#34;|X-CSRFToken\": \"(.+?)\"", page.text)
    assert token is not None
    sent = browser.post("/setup", data=GOOD, headers={"X-CSRFToken": token[1] or token[2]})
    for answer in (page, sent):
        assert answer.status_code == 403
        assert "http://localhost:" in answer.text
    assert fill_in(fresh_app.test_client()).status_code == 303, "nobody has taken it meanwhile"


@pytest.mark.parametrize("host", OWN_NAMES)
def test_set_up_under_the_names_of_this_machine(fresh_app: Flask, host: str) -> None:
    assert fill_in(led_to(fresh_app, host)).status_code == 303


@pytest.mark.parametrize(
    ("public_url", "asks"),
    [("https://muster.example.com", True), ("http://localhost:8000", False), ("http://127.0.0.1", False)],
)
def test_an_address_for_other_people_asks_for_the_token(
    fresh_app: Flask, database: Database, public_url: str, asks: bool
) -> None:
    app = create_app(database.settings(PUBLIC_URL=public_url))
    with app.app_context():
        assert (setup_token(app.extensions["settings"]) is not None) == asks
    page = app.test_client().get("/setup")
    assert ("Token from the terminal" in page.text) == asks


def test_a_second_set_up_costs_no_hashing(app: Flask, database: Database) -> None:
    """Anonymous clients cannot cause password hashing once an owner exists."""
    app = create_app(database.settings())
    app.extensions["security"].pwd_context.update(argon2__time_cost=100)  # each hash takes seconds
    browser = app.test_client()
    token = token_on(browser.get("/sign-in").text)
    answer = browser.post("/setup", data=GOOD | {"csrf_token": token})
    assert answer.status_code == 409
    with no_hang():
        for _ in range(20):
            browser.post("/setup", data=GOOD | {"csrf_token": token})
    with app.app_context(), pytest.raises(Conflict):
        create_owner(email="m@example.com", password="correct horse battery", hash_password=_no_hashing)


def _no_hashing(_password: str) -> str:
    raise AssertionError("a password was hashed")


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via", "X-Real-IP"],
)
def test_a_proxy_that_nobody_told_of_makes_it_ask_for_the_token(fresh_app: Flask, header: str) -> None:
    browser = fresh_app.test_client()
    headers = {header: "203.0.113.7"}
    page = browser.get("/setup", headers=headers)
    assert "flask setup-token" in page.text
    form = GOOD | {"csrf_token": token_on(page.text)}
    assert browser.post("/setup", data=form, headers=headers).status_code == 422
    told = fresh_app.test_cli_runner().invoke(args=["setup-token"]).output.strip()
    assert browser.post("/setup", data=form | {"token": told}, headers=headers).status_code == 303


def test_trying_tokens_is_limited(fresh_app: Flask, database: Database) -> None:
    app = create_app(database.settings(PUBLIC_URL="https://muster.example.com"))
    browser = app.test_client()
    form = GOOD | {"csrf_token": token_on(browser.get("/setup").text), "token": "guessed"}
    statuses = [browser.post("/setup", data=form).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]
    refused = browser.post("/setup", data=form)
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert "Try again in 15 minutes" in refused.text


def led_to(app: Flask, host: str) -> FlaskClient:
    """Return a browser that sends this host name."""
    browser = app.test_client()
    browser.open = partial(browser.open, base_url=f"http://{host}")  # type: ignore[method-assign]
    return browser
