"""Requests that try to get through the JSON API what they may not, or to break it. None does, and every
refusal says which part is wrong."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from app.platform.api.paging import write_cursor
from tests.guards.api_operations import address, one_of_everything, operations
from tests.people import Person, Program, program_of


@pytest.fixture(autouse=True)
def unlimited(app: Flask) -> Iterator[None]:
    """No limit on requests."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, api_requests_per_minute=0)
    yield
    app.extensions["settings"] = before


ANN = {"email": "ann@example.com", "consent_basis": "opt_in"}
JSON = "application/json"
MALFORMED = [
    b"",
    b"[]",
    b"null",
    b'"x"',
    b'{"email": "a@example.com", "email": "b@example.com", "consent_basis": "opt_in"}',
    b'{"email": "a@example.com", "consent_basis": "opt_in", "custom": {"a": "1", "a": "2"}}',
    b'{"email": NaN, "consent_basis": "opt_in"}',
    b'{"email": "a@example.com", "consent_basis": "opt_in", "custom": {"a": 1e999}}',
    b'{"email": "a@example.com\\u0000", "consent_basis": "opt_in"}',
    b'{"email": "a@example.com", "consent_basis": "opt_in", "\\ud800": 1}',
    b'{"email": "a\xff@example.com", "consent_basis": "opt_in"}',
    b'{"custom": ' + b'{"a": ' * 5_000 + b"1" + b"}" * 5_001,
    b"[" * 500_000,
    b'{"email": ' + b"9" * 100_000 + b"}",
    json.dumps(ANN).encode("utf-16"),
    b"\xef\xbb\xbf" + json.dumps(ANN).encode(),
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:40]))
def test_malformed_json_is_refused(program: Program, body: bytes) -> None:
    answer = program.send("POST", "/contacts", data=body, content_type=JSON)
    assert (answer.status_code, answer.json["code"]) == (422, "VALIDATION_ERROR"), answer.text[:300]
    assert answer.json["fields"] and len(answer.text) < 2_000
    assert program.get("/contacts").json["data"] == []


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (f"{JSON}; charset=utf-8", 201),
        ("APPLICATION/JSON", 201),
        (f"{JSON}; charset=utf-7", 201),  # JSON is UTF-8 whatever the header says
        ("text/plain", 415),
        ("text/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        (f"{JSON}, text/plain", 415),
        (f"text/plain; {JSON}", 415),
        ("application/problem+json", 415),
        ("", 415),
    ],
)
def test_only_json_is_taken_for_json(program: Program, content_type: str, status: int) -> None:
    answer = program.send("POST", "/contacts", data=json.dumps(ANN), content_type=content_type)
    assert answer.status_code == status, answer.text


def test_a_body_of_many_megabytes_is_refused(program: Program) -> None:
    body = json.dumps(ANN | {"first_name": "x" * 10_000_000})
    answer = program.send("POST", "/contacts", data=body, content_type=JSON)
    assert (answer.status_code, answer.json["code"]) == (413, "TOO_LARGE")
    assert "3 MB" in answer.json["detail"]


def test_bodies_that_would_be_ignored_are_refused(app: Flask, program: Program) -> None:
    ids, wrong = one_of_everything(program), []
    without = [one for one in operations(app) if one.method != "GET" and "requestBody" not in one.facts]
    for one in without:
        for body in (b'{"outcome": ["TIMEOUT_ERROR"]}', b"outcome=x", b"[]", b"x" * 100_000):
            answer = program.send(one.method, address(one, ids), data=body, content_type=JSON)
            if answer.status_code != 422 or list(answer.json["fields"]) != ["body"]:
                wrong.append(f"{one}: {answer.status_code} {answer.text[:200]}")
    for body in (b"", b"{}", b" {} "):
        answer = program.send("POST", f"/workflows/{ids['workflows']}/pause", data=body, content_type=JSON)
        if answer.status_code != 200:
            wrong.append(f"{body!r}: {answer.text}")
    assert len(without) > 10
    assert not wrong, "\n".join(wrong)


NUMBERS = (
    *("0", "-1", "+1", "1.0", "1e3", "0x1", "1_0", "%201", "1%20", "\u0661", "\uff11", "\u00b2", "x", "%00"),
    *("2147483648", "9223372036854775807", "9223372036854775808", "1" * 30, "9" * 3_000),
)


def test_ids_in_other_alphabets_and_sizes_do_not_exist(app: Flask, program: Program, alice: Person) -> None:
    ids, wrong = one_of_everything(program), []
    for one in operations(app):
        path = one.path
        for parameter in one.facts["parameters"]:
            if parameter["in"] != "path":
                continue
            for number in NUMBERS:
                tried = path.replace(f"{{{parameter['name']}}}", quote(number, safe="%"))
                rest = [name for name in one.parameters if name != parameter["name"]]
                for name in rest:
                    tried = tried.replace(
                        f"{{{name}}}", str(ids[path.partition(f"/{{{name}}}")[0].rpartition("/")[2]])
                    )
                answer = one.send(program, tried)
                is_too_early = one.id == "fix_failure" and answer.status_code == 409
                if answer.status_code != 404 and not is_too_early:
                    wrong.append(f"{one}: {number[:30]}: {answer.status_code} {answer.text[:200]}")
    for number in NUMBERS:
        for page in (f"/contacts/{number}", f"/contacts/segments/{number}", f"/settings/fields/{number}"):
            if alice.get(page).status_code not in (404, 308):
                wrong.append(f"{page[:60]}: {alice.get(page).status_code}")
    assert not wrong, "\n".join(wrong)


KEYS = (0, -1, -(2**40), 1, 2**31, 2**62, 2**63, -(2**63), 2**80, "", "x", "\x00", "9" * 300, None, True, 1.5)
TIMES = ("2026-01-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01")


def test_cursors_are_only_positions(app: Flask, program: Program, mallory: Person) -> None:
    ids, wrong, listed = one_of_everything(program), [], 0
    texts = [write_cursor(key) for key in KEYS]
    texts += [write_cursor(first, key) for first in (*TIMES, 1, 2**63, "x") for key in (1, 2**63, "x")]
    texts += [
        base64.urlsafe_b64encode(text).decode() for text in (b"[" * 200, b"{}", b"[[1]]", b"[NaN]", b"\xff")
    ]
    elsewhere = program_of(app, mallory)
    theirs = one_of_everything(elsewhere)
    for one in operations(app):
        if not any(parameter["name"] == "cursor" for parameter in one.facts["parameters"]):
            continue
        listed += 1
        for cursor in texts:
            answer = program.get(f"{address(one, ids)}?cursor={quote(cursor[:400])}")
            if answer.status_code not in (200, 422):
                wrong.append(f"{one}: {cursor}: {answer.status_code} {answer.text[:200]}")
            for hidden in map(str, theirs.values()):
                if len(hidden) > 30 and hidden in answer.text:
                    wrong.append(f"{one}: {cursor}: shows {hidden}")
    assert listed >= 5
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "filter",
    [
        '{"all": [], "all": [{"field": "city", "op": "is_empty"}]}',
        '{"all": [{"field": "city", "field": "status", "op": "is_empty"}]}',
        '{"all": [{"field": "created_at", "op": "in_last_days", "value": 1e999}]}',
        '{"all": [{"field": "created_at", "op": "in_last_days", "value": ' + "9" * 30 + "}]}",
        '{"all": [{"field": "created_at", "op": "in_last_days", "value": 99999999999999999999}]}',
        '{"all":' * 300 + "1" + "}" * 300,
        "[" * 3_900,
        '{"all": {"field": "city"}}',
        '{"all": [{"field": ["city"], "op": "equals", "value": "x"}]}',
        '{"all": [{"field": "city", "op": {}, "value": {}}]}',
        '{"all": [{"field": "__class__", "op": "equals", "value": 1}]}',
    ],
    ids=lambda text: text[:60],
)
def test_hostile_filters_are_refused(program: Program, filter: str) -> None:
    answer = program.get(f"/contacts?filter={quote(filter)}")
    assert (answer.status_code, list(answer.json["fields"])) == (422, ["filter"]), answer.text[:300]
    if filter.startswith('{"all": ['):
        body = f'{{"name": "x", "filter": {filter}}}'
        answer = program.send("POST", "/segments", data=body, content_type=JSON)
        assert answer.status_code == 422 and answer.json["fields"], answer.text[:300]


def test_a_key_is_used_by_one_of_many_at_once(app: Flask, program: Program) -> None:
    """Operations that create something, sent many times at once with one key, act once."""
    ids = one_of_everything(program)
    bodies: dict[str, Any] = {
        "create_contact": ANN | {"email": "zoe@example.com"},
        "create_segment": {"name": "Ours", "filter": {"all": [{"field": "city", "op": "is_empty"}]}},
        "create_contact_field": {"label": "Shoe"},
        "clone_template": {"name": "Once"},
        "create_job": {"selection": {"type": "manual", "emails": ["a@example.com"]}},
        "create_dry_run": {"selection": {"type": "manual", "emails": ["b@example.com"]}},
    }
    wrong = []
    for one in operations(app):
        if one.id not in bodies:
            continue
        answers: list[Any] = []

        def send(one: Any = one, answers: list[Any] = answers) -> None:
            copy = Program(program.actor, app.test_client(), program.token)
            key = {"Idempotency-Key": f"{one.id} at once"}
            answers.append(copy.send(one.method, address(one, ids), bodies[one.id], headers=key))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first = {answer.headers.get("Idempotent-Replayed", "first") for answer in answers}
        if len({answer.text for answer in answers}) != 1 or first != {"first", "true"}:
            wrong.append(f"{one}: {[answer.text[:200] for answer in answers]}")
    assert not wrong, "\n".join(wrong)


def test_a_kept_response_is_not_for_tokens_with_other_scopes(
    app: Flask, alice: Person, program: Program
) -> None:
    ids = one_of_everything(program)
    key = {"Idempotency-Key": "mine"}
    path = f"/bulk-enrollment/workflows/{ids['workflows']}/jobs"
    body = {"selection": {"type": "manual", "emails": ["a@example.com"]}}
    made = program.post(path, body, headers=key)
    assert made.status_code == 201
    same = program_of(app, alice)
    assert same.post(path, body, headers=key).text == made.text
    other = program_of(app, alice, "workflow:manage")
    refused = other.post(path, body, headers=key)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["Idempotency-Key"])
    assert program_of(app, alice, "report:view").post(path, body, headers=key).status_code == 403
