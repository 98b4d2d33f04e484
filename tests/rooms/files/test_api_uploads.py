"""Uploads through the JSON API: what is accepted and refused, and what is said about a file (B-20)."""

import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.people import Person, Program, program_of
from tests.rooms.bulk_enrollment.jobs import start_job
from tests.unit.files.contact_files import TRAPS

PEOPLE = """E-mail,First name,Newsletter
ann@example.com,Ann,yes
ben@@example.com,Ben,no
ANN@example.com,Ann,yes
,Di,yes
"""
NOBODY = "0190a0a0-0000-7000-8000-000000000000"


def send(
    program: Program, body: str | bytes, path: str = "/uploads?file_name=people.csv", kind: str = "text/csv"
) -> Any:
    data = body.encode() if isinstance(body, str) else body
    return program.send("POST", path, data=data, content_type=kind)


def test_a_file_is_counted_and_its_columns_are_guessed(program: Program) -> None:
    answer = send(program, PEOPLE)
    assert answer.status_code == 201, answer.text
    upload = answer.json
    assert answer.headers["Location"] == f"/api/v1/uploads/{upload['id']}"
    assert (upload["file_name"], upload["rows"], upload["size"]) == ("people.csv", 4, len(PEOPLE))
    assert [(one["position"], one["name"], one["guess"], one["field"]) for one in upload["columns"]] == [
        (0, "E-mail", "email", "email"),
        (1, "First name", "first_name", "first_name"),
        (2, "Newsletter", "consent", "consent"),
    ]
    checkup = upload["checkup"]
    assert checkup["identifier"] == "email"
    assert [checkup[name] for name in ("rows", "good", "duplicates", "bad", "blank")] == [4, 1, 1, 1, 1]
    assert {one["code"] for one in checkup["problems"]} >= {"duplicate", "blank"}
    assert upload["new_contacts"] == {"new": 1, "known": 0, "not_contactable": 0}
    layout = upload["layout"]
    assert (layout["delimiter"], layout["header_line"], layout["sheet"]) == ("comma", 1, None)
    assert upload["consent"]["is_open"] is False
    assert program.get(f"/uploads/{upload['id']}").json == upload


def test_a_file_may_come_in_a_form(program: Program) -> None:
    data = {"file": (io.BytesIO(PEOPLE.encode()), "../../list.csv")}
    answer = program.send("POST", "/uploads", data=data, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    assert (answer.json["file_name"], answer.json["rows"]) == ("list.csv", 4)
    again = send(program, PEOPLE)
    assert again.json["earlier_uploads"] == [answer.json["id"]]


def test_open_questions_come_with_their_answers(program: Program) -> None:
    consent = send(program, "Email,Status\na@example.com,Active\nb@example.com,Archived\n").json["consent"]
    assert consent["is_open"] is True
    [question] = consent["columns"]
    assert (question["name"], question["position"], question["answer"]) == ("Status", 1, None)
    assert question["question"] == "Does “Status” say who may be contacted?"
    assert {one["value"] for one in question["values"]} == {"Active", "Archived"}
    assert {"ignore", "consent", "opt_out"} <= {one["field"] for one in question["answers"]}


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", "text/csv", 422, "INVALID_FILE"),
        (b"Email\n", "text/csv", 422, "INVALID_FILE"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "text/csv", 422, "INVALID_FILE"),
        (b"<!DOCTYPE html><html><body>Hi</body></html>", "text/plain", 422, "INVALID_FILE"),
        (b'{"a": 1}', "application/json", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"Email\na@example.com\n", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x", 422, "VALIDATION_ERROR"),
        (b"nothing", "multipart/form-data", 422, "VALIDATION_ERROR"),
    ],
)
def test_what_is_no_file_of_contacts_is_refused(
    program: Program, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = send(program, body, kind=kind)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json" and answer.json["detail"]


@pytest.mark.parametrize("name", sorted(path.name for path in TRAPS.iterdir())[:8])
def test_trap_files_are_never_an_error_of_ours(program: Program, name: str) -> None:
    answer = send(
        program, (TRAPS / name).read_bytes(), f"/uploads?file_name={name}", "application/octet-stream"
    )
    assert answer.status_code in (201, 422), answer.text


def test_a_file_that_is_too_large(app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        app.extensions, "settings", replace(app.extensions["settings"], max_upload_bytes=1000)
    )
    answer = send(program, "Email\n" + "ann@example.com\n" * 100)
    assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (413, "TOO_LARGE", 1000)
    answer = send(program, "Email\n" + "ann@example.com\n" * 100_000)
    assert (answer.status_code, answer.json["code"]) == (413, "TOO_LARGE")


def test_a_file_with_too_many_rows(app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], max_import_rows=2))
    answer = send(program, PEOPLE)
    assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (
        400,
        "CONTACT_LIMIT_EXCEEDED",
        2,
    )


def test_who_may_not(app: Flask, program: Program, alice: Person, vera: Person, mallory: Person) -> None:
    upload = send(program, PEOPLE).json["id"]
    for refused in (program_of(app, vera), program_of(app, alice, "report:view", "workflow:manage")):
        assert send(refused, PEOPLE).status_code == 403
        assert refused.get(f"/uploads/{upload}").status_code == 403
        assert refused.delete(f"/uploads/{upload}").status_code == 403
    elsewhere = program_of(app, mallory)
    for ask in (elsewhere.get, elsewhere.delete, lambda path: elsewhere.patch(path, {"header_line": 0})):
        for public_id in (upload, NOBODY, "x", "%00", "1"):
            answer = ask(f"/uploads/{public_id}")
            assert (answer.status_code, answer.json["code"]) == (404, "NOT_FOUND")
    assert program.get(f"/uploads/{upload}").status_code == 200


def test_a_file_that_nobody_uses_can_be_deleted(app: Flask, program: Program, alice: Person) -> None:
    upload = send(program, PEOPLE).json["id"]
    deleted = program.delete(f"/uploads/{upload}")
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert program.get(f"/uploads/{upload}").status_code == 404
    job = start_job(app, alice.actor, "Email\nann@example.com\n", None)
    in_use = program.get(f"/bulk-enrollment/jobs/{job}").json["upload_id"]
    answer = program.delete(f"/uploads/{in_use}")
    assert (answer.status_code, answer.json["code"]) == (409, "CONFLICT")
    assert program.get(f"/uploads/{in_use}").status_code == 200


def test_a_file_is_read_another_way(app: Flask, program: Program) -> None:
    text = "Contacts of the fair;;\nE-Mail;Ort;Name\nann@gmial.com;K\u00f6ln;Ann\n"
    upload = send(program, text.encode("windows-1252")).json
    path = f"/uploads/{upload['id']}"
    assert (upload["layout"]["encoding"], upload["layout"]["header_line"]) == ("cp1252", 2)
    changed = program.patch(path, {"encoding": "latin-1", "header_line": 0})
    assert changed.status_code == 200, changed.text
    assert changed.headers["Content-Location"] == f"/api/v1{path}"
    assert changed.json["layout"]["header_line"] == 0 and changed.json["rows"] > 1
    fixed = program.patch(path, {"header_line": 2, "fix_addresses": True}).json
    assert (fixed["layout"]["fixed_addresses"], fixed["checkup"]["typos"]) == (1, [])
    assert program.patch(path, {"fix_addresses": False}).json["checkup"]["typos"][0]["domain"] == "gmial.com"
    for body, field in (
        ({"encoding": "klingon"}, "encoding"),
        ({"sheet": "People"}, "sheet"),
        ({"delimiter": "x"}, "delimiter"),
        ({"header_line": -1}, "header_line"),
        ({"colour": "red"}, "colour"),
    ):
        refused = program.patch(path, body)
        assert (refused.status_code, list(refused.json["fields"])) == (422, [field]), refused.text


def test_a_file_that_a_job_uses_stays_as_it_is(app: Flask, program: Program, alice: Person) -> None:
    job = start_job(app, alice.actor, "Email,Name\nann@example.com,Ann\n", None)
    used = program.get(f"/bulk-enrollment/jobs/{job}").json["upload_id"]
    other = program.patch(f"/uploads/{used}", {"header_line": 0})
    assert other.status_code == 200 and other.json["id"] != used
    assert other.headers["Content-Location"] == f"/api/v1/uploads/{other.json['id']}"
    assert program.get(f"/uploads/{used}").json["layout"]["header_line"] == 1
