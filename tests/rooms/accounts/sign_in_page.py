"""Helpers that use the sign-in page like a browser."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.people import EMAILS, PASSWORD


def token_on(page: str) -> str:
    """Return the CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


def type_in(
    browser: FlaskClient,
    email: str = EMAILS["alice"],
    password: str = PASSWORD,
    address: str = "/sign-in",
    sender: str = "192.0.2.1",
    **fields: Any,
) -> Any:
    """Open the sign-in page and submit it from the given IP address."""
    page = browser.get("/sign-in").text
    data = {"csrf_token": token_on(page), "email": email, "password": password} | fields
    return browser.post(address, data=data, environ_base={"REMOTE_ADDR": sender})


def fail(app: Flask, times: int, email: str = EMAILS["alice"], sender: str = "192.0.2.1") -> None:
    """Submit a wrong password, each time in a new browser."""
    for _ in range(times):
        answer = type_in(app.test_client(), email, "not the password", sender=sender)
        assert answer.status_code == 422, answer.text
