"""Many contacts at once through the JSON API: tag, untag, delete, export; and one erased (P-13)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.people import Person, Program, program_of

ACTIONS = "/contacts/bulk-actions"
LEADS = {"all": [{"field": "tags", "op": "has_any", "value": ["lead"]}]}


@pytest.fixture
def people(program: Program) -> list[int]:
    """Three contacts, two of them leads."""
    return [
        program.post(
            "/contacts", {"email": f"{name}@example.com", "tags": tags, "consent_basis": "opt_in"}
        ).json["id"]
        for name, tags in (("ann", ["lead"]), ("ben", ["lead", "old"]), ("cleo", []))
    ]


def tags(program: Program) -> dict[str, list[str]]:
    found = program.get("/contacts").json["data"]
    return {one["email"].partition("@")[0]: one["tags"] for one in found}


def test_a_tag_is_added_and_removed(program: Program, people: list[int]) -> None:
    made = program.post(ACTIONS, {"action": "tag", "tag": "spring", "filter": LEADS})
    assert made.status_code == 202, made.text
    action = program.get(made.headers["Location"].removeprefix("/api/v1")).json
    assert action == made.json | {"done": 2, "changed": 2, "is_over": True}
    assert (action["total"], action["action"], action["tag"]) == (2, "tag", "spring")
    assert tags(program) == {"ann": ["lead", "spring"], "ben": ["lead", "old", "spring"], "cleo": []}
    ids = {"action": "untag", "tag": "OLD", "contact_ids": [people[1], people[2]]}
    assert program.post(ACTIONS, ids).status_code == 202
    segment = program.post("/segments", {"name": "Leads", "filter": LEADS}).json["id"]
    assert (
        program.post(ACTIONS, {"action": "untag", "tag": "spring", "segment_id": segment}).status_code == 202
    )
    assert tags(program) == {"ann": ["lead"], "ben": ["lead"], "cleo": []}


def test_a_deletion_is_confirmed(program: Program, people: list[int]) -> None:
    body = {"action": "delete", "filter": LEADS}
    asked = program.post(ACTIONS, body)
    assert (asked.status_code, asked.json["code"]) == (409, "CONFIRMATION_NEEDED"), asked.text
    assert (asked.json["confirm"], asked.json["count"]) == ("confirmed", 2)
    more = program.post(ACTIONS, body | {"confirmed": 1})
    assert (more.status_code, more.json["code"], more.json["count"]) == (409, "CONFLICT", 2)
    assert len(tags(program)) == 3
    assert program.post(ACTIONS, body | {"confirmed": 2}).status_code == 202
    assert tags(program) == {"cleo": []}


def test_a_request_sent_twice_acts_once(
    app: Flask, program: Program, people: list[int], run_tasks: Callable[[], bool]
) -> None:
    answers: list[Any] = []

    def post() -> None:
        one = Program(program.actor, app.test_client(), program.token)
        body = {"action": "tag", "tag": "spring", "contact_ids": people}
        answers.append(one.post(ACTIONS, body, headers={"Idempotency-Key": "x"}))

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    [action] = {answer.json["id"] for answer in answers}
    run_tasks()
    done = program.get(f"{ACTIONS}/{action}").json
    assert (done["done"], done["changed"], done["is_over"]) == (3, 3, True)
    assert program.get(f"{ACTIONS}/{action + 1}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tag": "x", "filter": LEADS}, "action"),
        ({"action": "merge", "tag": "x", "filter": LEADS}, "action"),
        ({"action": "tag", "filter": LEADS}, "tag"),
        ({"action": "tag", "tag": "a,b", "filter": LEADS}, "tag"),
        ({"action": "untag", "tag": "nothing", "filter": LEADS}, "tag"),
        ({"action": "tag", "tag": "x"}, "body"),
        ({"action": "tag", "tag": "x", "filter": LEADS, "contact_ids": [1]}, "body"),
        ({"action": "tag", "tag": "x", "contact_ids": []}, "contact_ids"),
        ({"action": "tag", "tag": "x", "contact_ids": [2**62]}, "contact_ids"),
        ({"action": "tag", "tag": "x", "contact_ids": [2**64]}, "contact_ids.0"),
        ({"action": "tag", "tag": "x", "contact_ids": [True]}, "contact_ids.0"),
        ({"action": "tag", "tag": "x", "contact_ids": ["1"]}, "contact_ids.0"),
        ({"action": "tag", "tag": "x", "filter": {}}, "filter"),
        ({"action": "delete", "filter": LEADS, "confirmed": 0}, "confirmed"),
    ],
)
def test_bad_input_is_named(program: Program, people: list[int], body: Any, field: str) -> None:
    refused = program.post(ACTIONS, body)
    assert (refused.status_code, list(refused.json["fields"])) == (422, [field]), refused.text


def test_ids_that_nobody_has_are_named(program: Program, people: list[int]) -> None:
    gone = max(people) + 1
    refused = program.post(ACTIONS, {"action": "tag", "tag": "x", "contact_ids": [people[0], gone]})
    assert refused.status_code == 422 and str(gone) in refused.json["fields"]["contact_ids"]
    assert tags(program)["ann"] == ["lead"]


def test_contacts_are_exported(program: Program, people: list[int]) -> None:
    answer = program.post("/contacts/export", {"filter": LEADS})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.text
    rows = answer.text.splitlines()
    assert len(rows) == 3 and "Contact ID" in rows[0]
    assert "ann@example.com" in answer.text and "cleo@example.com" not in answer.text


def test_a_contact_is_erased(
    app: Flask, program: Program, people: list[int], run_tasks: Callable[[], bool]
) -> None:
    path = f"/contacts/{people[0]}"
    etag = program.get(path).headers["ETag"]
    program.patch(path, {"city": "Bath"})
    assert program.delete(path, headers={"If-Match": etag}).status_code == 412
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == program.delete(path).status_code == 404
    run_tasks()
    assert "ann" not in tags(program)


def test_who_may_not(
    app: Flask, program: Program, people: list[int], alice: Person, vera: Person, mallory: Person
) -> None:
    tag = {"action": "tag", "tag": "x", "contact_ids": people}
    for one in (program_of(app, vera), program_of(app, alice, "report:view", "workflow:manage")):
        assert one.post(ACTIONS, tag).status_code == 403
        assert one.post("/contacts/export", {"contact_ids": people}).status_code == 403
        assert one.delete(f"/contacts/{people[0]}").status_code == 403
    elsewhere = program_of(app, mallory)
    assert elsewhere.post(ACTIONS, tag).status_code == 422
    assert elsewhere.post("/contacts/export", {"contact_ids": people}).status_code == 422
    assert elsewhere.delete(f"/contacts/{people[0]}").status_code == 404
    action = program.post(ACTIONS, tag).json["id"]
    assert elsewhere.get(f"{ACTIONS}/{action}").status_code == 404
