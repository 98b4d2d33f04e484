"""Segments through the JSON API: saved, read, changed, deleted."""

from typing import Any

import pytest
from flask import Flask

from app.contacts.application import selecting
from tests.people import Person, Program, program_of

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}
SHORT = {"all": [{"field": "tags", "op": "has_any", "value": ["lead"]}]}


def test_segments_are_listed_by_name(app: Flask, alice: Person, mallory: Person, program: Program) -> None:
    with app.app_context():
        for name in ("Leads", "Customers"):
            selecting.save_segment(alice.actor, name, LEADS)
    found = program.get("/segments").json
    assert [one["name"] for one in found["data"]] == ["Customers", "Leads"]
    assert found["data"][0]["filter"] == LEADS and found["next_cursor"] is None
    assert program_of(app, mallory).get("/segments").json["data"] == []


def test_a_segment_is_saved_changed_and_deleted(program: Program) -> None:
    key = {"Idempotency-Key": "one"}
    made = program.post("/segments", {"name": " Leads ", "filter": SHORT}, headers=key)
    assert made.status_code == 201, made.text
    segment = made.json
    assert (segment["name"], segment["filter"]) == ("Leads", LEADS)
    path = f"/segments/{segment['id']}"
    assert made.headers["Location"] == f"/api/v1{path}"
    assert program.post("/segments", {"name": " Leads ", "filter": SHORT}, headers=key).json == segment
    read = program.get(path)
    assert read.json == segment and read.headers["ETag"] == made.headers["ETag"]
    renamed = program.patch(path, {"name": "Hot leads"}, headers={"If-Match": read.headers["ETag"]})
    assert (renamed.json["name"], renamed.json["filter"]) == ("Hot leads", LEADS)
    stale = {"If-Match": read.headers["ETag"]}
    assert program.patch(path, {"name": "Leads"}, headers=stale).status_code == 412
    assert program.delete(path, headers=stale).status_code == 412
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == program.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filter": SHORT}, "name"),
        ({"name": "", "filter": SHORT}, "name"),
        ({"name": "   ", "filter": SHORT}, "name"),
        ({"name": "x" * 121, "filter": SHORT}, "name"),
        ({"name": "Leads"}, "filter"),
        ({"name": "Leads", "filter": {}}, "filter"),
        ({"name": "Leads", "filter": None}, "filter"),
        ({"name": "Leads", "filter": {"all": [{"field": "shoe", "op": "equals", "value": 1}]}}, "filter"),
        ({"name": "Leads", "filter": SHORT, "criteria": SHORT}, "criteria"),
    ],
)
def test_bad_input_is_named(program: Program, body: Any, field: str) -> None:
    refused = program.post("/segments", body)
    assert (refused.status_code, list(refused.json["fields"])) == (422, [field]), refused.text
    segment = program.post("/segments", {"name": "Mine", "filter": SHORT}).json
    if field in body:
        refused = program.patch(f"/segments/{segment['id']}", body)
        assert (refused.status_code, list(refused.json["fields"])) == (422, [field]), refused.text
    assert program.get(f"/segments/{segment['id']}").json == segment


def test_a_name_is_taken_once(program: Program) -> None:
    program.post("/segments", {"name": "Leads", "filter": SHORT})
    taken = program.post("/segments", {"name": "LEADS", "filter": SHORT})
    assert (taken.status_code, list(taken.json["fields"])) == (409, ["name"])


def test_who_may_not(app: Flask, program: Program, vera: Person, mallory: Person) -> None:
    path = f"/segments/{program.post('/segments', {'name': 'Leads', 'filter': SHORT}).json['id']}"
    for person, status in ((vera, 403), (mallory, 404)):
        one = program_of(app, person)
        assert one.patch(path, {"name": "Mine"}).status_code == status
        assert one.delete(path).status_code == status
    assert program_of(app, vera).get(path).status_code == 200
