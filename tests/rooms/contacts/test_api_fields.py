"""Custom fields through the JSON API: created, renamed, converted, merged, deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.people import Person, Program, program_of

FIELDS = "/contact-fields"
SIZE = {"label": "T-shirt size", "kind": "choice", "choices": ["S", "M"]}


def test_a_field_is_created_used_and_changed(program: Program, run_tasks: Callable[[], bool]) -> None:
    made = program.post(FIELDS, SIZE)
    assert made.status_code == 201, made.text
    field = made.json
    path = f"{FIELDS}/{field['id']}"
    assert made.headers["Location"] == f"/api/v1{path}"
    assert (field["label"], field["kind"], field["choices"]) == ("T-shirt size", "choice", ["S", "M"])
    assert program.get(FIELDS).json["data"] == [field] == [program.get(path).json]
    body = {"email": "ann@example.com", "consent_basis": "opt_in", "custom": {field["key"]: "M"}}
    contact = program.post("/contacts", body)
    assert contact.status_code == 201, contact.text
    renamed = program.patch(path, {"label": "Size"}, headers={"If-Match": made.headers["ETag"]})
    assert (renamed.json["label"], renamed.json["key"], renamed.json["choices"]) == (
        "Size",
        field["key"],
        ["S", "M"],
    )
    stale = {"If-Match": made.headers["ETag"]}
    assert program.patch(path, {"label": "Shirt"}, headers=stale).status_code == 412
    assert program.delete(path, headers=stale).status_code == 412
    text = program.patch(path, {"kind": "text"})
    assert (text.json["kind"], text.json["task"]) == ("text", "convert")
    busy = program.patch(path, {"label": "Shirt"})
    assert (busy.status_code, busy.json["code"]) == (409, "CONFLICT")
    run_tasks()
    assert program.get(path).json["task"] is None
    assert program.get(f"/contacts/{contact.json['id']}").json["custom"] == {field["key"]: "M"}


def test_fields_are_merged_and_deleted(program: Program, run_tasks: Callable[[], bool]) -> None:
    old, new = (program.post(FIELDS, {"label": label}).json for label in ("Firm", "Employer"))
    body = {"email": "ann@example.com", "consent_basis": "opt_in", "custom": {old["key"]: "Lee Ltd"}}
    contact = f"/contacts/{program.post('/contacts', body).json['id']}"
    merged = program.post(f"{FIELDS}/{old['id']}/merge", {"into": new["id"]})
    assert (merged.status_code, merged.json["id"]) == (202, new["id"]), merged.text
    run_tasks()
    assert program.get(contact).json["custom"] == {new["key"]: "Lee Ltd"}
    assert [one["id"] for one in program.get(FIELDS).json["data"]] == [new["id"]]
    assert program.post(f"{FIELDS}/{new['id']}/merge", {"into": new["id"]}).status_code == 409
    unknown = program.post(f"{FIELDS}/{new['id']}/merge", {"into": old["id"]})
    assert (unknown.status_code, list(unknown.json["fields"])) == (404, ["into"])
    assert program.delete(f"{FIELDS}/{new['id']}").status_code == 204
    run_tasks()
    assert program.get(contact).json["custom"] == {}
    assert program.get(f"{FIELDS}/{new['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "label"),
        ({"label": ""}, "label"),
        ({"label": "x" * 121}, "label"),
        ({"label": "t-shirt SIZE"}, "label"),
        ({"label": "Size", "kind": "colour"}, "kind"),
        ({"label": "Size", "kind": "choice"}, "choices"),
        ({"label": "Size", "kind": "choice", "choices": [""]}, "choices.0"),
        ({"label": "Size", "type": "text"}, "type"),
    ],
)
def test_bad_input_is_named(program: Program, body: Any, field: str) -> None:
    program.post(FIELDS, SIZE)
    refused = program.post(FIELDS, body)
    assert (refused.status_code, list(refused.json["fields"])) == (422, [field]), refused.text


def test_who_may_not(app: Flask, program: Program, vera: Person, mallory: Person) -> None:
    path = f"{FIELDS}/{program.post(FIELDS, SIZE).json['id']}"
    for person, status in ((vera, 403), (mallory, 404)):
        one = program_of(app, person)
        assert one.patch(path, {"label": "Mine"}).status_code == status
        assert one.post(f"{path}/merge", {"into": 1}).status_code == status
        assert one.delete(path).status_code == status
    assert program_of(app, vera).get(path).status_code == 200
    assert program_of(app, mallory).get(FIELDS).json["data"] == []
