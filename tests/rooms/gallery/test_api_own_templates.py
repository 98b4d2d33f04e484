"""Custom templates through the API: created, changed as versions, deleted softly (T-11, T-16)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app.activity.infrastructure.queries import audit_entries
from app.gallery.presentation.api_schemas import NewTemplate, TemplateWithDefinition
from app.platform.database import session
from app.workflows.domain import EXAMPLE
from app.workflows.infrastructure import queries as workflow_queries
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import add_template, system_id
from tests.rooms.gallery.test_api_templates import TEMPLATES, UNKNOWN, listed
from tests.rooms.workflows.drafts import draft
from tests.unit.workflows.documents import branch, definition, email, off, path, rule, step, wait

NEW = {"name": "Ours", "definition": EXAMPLE}


def created(program: Program, **given: Any) -> dict[str, Any]:
    answer = program.post(TEMPLATES, NEW | given)
    assert answer.status_code == 201, answer.text
    return answer.json


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    assert answer.json["code"] == code, answer.text
    return answer.json


def test_a_template_is_created_and_found(app: Flask, program: Program) -> None:  # T-16
    answer = program.post(
        TEMPLATES,
        NEW | {"description": " For  leads. ", "category": "onboarding", "tags": ["Fair", "fair", "B2B"]},
    )
    assert answer.status_code == 201, answer.text
    made = answer.json
    TemplateWithDefinition.model_validate(made, strict=False)
    assert answer.headers["Location"] == f"/api/v1{TEMPLATES}/{made['id']}"
    assert (made["is_system"], made["version"], made["key"]) == (False, 1, None)
    assert (made["description"], made["tags"]) == ("For leads.", ["fair", "b2b"])
    assert made["created_by"] == program.actor.user_id
    assert made["definition"] == EXAMPLE
    again = program.get(f"{TEMPLATES}/{made['id']}")
    assert again.json == made and again.headers["ETag"] == answer.headers["ETag"]
    assert made["id"] in {one["id"] for one in listed(program, f"{TEMPLATES}?category=onboarding")}
    assert listed(program, f"{TEMPLATES}?q=ours")[0]["id"] == made["id"]
    with app.app_context():
        entry = audit_entries(program.actor.account_id)[0]
    assert (entry.action, entry.subject_id, entry.facts["name"]) == ("template_created", made["id"], "Ours")


def test_the_example_of_the_reference_is_valid(program: Program) -> None:
    [example] = NewTemplate.model_config["json_schema_extra"]["examples"]  # type: ignore[index, call-overload]
    assert program.post(TEMPLATES, example).status_code == 201


def test_what_is_usual_is_filled_in(program: Program) -> None:
    short = {
        "format": 1,
        "trigger": {"type": "manual"},
        "steps": [{"id": "a", "type": "add_tag", "config": {"tag": "x"}}],
    }
    made = created(program, definition=short)
    assert made["definition"]["steps"][0]["enabled"] is True
    assert made["definition"]["goals"] == {"match": "any", "items": []}
    assert made["category"] == "custom"


def test_a_workflow_becomes_a_template(app: Flask, program: Program) -> None:  # T-09
    workflow = draft(app, program.actor, definition=definition(email(), wait("pause")), description="Ours.")
    answer = program.post(TEMPLATES, {"name": "From a workflow", "workflow_id": workflow})
    assert answer.status_code == 201, answer.text
    assert answer.json["description"] == "Ours."
    assert [one["id"] for one in answer.json["definition"]["steps"]] == ["hello", "pause"]


def test_workflows_of_others_become_no_template(app: Flask, program: Program, mallory: Person) -> None:
    theirs = draft(app, mallory.actor)
    for workflow in (theirs, UNKNOWN, "x"):
        refused(program.post(TEMPLATES, {"name": "X", "workflow_id": workflow}), 404, "WORKFLOW_NOT_FOUND")


def test_a_system_template_can_be_copied(app: Flask, program: Program) -> None:  # T-16
    original = program.get(f"{TEMPLATES}/{system_id(app, 'new-lead-welcome')}").json
    made = created(program, name=original["name"], definition=original["definition"])
    assert made["definition"] == original["definition"]
    for name in ("needs", "missing", "steps", "days", "channels"):
        assert made[name] == original[name]


def test_contact_fields_that_do_not_exist_are_asked_about(app: Flask, program: Program) -> None:  # T-11
    document = definition(email("hello", "Your {{ contact.custom.favorite_color }}"))
    problem = refused(program.post(TEMPLATES, NEW | {"definition": document}), 422, "INVALID_TEMPLATE")
    assert problem["new_fields"] == ["Favorite color"] and problem["confirm"] == "new_fields"
    made = created(program, definition=document, new_fields=True)
    clone = program.post(f"{TEMPLATES}/{made['id']}/clone", {"name": "Colors"})
    assert clone.status_code == 201, clone.text
    with app.app_context():
        assert "favorite_color" in workflow_queries.custom_field_keys(program.actor.account_id)
    created(program, name="Now it exists", definition=document)


def branch_of(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = email("deepest")
    for level in range(depth):
        inner = branch(
            f"b{level}", path(f"p{level}", "X", {"all": [rule("contact.city", "equals", "X")]}, inner)
        )
    return inner


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "format"),
        ({"format": 2, "trigger": {"type": "manual"}, "steps": []}, "newer version"),
        ({"format": 1}, "Choose what starts this workflow"),
        (definition(), "Add at least one action"),
        (definition(wait("pause")), "Add at least one action"),
        (definition(off(email())), "Every action is switched off"),
        (definition(email("hello", "")), "Subject is missing"),
        (definition(email("hello", "Hi {{ contact.frist_name }}")), "doesn’t exist"),
        (definition(email("hello", "Hi {% if %}")), "Step 1"),
        (definition(email(), email()), "already in use"),
        (definition(email(), step("s", "fly")), "isn’t a type"),
        (definition(email(), step("s", "enroll_in_workflow", workflow=UNKNOWN)), "no longer exists"),
        (definition(step("stop", "stop"), email()), "No contact ever reaches"),
        (definition(*(email(f"e{number}") for number in range(101))), "the maximum is 100"),
        (definition(*(email(f"e{number}") for number in range(5000))), "the maximum is 100"),
        (definition(branch_of(8)), "the maximum is 6"),
        (definition(email("hello", "Hi", "x" * 20_001)), "at most 20,000"),
        (definition(email("hello", "Hi", "x" * 2_600_000)), "too large"),
        (definition(email()) | {"script": "<script>"}, "isn’t part of a workflow"),
        (definition(step("t", "add_tag", tag=[[[]]])), "enter the tag as text"),
        (definition(email(), trigger={"type": "tag_added", "config": {"tag": "{{ x }}"}}), "merge tags"),
        ({"format": True, "steps": "x"}, "format"),
        ({"format": 1, "trigger": [], "steps": {}, "goals": [1]}, "must be a list"),
    ],
)
def test_a_definition_that_would_not_run_is_refused(program: Program, document: Any, says: str) -> None:
    """T-11."""
    answer = program.post(TEMPLATES, NEW | {"definition": document})
    problem = refused(answer, 422, "INVALID_TEMPLATE")
    assert says in json.dumps(answer.json, ensure_ascii=False)
    assert problem["problems"] and len(problem["problems"]) <= 300
    assert all(one.keys() == {"step", "name", "field", "message"} for one in problem["problems"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "X"},
        {"name": "X", "definition": EXAMPLE, "workflow_id": UNKNOWN},
        {"name": "X", "definition": None},
        {"name": "X", "definition": []},
        {"name": "X", "definition": "{}"},
        {"name": "", "definition": EXAMPLE},
        {"name": "   ", "definition": EXAMPLE},
        {"name": 7, "definition": EXAMPLE},
        {"name": "x" * 121, "definition": EXAMPLE},
        NEW | {"name": "a\0b"},
        NEW | {"description": "x" * 1001},
        NEW | {"category": "none"},
        NEW | {"tags": ["x" * 41]},
        NEW | {"tags": [str(number) for number in range(13)]},
        NEW | {"tags": [""]},
        NEW | {"tags": [" "]},
        NEW | {"tags": "a"},
        NEW | {"note": "x" * 501},
        NEW | {"new_fields": "yes"},
        NEW | {"is_system": True},
        NEW | {"account_id": 1},
        [],
        "x",
        None,
    ],
)
def test_wrong_bodies_are_refused(program: Program, body: Any) -> None:
    if body is None:
        answer = program.client.post(
            f"/api/v1{TEMPLATES}",
            data="{",
            content_type="application/json",
            headers={"Authorization": f"Bearer {program.token}"},
        )
    else:
        answer = program.post(TEMPLATES, body)
    refused(answer, 422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name":"X","definition":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
        b'{"name":"X","definition":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"name":"X","definition":{"format":' + b"9" * 5000 + b"}}",
        b'{"name":"X","definition":{"format":1e999}}',
        b'{"name":"X","definition":{"format":NaN}}',
        b'{"name":"\\ud800","definition":{}}',
        b'{"name":"X","definition":{"\\u0000":1}}',
        b"\xff\xfe",
        b"",
    ],
)
def test_hostile_json_is_refused(program: Program, raw: bytes) -> None:
    answer = program.client.post(
        f"/api/v1{TEMPLATES}",
        data=raw,
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}"},
    )
    assert answer.status_code == 422, answer.text


def test_other_media_types_and_huge_bodies_are_refused(program: Program) -> None:
    headers = {"Authorization": f"Bearer {program.token}"}
    send = program.client.post
    assert send(f"/api/v1{TEMPLATES}", data=b"name: X", headers=headers).status_code == 415
    huge = send(
        f"/api/v1{TEMPLATES}", data=b" " * 4_000_000, content_type="application/json", headers=headers
    )
    refused(huge, 413, "TOO_LARGE")


def test_markup_in_texts_stays_text(program: Program, alice: Person) -> None:
    name = "<script>alert('x')</script>"
    made = created(program, name=name, description=name, tags=["<b>x</b>"])
    assert made["name"] == name
    for page in ("/templates?category=custom", f"/templates/{made['id']}", "/activity"):
        answer = alice.get(page)
        assert answer.status_code == 200 and name not in answer.text and "&lt;script&gt;" in answer.text


def test_a_repeated_request_creates_one_template(program: Program) -> None:
    headers = {"Idempotency-Key": "one"}
    first = program.post(TEMPLATES, NEW, headers=headers)
    second = program.post(TEMPLATES, NEW, headers=headers)
    assert first.status_code == second.status_code == 201
    assert second.json == first.json and second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(listed(program, f"{TEMPLATES}?category=custom")) == 1
    other = program.post(TEMPLATES, NEW | {"name": "Other"}, headers=headers)
    refused(other, 422, "IDEMPOTENCY_KEY_REUSED")


@pytest.fixture
def small_app(app: Flask) -> Iterator[Flask]:
    """The app with a limit of two custom templates."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, max_templates=2)
    yield app
    app.extensions["settings"] = before


def test_a_standard_account_has_a_limit(small_app: Flask, sam: Person) -> None:  # T-16
    program = program_of(small_app, sam)
    first = created(program, name="One")
    created(program, name="Two")
    problem = refused(program.post(TEMPLATES, NEW), 429, "TEMPLATE_LIMIT_REACHED")
    assert problem["limit"] == 2
    assert program.delete(f"{TEMPLATES}/{first['id']}").status_code == 204
    created(program, name="Three")


def test_an_agency_has_none(small_app: Flask, program: Program) -> None:  # T-16
    for number in range(4):
        created(program, name=f"Number {number}")


def test_every_change_is_a_version(app: Flask, program: Program) -> None:  # T-13
    made = created(program)
    address = f"{TEMPLATES}/{made['id']}"
    shorter = definition(email("hello", "Short"))
    answer = program.patch(address, {"definition": shorter, "tags": ["short"], "note": "Shorter"})
    assert answer.status_code == 200, answer.text
    assert (answer.json["version"], answer.json["steps"], answer.json["tags"]) == (2, 1, ["short"])
    assert answer.json["name"] == "Ours" and answer.json["updated_at"] > made["updated_at"]
    renamed = program.patch(address, {"name": "New name"}).json
    assert renamed["version"] == 3 and renamed["definition"]["steps"] == answer.json["definition"]["steps"]
    same = program.patch(address, {"name": "New name", "definition": renamed["definition"]})
    assert same.json == renamed
    assert program.patch(address, {}).json == renamed
    assert program.get(f"{address}/versions/1").json["definition"] == EXAMPLE
    assert listed(program, f"{TEMPLATES}?q=new%20name")[0]["id"] == made["id"]
    with app.app_context():
        entries = audit_entries(program.actor.account_id)[:2]
    assert [entry.facts["changed"] for entry in entries] == [["name"], ["tags", "definition"]]


def test_a_change_is_validated_as_a_whole(program: Program) -> None:
    made = created(program)
    address = f"{TEMPLATES}/{made['id']}"
    refused(program.patch(address, {"name": "X", "definition": {}}), 422, "INVALID_TEMPLATE")
    refused(program.patch(address, {"name": "X", "tags": [" "]}), 422, "VALIDATION_ERROR")
    for body in ({"name": None}, {"definition": None}, {"version": 7}, {"name": ""}):
        refused(program.patch(address, body), 422, "VALIDATION_ERROR")
    assert program.get(address).json == made


def test_only_the_version_that_was_seen_is_changed(program: Program) -> None:
    made = created(program)
    address = f"{TEMPLATES}/{made['id']}"
    seen = program.get(address).headers["ETag"]
    first = program.patch(address, {"name": "First"}, headers={"If-Match": seen})
    assert first.status_code == 200 and first.headers["ETag"] != seen
    late = program.patch(address, {"name": "Second"}, headers={"If-Match": seen})
    refused(late, 412, "CHANGED_MEANWHILE")
    refused(program.delete(address, headers={"If-Match": seen}), 412, "CHANGED_MEANWHILE")
    assert program.get(address).json["name"] == "First"
    assert program.delete(address, headers={"If-Match": first.headers["ETag"]}).status_code == 204


def test_system_templates_are_read_only(app: Flask, program: Program) -> None:  # T-16
    address = f"{TEMPLATES}/{system_id(app, 'new-lead-welcome')}"
    before = program.get(address).json
    refused(program.patch(address, {"name": "Ours now"}), 409, "TEMPLATE_READ_ONLY")
    refused(program.patch(address, {"definition": {}}), 409, "TEMPLATE_READ_ONLY")
    refused(program.delete(address), 409, "TEMPLATE_READ_ONLY")
    assert program.get(address).json == before


def test_a_deleted_template_is_gone_but_its_workflows_stay(app: Flask, program: Program) -> None:  # T-16
    made = created(program)
    address = f"{TEMPLATES}/{made['id']}"
    workflow = program.post(f"{address}/clone", {"name": "Mine"}).json["workflow_id"]
    answer = program.delete(address)
    assert (answer.status_code, answer.data) == (204, b"")
    for method, path_ in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/preview"),
        ("POST", "/clone"),
    ):
        body = None if method in ("GET", "DELETE") else {"name": "X"}
        refused(program.send(method, address + path_, body), 404, "TEMPLATE_NOT_FOUND")
    assert listed(program, f"{TEMPLATES}?category=custom") == []
    kept = program.get(f"/workflows/{workflow}").json
    assert kept["template"]["id"] == made["id"] and kept["template"]["name"] == "Ours"
    with app.app_context():
        entry = audit_entries(program.actor.account_id)[0]
    assert (entry.action, entry.facts["name"]) == ("template_deleted", "Ours")


def test_the_log_says_what_happened(program: Program, alice: Person) -> None:  # T-21
    made = created(program)
    program.patch(f"{TEMPLATES}/{made['id']}", {"name": "Renamed"})
    program.delete(f"{TEMPLATES}/{made['id']}")
    page = " ".join(alice.get("/activity").text.split())
    for words in ("created the template", "changed the template", "(version 2)", "deleted the template"):
        assert words in page
    assert "deleted the template “Renamed”" in page


def test_templates_of_others_are_not_changed(app: Flask, program: Program, mallory: Person) -> None:  # T-22
    theirs = add_template(app, mallory.actor, "Theirs")
    for address in (f"{TEMPLATES}/{theirs}", f"{TEMPLATES}/{UNKNOWN}", f"{TEMPLATES}/x"):
        refused(program.patch(address, {"name": "X"}), 404, "TEMPLATE_NOT_FOUND")
        refused(program.delete(address), 404, "TEMPLATE_NOT_FOUND")
    answer = program_of(app, mallory).get(f"{TEMPLATES}/{theirs}")
    assert answer.json["name"] == "Theirs"


@pytest.mark.parametrize(("method", "path_"), [("POST", ""), ("PATCH", "/{id}"), ("DELETE", "/{id}")])
def test_who_may_only_look_changes_nothing(
    app: Flask, vera: Person, alice: Person, method: str, path_: str
) -> None:
    public_id = add_template(app, alice.actor, "Ours")
    body = None if method == "DELETE" else NEW
    for program in (program_of(app, vera), program_of(app, alice, "report:view", "workflow:manage")):
        answer = program.send(method, TEMPLATES + path_.format(id=public_id), body)
        refused(answer, 403, "NOT_ALLOWED")


def test_the_scope_to_change_is_enough_to_change(app: Flask, alice: Person) -> None:
    program = program_of(app, alice, "template:manage")
    made = created(program)
    assert program.patch(f"{TEMPLATES}/{made['id']}", {"name": "Better"}).json["name"] == "Better"
    assert program.delete(f"{TEMPLATES}/{made['id']}").status_code == 204


def test_a_custom_template_is_cloned_like_any_other(app: Flask, program: Program) -> None:  # T-03
    linked = draft(app, program.actor, "Next", definition=definition(email()))
    document = definition(email("hello"), step("next", "enroll_in_workflow", workflow=linked))
    made = created(program, definition=document)
    clone = program.post(f"{TEMPLATES}/{made['id']}/clone", {})
    assert clone.status_code == 201, clone.text
    with app.app_context():
        session().expire_all()
        workflow = workflow_queries.workflow_by_public_id(program.actor.account_id, clone.json["workflow_id"])
        assert workflow is not None
        steps = workflow.definition["steps"]
    assert steps[1]["config"]["workflow"] == linked
    assert steps[0]["id"] != "hello"
    assert program.get(f"{TEMPLATES}/{made['id']}").json["times_used"] == 1
