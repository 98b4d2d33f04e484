"""Helpers that use the setup page like a browser."""

from typing import Any

from flask.testing import FlaskClient

from tests.rooms.accounts.sign_in_page import token_on

GOOD = {
    "name": "Alice Sommer",
    "account_name": "Sommer & Partner",
    "email": "alice@example.com",
    "password": "correct horse battery",
    "time_zone": "Europe/Berlin",
    "country": "",
}


def fill_in(browser: FlaskClient, **fields: Any) -> Any:
    """Open the setup page and submit it; fields that are None are left out."""
    token = token_on(browser.get("/setup").text)
    data = {name: text for name, text in (GOOD | fields).items() if text is not None}
    return browser.post("/setup", data=data | {"csrf_token": token})
