"""Contacts through the JSON API: list, add, read, change."""

import json
import threading
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from app.contacts.application import ensure_fields
from app.platform.tenancy import acting_for
from tests.people import Person, Program, program_of
from tests.rooms.contacts.people import add

ANN = {"email": "ann@example.com", "first_name": "Ann", "consent_basis": "opt_in"}


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json["data"]]


def own_field(app: Flask, person: Person, label: str) -> str:
    with app.app_context(), acting_for(person.actor.account_id):
        [key] = ensure_fields(person.actor.account_id, [label])
    return key


def test_a_contact_is_added_and_read(app: Flask, program: Program, alice: Person) -> None:
    size = own_field(app, alice, "Shoe size")
    body = ANN | {
        "phone": "030 1234567",
        "birthday": "1990-04-23",
        "time_zone": "america/new york",
        "tags": ["lead", "VIP"],
        "custom": {size: "42"},
        "consent_source": "Form",
    }
    answer = program.post("/contacts", body)
    assert answer.status_code == 201, answer.text
    contact = answer.json
    assert answer.headers["Location"] == f"/api/v1/contacts/{contact['id']}"
    assert (contact["email"], contact["phone"], contact["birthday"]) == (
        "ann@example.com",
        "+49301234567",
        "1990-04-23",
    )
    assert contact["time_zone"] == "America/New_York"
    assert (contact["tags"], contact["custom"], contact["status"]) == (
        ["lead", "VIP"],
        {size: "42"},
        "active",
    )
    assert (contact["consent"]["basis"], contact["consent"]["source"]) == ("opt_in", "Form")
    read = program.get(f"/contacts/{contact['id']}")
    assert read.json == contact and read.headers["ETag"] == answer.headers["ETag"]


def test_an_address_that_is_taken_names_its_contact(program: Program) -> None:
    first = program.post("/contacts", ANN).json["id"]
    answer = program.post("/contacts", ANN | {"email": "ANN@Example.com"})
    assert (answer.status_code, answer.json["code"], answer.json["contact_id"]) == (409, "CONFLICT", first)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"first_name": "Ann", "consent_basis": "opt_in"}, "email"),
        (ANN | {"email": "ann@@example.com"}, "email"),
        (ANN | {"consent_basis": "hearsay"}, "consent_basis"),
        ({"email": "ann@example.com"}, "consent_basis"),
        (ANN | {"first_name": "x" * 121}, "first_name"),
        (ANN | {"first_name": 7}, "first_name"),
        (ANN | {"birthday": "soon"}, "birthday"),
        (ANN | {"time_zone": "Mars/Olympus"}, "time_zone"),
        (ANN | {"tags": ["a,b"]}, "tags"),
        (ANN | {"tags": "lead"}, "tags"),
        (ANN | {"custom": {"nothing": "1"}}, "custom.nothing"),
        (ANN | {"custom": []}, "custom"),
        (ANN | {"status": "active"}, "status"),
        (ANN | {"first_name": "a\u0000"}, "first_name"),
    ],
)
def test_bad_input_is_named(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.send("POST", "/contacts", data=json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (422, "VALIDATION_ERROR"), answer.text
    assert field in answer.json["fields"], answer.json
    assert program.get("/contacts").json["data"] == []


def test_a_request_sent_twice_adds_once(app: Flask, program: Program) -> None:
    key = {"Idempotency-Key": "one"}
    answers: list[Any] = []

    def post() -> None:
        answers.append(
            Program(program.actor, app.test_client(), program.token).post("/contacts", ANN, headers=key)
        )

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.text for answer in answers}) == 1
    assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in answers) == ["", "true", "true"]
    other = program.post("/contacts", ANN | {"email": "ben@example.com"}, headers=key)
    assert (other.status_code, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert len(program.get("/contacts").json["data"]) == 1


def test_changes_are_all_made_or_none(app: Flask, program: Program) -> None:
    contact = program.post("/contacts", ANN | {"tags": ["lead"], "city": "Bath"}).json
    path = f"/contacts/{contact['id']}"
    answer = program.patch(
        path, {"city": "Bristol", "add_tags": ["customer"], "remove_tags": ["LEAD", "none"]}
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json["city"], answer.json["tags"], answer.json["first_name"]) == (
        "Bristol",
        ["customer"],
        "Ann",
    )
    refused = program.patch(path, {"city": None, "add_tags": ["a,b"]})
    assert refused.status_code == 422
    assert program.get(path).json == answer.json
    assert program.patch(path, {"city": None}).json["city"] is None
    assert program.patch(path, {}).json["city"] is None
    assert program.patch(path, {"email": None}).status_code == 422, "no address is left"


def test_status_is_changed_with_a_reason(program: Program) -> None:
    path = f"/contacts/{program.post('/contacts', ANN).json['id']}"
    assert program.patch(path, {"status": "unsubscribed"}).json["status"] == "unsubscribed"
    assert program.patch(path, {"status": "unsubscribed"}).status_code == 200
    refused = program.patch(path, {"status": "active"})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["reason"])
    back = program.patch(path, {"status": "active", "reason": "Asked on the phone"}).json
    assert (back["status"], back["consent"]["source"]) == ("active", "Asked on the phone")
    assert program.patch(path, {"status": "blocked"}).status_code == 422


def test_a_version_that_was_not_seen_is_not_changed(program: Program) -> None:
    made = program.post("/contacts", ANN)
    path, seen = f"/contacts/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    first = program.patch(path, {"add_tags": ["lead"]}, headers=seen)
    assert first.status_code == 200 and first.headers["ETag"] != made.headers["ETag"]
    second = program.patch(path, {"city": "Bath"}, headers=seen)
    assert (second.status_code, second.json["code"]) == (412, "CHANGED_MEANWHILE")
    assert program.get(path).json == first.json
    assert (
        program.patch(path, {"city": "Bath"}, headers={"If-Match": first.headers["ETag"]}).status_code == 200
    )
    assert program.patch(path, {"city": "Bath"}, headers={"If-Match": "*"}).status_code == 200


def test_pages_lead_to_the_end(app: Flask, program: Program, alice: Person) -> None:
    made = [add(app, alice.actor, f"p{number}@example.com", first_name="Pat") for number in range(7)]
    for asked, expected in (("", made[::-1]), ("&q=pat", made)):
        path, found, pages = f"/contacts?limit=3&fields=id{asked}", [], 0
        while path:
            answer = program.get(path)
            found += ids(answer)
            assert all(set(one) == {"id"} for one in answer.json["data"])
            pages += 1
            path = ""
            if answer.json["next_cursor"]:
                target = answer.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
                path = target.removeprefix("/api/v1")
        assert (found, pages, "Link" in answer.headers) == (expected, 3, False)


def test_the_list_is_searched_and_filtered(app: Flask, program: Program, alice: Person) -> None:
    ann = add(app, alice.actor, "ann@example.com", first_name="Ann", tags=["lead"], city="Bath")
    ben = add(app, alice.actor, "ben@example.org", first_name="Ben", city="Bath")
    assert ids(program.get("/contacts?q=ben")) == [ben]
    assert ids(program.get("/contacts?tag=LEAD")) == [ann]
    assert ids(program.get("/contacts?status=active")) == [ben, ann]
    assert ids(program.get("/contacts?status=bounced")) == []
    for field in ("city", "contact.city"):
        rule = quote(json.dumps({"all": [{"field": field, "op": "equals", "value": "Bath"}]}))
        assert ids(program.get(f"/contacts?filter={rule}")) == [ben, ann]
        assert ids(program.get(f"/contacts?filter={rule}&tag=lead&q=ann")) == [ann]
    [found] = program.get("/contacts?q=ann&fields=email,tags").json["data"]
    assert found == {"id": ann, "email": "ann@example.com", "tags": ["lead"]}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=x",
        "cursor=" + "W10",
        "status=dead",
        "filter={",
        "filter=" + quote('{"all": [{"field": "shoe", "op": "equals", "value": 1}]}'),
        "filter=" + quote("[" * 900 + "]" * 900),
        "filter=" + quote('{"all":' * 200 + "[]" + "}" * 200),
        "filter=[]",
        "fields=password_hash",
        "q=%00",
        "tag=a&tag=b",
        "sort=name",
        "q=" + "x" * 300,
    ],
)
def test_bad_questions_are_refused(program: Program, query: str) -> None:
    answer = program.get(f"/contacts?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "VALIDATION_ERROR"), answer.text


def test_who_may_not(app: Flask, program: Program, alice: Person, vera: Person, mallory: Person) -> None:
    made = program.post("/contacts", ANN).json["id"]
    viewer = program_of(app, vera)
    assert viewer.get(f"/contacts/{made}").status_code == 200
    assert ids(viewer.get("/contacts")) == [made]
    for refused in (viewer, program_of(app, alice, "report:view")):
        assert refused.post("/contacts", ANN).status_code == 403
        assert refused.patch(f"/contacts/{made}", {"city": "Bath"}).status_code == 403
    assert program_of(app, alice, "contact:manage").get("/contacts").status_code == 403
    writes_only = program_of(app, alice, "contact:manage").patch(f"/contacts/{made}", {"city": "Bath"})
    assert writes_only.status_code == 200
    elsewhere = program_of(app, mallory)
    assert ids(elsewhere.get("/contacts")) == []
    for contact_id in (made, 0, 2**63, 10**30, "x"):
        for answer in (
            elsewhere.get(f"/contacts/{contact_id}"),
            elsewhere.patch(f"/contacts/{contact_id}", {"city": "Bath"}),
        ):
            assert (answer.status_code, answer.json["code"]) == (404, "NOT_FOUND")
    assert program.get(f"/contacts/{made}").json["city"] == "Bath"
