"""Workflows through the API: list, details, changes, activation, pause."""

import json
from typing import Any

import pytest
from flask import Flask

from app.activity.infrastructure.queries import audit_entries
from app.workflows import application as workflows
from app.workflows.application import TemplateOrigin
from app.workflows.domain import EXAMPLE
from app.workflows.presentation.api_schemas import Workflow, WorkflowWithDefinition
from tests.people import Person, Program, program_of
from tests.rooms.workflows.drafts import FROM_TEMPLATE, active, complete, draft, found, version_of
from tests.services.statements import statements
from tests.unit.workflows.documents import definition, email, sms, step, wait

WORKFLOWS = "/workflows"
UNKNOWN = "01936b1c-0000-7000-8000-000000000000"


def listed(program: Program, address: str = WORKFLOWS) -> list[dict[str, Any]]:
    """The items of the list, collected over its pages by their Link headers."""
    items: list[dict[str, Any]] = []
    while address:
        answer = program.get(address)
        assert answer.status_code == 200, answer.text
        items += answer.json["data"]
        link = answer.headers.get("Link", "")
        assert bool(link) == (answer.json["next_cursor"] is not None)
        address = link.partition(">")[0].removeprefix("</api/v1") if link else ""
        assert len(items) < 1000
    return items


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert answer.json["code"] == code, answer.text
    return answer.json


def test_the_list_is_complete_over_all_pages(app: Flask, program: Program) -> None:
    made = [draft(app, program.actor, f"Number {number}") for number in range(7)]
    assert [one["id"] for one in listed(program, f"{WORKFLOWS}?limit=3")] == made[::-1]
    whole = listed(program, f"{WORKFLOWS}?limit=100")
    assert [one["id"] for one in whole] == made[::-1]
    for one in whole:
        Workflow.model_validate(one, strict=False)
        assert one.keys() == Workflow.model_fields.keys()


def test_the_list_is_filtered(app: Flask, program: Program) -> None:
    leads = active(app, program.actor, "Spring leads", definition=complete())
    other = draft(app, program.actor, "Birthdays", template=FROM_TEMPLATE)
    assert [one["id"] for one in listed(program, f"{WORKFLOWS}?status=active")] == [leads]
    assert [one["id"] for one in listed(program, f"{WORKFLOWS}?q=lead")] == [other, leads]
    assert [one["id"] for one in listed(program, f"{WORKFLOWS}?q=lead&status=draft")] == [other]
    assert listed(program, f"{WORKFLOWS}?q=%25") == []
    shown = {one["id"]: one for one in listed(program)}
    assert (shown[leads]["version"], shown[leads]["people"]) == (1, 0)
    assert shown[other]["version"] is None
    assert shown[other]["template"]["name"] == FROM_TEMPLATE.name


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=on", "status"),
        ("limit=0", "limit"),
        ("limit=1e9", "limit"),
        ("q=" + "x" * 121, "q"),
        ("cursor=x", "cursor"),
        ("cursor=WyJ4IiwxXQ", "cursor"),
        ("cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwxXQ", "cursor"),
        ("sort=name", "sort"),
    ],
)
def test_wrong_parameters_are_named(program: Program, query: str, field: str) -> None:
    answer = program.get(f"{WORKFLOWS}?{query}")
    assert list(refused(answer, 422, "VALIDATION_ERROR")["fields"]) == [field]


def test_the_list_costs_the_same_however_long_it_is(app: Flask, program: Program) -> None:
    for number in range(9):
        draft(app, program.actor, f"Number {number}", template=FROM_TEMPLATE)
    program.get(f"{WORKFLOWS}?limit=1")
    with statements(app) as few:
        program.get(f"{WORKFLOWS}?limit=1")
    with statements(app) as many:
        assert len(program.get(f"{WORKFLOWS}?limit=9").json["data"]) == 9
    assert len(few) == len(many) <= 6


def test_details_say_what_is_in_the_way(app: Flask, program: Program, postal_address: None) -> None:
    document = definition(email("hello"), wait("pause"), sms("short"), email("broken", ""))
    public_id = draft(
        app, program.actor, definition=document, template=TemplateOrigin(10**9, 2, "X", "custom")
    )
    answer = program.get(f"{WORKFLOWS}/{public_id}")
    assert answer.status_code == 200 and answer.headers["ETag"]
    shown = answer.json
    WorkflowWithDefinition.model_validate(shown, strict=False)
    assert shown["definition"] == document
    assert (shown["steps"], shown["days"], shown["channels"]) == (4, 2, ["email", "sms"])
    [gap] = [one for one in shown["missing"] if one["kind"] == "not_connected"]
    assert gap["integration"] == "sms" and gap["message"]
    [problem] = shown["problems"]
    assert (problem["step"], problem["field"]) == ("broken", "subject")
    assert shown["template"]["id"] is None and shown["is_changed"] is False


def test_what_does_not_exist_is_not_found(app: Flask, program: Program, mallory: Person) -> None:
    theirs = draft(app, mallory.actor)
    for public_id in (theirs, UNKNOWN, "x", "%00", "a" * 3000):
        for method, path, body in (
            ("GET", "", None),
            ("PATCH", "", {"name": "X"}),
            ("POST", "/activate", {}),
            ("POST", "/pause", None),
        ):
            answer = program.send(method, f"{WORKFLOWS}/{public_id}{path}", body)
            assert answer.status_code == 404, (public_id, method, path)
            assert answer.mimetype == "application/problem+json"
    assert found(app, mallory.actor, theirs).name == "Welcome"
    assert theirs not in {one["id"] for one in listed(program)}


def test_details_are_changed_alone_or_together(app: Flask, program: Program) -> None:
    public_id = draft(app, program.actor, description="Before")
    address = f"{WORKFLOWS}/{public_id}"
    answer = program.patch(address, {"name": " New   name "})
    assert answer.status_code == 200, answer.text
    assert (answer.json["name"], answer.json["description"]) == ("New name", "Before")
    assert answer.json["enroll_again"] is False
    answer = program.patch(address, {"description": "After", "enroll_again": True})
    assert (answer.json["name"], answer.json["description"]) == ("New name", "After")
    assert answer.json["enroll_again"] is True
    assert program.patch(address, {}).json == answer.json
    assert program.get(address).json == answer.json


def test_a_definition_is_changed_and_activated(app: Flask, program: Program) -> None:
    public_id = active(app, program.actor, definition=complete())
    address = f"{WORKFLOWS}/{public_id}"
    answer = program.patch(address, {"definition": EXAMPLE, "name": "Both"})
    assert answer.status_code == 200, answer.text
    assert answer.json["definition"] == EXAMPLE and answer.json["name"] == "Both"
    assert answer.json["is_changed"] is True and answer.json["version"] == 1
    assert version_of(app, program.actor, public_id).definition == complete()
    again = program.post(f"{address}/activate", {"accept_missing": True})
    assert (again.json["version"], again.json["is_changed"]) == (2, False)
    with app.app_context():
        actions = [entry.action for entry in audit_entries(program.actor.account_id)[:3]]
    assert actions == ["workflow_activated", "workflow_renamed", "workflow_redefined"]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "format"),
        (definition(email("hello", "")), "Subject is missing"),
        (definition(email(), step("next", "enroll_in_workflow", workflow=UNKNOWN)), "no longer exists"),
        (definition(email("hello", "{{ contact.custom.nothing }}")), "doesn’t exist"),
        (definition(email("hello", "Hi", "x" * 2_600_000)), "too large"),
        (definition(*(email(f"e{number}") for number in range(101))), "the maximum is 100"),
    ],
)
def test_a_wrong_definition_changes_nothing(app: Flask, program: Program, document: Any, says: str) -> None:
    public_id = draft(app, program.actor)
    answer = program.patch(f"{WORKFLOWS}/{public_id}", {"name": "New", "definition": document})
    problem = refused(answer, 422, "VALIDATION_ERROR")
    assert says in json.dumps(answer.json, ensure_ascii=False) and problem["problems"]
    workflow = found(app, program.actor, public_id)
    assert (workflow.name, workflow.revision) == ("Welcome", 1)


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "  "},
        {"name": None},
        {"name": "x" * 121},
        {"name": "a\0b"},
        {"description": "x" * 1001},
        {"enroll_again": 1},
        {"enroll_again": None},
        {"definition": []},
        {"definition": None},
        {"status": "active"},
        [],
    ],
)
def test_wrong_bodies_are_refused(app: Flask, program: Program, body: Any) -> None:
    public_id = draft(app, program.actor)
    refused(program.patch(f"{WORKFLOWS}/{public_id}", body), 422, "VALIDATION_ERROR")
    assert found(app, program.actor, public_id).revision == 1


def test_a_name_in_use_is_asked_about(app: Flask, program: Program) -> None:
    draft(app, program.actor, "Taken")
    public_id = draft(app, program.actor, "Free")
    address = f"{WORKFLOWS}/{public_id}"
    body = {"name": "taken", "definition": EXAMPLE}
    problem = refused(program.patch(address, body), 409, "CONFIRMATION_NEEDED")
    assert problem["confirm"] == "same_name"
    assert found(app, program.actor, public_id).revision == 1
    assert program.patch(address, body | {"same_name": True}).json["name"] == "taken"


def test_only_the_revision_that_was_seen_is_changed(app: Flask, program: Program) -> None:
    address = f"{WORKFLOWS}/{draft(app, program.actor)}"
    seen = program.get(address).headers["ETag"]
    first = program.patch(address, {"name": "First"}, headers={"If-Match": seen})
    assert first.status_code == 200 and first.headers["ETag"] != seen
    refused(program.patch(address, {"name": "Second"}, headers={"If-Match": seen}), 412, "CHANGED_MEANWHILE")
    assert program.get(address).json["name"] == "First"
    assert program.patch(address, {"name": "Third"}, headers={"If-Match": "*"}).status_code == 200


def test_activation_asks_about_what_is_missing(app: Flask, program: Program, postal_address: None) -> None:
    public_id = draft(app, program.actor)
    address = f"{WORKFLOWS}/{public_id}/activate"
    problem = refused(program.post(address, {}), 409, "CONFIRMATION_NEEDED")
    assert [one["integration"] for one in problem["missing"]] == ["sms"]
    assert problem["confirm"] == "accept_missing"
    assert found(app, program.actor, public_id).status == "draft"
    answer = program.post(address, {problem["confirm"]: True})
    assert (answer.status_code, answer.json["status"], answer.json["version"]) == (200, "active", 1)
    again = program.post(address, {})
    assert again.status_code == 200 and again.json["version"] == 1
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_activation_names_every_problem(app: Flask, program: Program) -> None:
    public_id = draft(app, program.actor, definition=definition(email("hello", ""), email("again", "", "")))
    answer = program.post(f"{WORKFLOWS}/{public_id}/activate", {"accept_missing": True})
    problem = refused(answer, 422, "VALIDATION_ERROR")
    assert [(one["step"], one["field"]) for one in problem["problems"]] == [
        ("hello", "subject"),
        ("again", "subject"),
        ("again", "body"),
    ]


def test_a_workflow_is_paused_once_and_resumed(app: Flask, program: Program) -> None:
    public_id = active(app, program.actor, definition=complete())
    address = f"{WORKFLOWS}/{public_id}"
    first, second = program.post(f"{address}/pause"), program.post(f"{address}/pause")
    assert first.status_code == second.status_code == 200
    assert first.json["status"] == "paused" and second.json == first.json
    with app.app_context():
        actions = [entry.action for entry in audit_entries(program.actor.account_id)]
    assert actions.count("workflow_paused") == 1
    resumed = program.post(f"{address}/activate", {"accept_missing": True}).json
    assert (resumed["status"], resumed["version"]) == ("active", 1)


def test_what_a_status_does_not_allow_is_a_conflict(app: Flask, program: Program) -> None:
    public_id = draft(app, program.actor, definition=complete())
    address = f"{WORKFLOWS}/{public_id}"
    refused(program.post(f"{address}/pause"), 409, "CONFLICT")
    with app.app_context():
        workflows.activate(program.actor, public_id, workflows.Ask.NEVER)
        workflows.pause(program.actor, public_id)
        workflows.archive(program.actor, public_id)
    refused(program.post(f"{address}/activate", {}), 409, "CONFLICT")
    refused(program.post(f"{address}/pause"), 409, "CONFLICT")
    refused(program.patch(address, {"name": "X"}), 409, "CONFLICT")
    assert program.get(address).json["status"] == "archived"


def test_who_may_only_look_changes_nothing(app: Flask, vera: Person, alice: Person) -> None:
    public_id = draft(app, alice.actor, definition=complete())
    address = f"{WORKFLOWS}/{public_id}"
    for program in (program_of(app, vera), program_of(app, alice, "report:view", "template:manage")):
        assert program.get(address).status_code == 200
        refused(program.patch(address, {"name": "X"}), 403, "NOT_ALLOWED")
        refused(program.post(f"{address}/activate", {}), 403, "NOT_ALLOWED")
        refused(program.post(f"{address}/pause"), 403, "NOT_ALLOWED")
    writer = program_of(app, alice, "workflow:manage")
    refused(writer.get(address), 403, "NOT_ALLOWED")
    refused(writer.get(WORKFLOWS), 403, "NOT_ALLOWED")
    changed = writer.patch(address, {"name": "Better"})
    assert (changed.json["name"], changed.json["people"]) == ("Better", None)
    assert writer.post(f"{address}/activate", {"accept_missing": True}).json["status"] == "active"


def test_markup_in_texts_stays_text(app: Flask, program: Program, alice: Person) -> None:
    public_id = draft(app, program.actor)
    name = "<script>alert('x')</script>"
    assert program.patch(f"{WORKFLOWS}/{public_id}", {"name": name, "description": name}).json["name"] == name
    for page in ("/workflows", f"/workflows/{public_id}", "/activity"):
        answer = alice.get(page)
        assert answer.status_code == 200 and name not in answer.text and "&lt;script&gt;" in answer.text
