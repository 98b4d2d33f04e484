"""Bodies are not read before authentication, nor beyond the limit of the view."""

import io

from flask import Flask
from flask.testing import FlaskClient

from app.platform.web.every_request import MAX_FORM_BYTES, MAX_PUBLIC_FORM_BYTES
from app.platform.web.request_bodies import MAX_FORM_FIELDS
from tests.people import Person


class Untouched(io.BytesIO):
    """A body that records whether it was read."""

    was_read = False

    def read(self, *_size: int | None) -> bytes:
        self.was_read = True
        return b""

    def readinto(self, _buffer: object) -> int:
        self.was_read = True
        return 0


def test_a_strangers_body_is_not_read(stranger: FlaskClient) -> None:
    for address in ("/contacts/import", "/contacts", "/settings"):
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            body = Untouched(b"1" * 1000)
            answer = stranger.post(address, input_stream=body, content_type=kind)
            assert answer.status_code == 303
            assert not body.was_read, f"{address} as {kind}"


def test_a_token_in_a_body_or_header_signs_nobody_in(stranger: FlaskClient) -> None:
    answer = stranger.post("/contacts", json={"auth_token": "x"}, headers={"Authentication-Token": "x"})
    assert answer.headers["Location"].startswith("/sign-in")


def test_strangers_forms_are_small(fresh_app: Flask) -> None:
    for address in ("/sign-in", "/setup", "/sign-out"):
        answer = fresh_app.test_client().post(address, data={"email": "x" * MAX_PUBLIC_FORM_BYTES})
        assert answer.status_code == 413, address


def test_forms_have_less_room_than_files(alice: Person) -> None:
    assert alice.post("/contacts", data={"first_name": "x" * MAX_FORM_BYTES}).status_code == 413
    file = io.BytesIO(
        b"Email,Note\n" + b"ann@example.com,%s\n" % (b"x" * 99_000) * (MAX_FORM_BYTES // 90_000)
    )
    answer = alice.post(
        "/contacts/import", {"file": (file, "people.csv")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303


def test_a_form_of_nothing_but_fields_is_refused(alice: Person) -> None:
    answer = alice.browser.post(
        "/contacts", data="a=1&" * MAX_FORM_FIELDS, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 422)
    assert "20,000 fields" in answer.text
