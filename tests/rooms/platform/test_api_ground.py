"""What all operations of the JSON API share: sign-in, errors, rate limit, repeated requests, the document."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application.api_requests import answer_once
from app.platform.api.document import document
from app.platform.api.paging import read_cursor, write_cursor
from app.platform.errors import Conflict, Invalid
from tests.people import Person, Program, program_of
from tests.services.valkey import Valkey


def test_without_a_token_nothing_is_told(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "UNAUTHENTICATED"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("sent", ["Bearer muster_wrong", "Bearer x", "Basic YTpi", "Bearer", "Bearer müster"])
def test_a_wrong_token_is_refused(stranger: FlaskClient, sent: str) -> None:
    assert stranger.get("/api/v1/me", headers={"Authorization": sent}).status_code == 401


def test_cookies_do_not_count(alice: Person) -> None:
    assert alice.get("/api/v1/me").status_code == 401


def test_a_token_does_not_open_pages(program: Program) -> None:
    answer = program.client.get("/contacts", headers={"Authorization": f"Bearer {program.token}"})
    assert answer.location.startswith("/sign-in")


def test_no_cookie_is_set(program: Program) -> None:
    assert "Set-Cookie" not in program.get("/me").headers


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "NOT_FOUND"),
        ("DELETE", "/me", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/me?colour=red", 422, "VALIDATION_ERROR"),
    ],
)
def test_every_error_is_a_problem(program: Program, method: str, path: str, status: int, code: str) -> None:
    answer = program.send(method, path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status and answer.json["code"] == code
    assert answer.json["type"] == "about:blank" and answer.json["title"] and answer.json["detail"]


def test_an_unknown_parameter_is_named(program: Program) -> None:
    assert program.get("/me?colour=red").json["fields"] == {"colour": "Unknown field."}


@pytest.fixture
def slow_app(app: Flask) -> Iterator[Flask]:
    """The app with a limit of three requests per minute."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, api_requests_per_minute=3)
    yield app
    app.extensions["settings"] = before


def test_requests_are_limited_per_token(slow_app: Flask, alice: Person, bob: Person) -> None:
    program = program_of(slow_app, alice)
    left = []
    for _ in range(3):
        answer = program.get("/me")
        assert answer.status_code == 200
        left.append(answer.headers["RateLimit"].partition(";t=")[0])
    assert answer.headers["RateLimit-Policy"] == '"token";q=3;w=60'
    refused = program.get("/me")
    assert refused.status_code == 429
    assert refused.json["code"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert program_of(slow_app, bob).get("/me").status_code == 200
    assert left == ['"token";r=2', '"token";r=1', '"token";r=0']


def test_requests_that_are_not_allowed_count(slow_app: Flask, alice: Person) -> None:
    program = program_of(slow_app, alice, "report:view")
    answers = [program.post("/contacts", {"email": "a@example.com"}).status_code for _ in range(4)]
    assert answers == [403, 403, 403, 429]


def test_without_the_queue_requests_are_still_limited(slow_app: Flask, alice: Person, valkey: Valkey) -> None:
    program = program_of(slow_app, alice)
    valkey.freeze()
    try:
        answers = [program.get("/me").status_code for _ in range(4)]
    finally:
        valkey.resume()
    assert answers == [200, 200, 200, 429]


def test_a_repeated_request_gets_the_first_answer(app: Flask, alice: Person) -> None:
    made: list[int] = []

    def make() -> dict[str, Any]:
        made.append(1)
        return {"status": 201, "body": f"{len(made)}", "headers": {}}

    with app.app_context():
        first = answer_once(alice.actor, "key", "a", make)
        assert answer_once(alice.actor, "key", "a", make) == (first[0], True)
        assert first[1] is False and made == [1]
        with pytest.raises(Invalid) as refused:
            answer_once(alice.actor, "key", "b", make)
        assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


def test_keys_of_two_people_are_different(app: Flask, alice: Person, bob: Person) -> None:
    with app.app_context():
        answer_once(alice.actor, "key", "a", lambda: {"of": "alice"})
        assert answer_once(bob.actor, "key", "a", lambda: {"of": "bob"}) == ({"of": "bob"}, False)


def test_an_error_keeps_nothing(app: Flask, alice: Person) -> None:
    def fail() -> dict[str, Any]:
        raise Conflict("CONFLICT", "Not now.")

    with app.app_context():
        with pytest.raises(Conflict):
            answer_once(alice.actor, "key", "a", fail)
        assert answer_once(alice.actor, "key", "a", lambda: {}) == ({}, False)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb", "schlüssel"])
def test_a_malformed_key_is_refused(app: Flask, alice: Person, key: str) -> None:
    with app.app_context(), pytest.raises(Invalid):
        answer_once(alice.actor, key, "a", dict)


def test_the_document_is_public_and_complete(app: Flask, stranger: FlaskClient) -> None:
    answer = stranger.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json == json.loads(json.dumps(document(app)))
    assert answer.json["openapi"].startswith("3.1")
    documented = {
        (path, method.upper()) for path, methods in answer.json["paths"].items() for method in methods
    }
    served = {
        (re.sub(r"<(?:\w+(?:\(.*?\))?:)?(?:\w+_)?(\w+)>", r"{\1}", str(rule)), method)
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/v1/") and rule.endpoint != "api_document.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert documented == served


def test_operation_ids_and_schema_names_are_unique(app: Flask) -> None:
    ids = [
        operation["operationId"]
        for methods in document(app)["paths"].values()
        for operation in methods.values()
    ]
    assert len(set(ids)) == len(ids)


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_cursor(write_cursor("2026-01-01", 7), str, int) == ("2026-01-01", 7)
    assert read_cursor(None, int) is None


@pytest.mark.parametrize(
    "cursor", ["", "x", "W10", "WzFd", "bnVsbA", write_cursor(10**30), write_cursor("\x00")]
)
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(cursor, str, int)
