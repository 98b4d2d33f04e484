"""A fresh installation is not for whoever comes by: not through somebody else's page that leads a browser to
this machine under a name of its own, not through a proxy that nobody told Muster of."""

import re
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.home.application import setup_token
from tests.rooms.home.first_visit_page import GOOD, fill_in
from tests.services.databases import Database

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


def led_to(app: Flask, host: str) -> FlaskClient:
    """A browser that knows the installation by that name."""
    browser = app.test_client()
    browser.open = partial(browser.open, base_url=f"http://{host}")  # type: ignore[method-assign]
    return browser
