"""Cloning a template through the API: complete, once, and refused with what to do (T-03, T-12)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app.gallery.presentation.api_schemas import Clone
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import add_template, connect, system_id, uses
from tests.rooms.gallery.test_api_own_templates import refused
from tests.rooms.gallery.test_api_templates import TEMPLATES, UNKNOWN, listed
from tests.unit.workflows.documents import definition, email, sms

WORKFLOWS = "/workflows"


@pytest.fixture
def address(app: Flask, program: Program) -> str:
    """Where the template “Gym first month” is cloned, which needs SMS."""
    return f"{TEMPLATES}/{system_id(app, 'gym-first-month')}/clone"


def test_a_clone_is_a_draft_with_an_address(app: Flask, program: Program, address: str) -> None:  # T-03
    connect(app, program.actor, "sms")
    answer = program.post(address, {"name": "Spring leads"})
    assert answer.status_code == 201, answer.text
    made = answer.json
    Clone.model_validate(made)
    assert (made["name"], made["status"], made["template_version"]) == ("Spring leads", "draft", 1)
    assert made["switched_off"] == []
    assert answer.headers["Location"] == f"/api/v1{WORKFLOWS}/{made['workflow_id']}"
    workflow = program.get(answer.headers["Location"].removeprefix("/api/v1")).json
    assert workflow["name"] == "Spring leads" and workflow["status"] == "draft"
    assert workflow["template"]["id"] == made["template_id"]
    assert uses(app, program.actor, made["template_id"]) == 1


def test_the_name_defaults_to_the_templates(app: Flask, program: Program, address: str) -> None:
    connect(app, program.actor, "sms")
    template = program.get(address.removesuffix("/clone")).json
    assert program.post(address, {}).json["name"] == template["name"]


def test_options_may_be_left_out(app: Flask, program: Program) -> None:
    public_id = add_template(app, program.actor, "Ours", definition(email()))
    headers = {"Authorization": f"Bearer {program.token}"}
    answer = program.client.post(f"/api/v1{TEMPLATES}/{public_id}/clone", headers=headers)
    assert (answer.status_code, answer.json["name"]) == (201, "Ours")
    as_text = program.client.post(f"/api/v1{TEMPLATES}/{public_id}/clone", data="{}", headers=headers)
    assert as_text.status_code == 415


def test_a_missing_integration_is_asked_about(program: Program, address: str) -> None:  # T-12
    problem = refused(program.post(address, {}), 422, "MISSING_INTEGRATION")
    assert problem["missing"] == ["sms"] and problem["steps"] and "next_url" not in problem
    assert listed(program, WORKFLOWS) == []
    answer = program.post(address, {problem["confirm"]: True})
    assert answer.status_code == 201
    assert answer.json["switched_off"] == problem["steps"]


def test_a_name_in_use_is_asked_about(app: Flask, program: Program) -> None:
    public_id = add_template(app, program.actor, "Ours", definition(email()))
    address = f"{TEMPLATES}/{public_id}/clone"
    assert program.post(address, {"name": "Mine"}).status_code == 201
    problem = refused(program.post(address, {"name": "MINE"}), 409, "CONFIRMATION_NEEDED")
    assert problem["name"] == "MINE" and problem["confirm"] == "same_name"
    assert program.post(address, {"name": "MINE", "same_name": True}).status_code == 201


def test_a_repeated_request_clones_once(app: Flask, program: Program) -> None:  # T-18
    public_id = add_template(app, program.actor, "Ours", definition(email()))
    address, headers = f"{TEMPLATES}/{public_id}/clone", {"Idempotency-Key": "k"}
    first = program.post(address, {"name": "Mine"}, headers=headers)
    again = program.post(address, {"name": "Mine"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert again.json == first.json and again.headers["Location"] == first.headers["Location"]
    assert uses(app, program.actor, public_id) == 1
    refused(program.post(address, {"name": "More"}, headers=headers), 422, "IDEMPOTENCY_KEY_REUSED")
    other = add_template(app, program.actor, "Other", definition(email()))
    elsewhere = program.post(f"{TEMPLATES}/{other}/clone", {"name": "Mine"}, headers=headers)
    refused(elsewhere, 422, "IDEMPOTENCY_KEY_REUSED")


def test_a_refused_request_can_be_repeated_with_its_key(app: Flask, program: Program, address: str) -> None:
    headers = {"Idempotency-Key": "k"}
    refused(program.post(address, {"name": "Mine"}, headers=headers), 422, "MISSING_INTEGRATION")
    connect(app, program.actor, "sms")
    assert program.post(address, {"name": "Mine"}, headers=headers).status_code == 201


@pytest.fixture
def small_app(app: Flask) -> Iterator[Flask]:
    """The app with a limit of one workflow."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, max_workflows=1)
    yield app
    app.extensions["settings"] = before


def test_the_limit_of_workflows_is_said(small_app: Flask, program: Program) -> None:  # T-12
    public_id = add_template(small_app, program.actor, "Ours", definition(email()))
    assert program.post(f"{TEMPLATES}/{public_id}/clone", {"name": "One"}).status_code == 201
    problem = refused(
        program.post(f"{TEMPLATES}/{public_id}/clone", {"name": "Two"}), 429, "WORKFLOW_LIMIT_REACHED"
    )
    assert problem["limit"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 121},
        {"name": 3},
        {"activate": True},
        {"same_name": 1},
        [],
    ],
)
def test_wrong_bodies_are_refused(app: Flask, program: Program, body: object) -> None:
    public_id = add_template(app, program.actor, "Ours", definition(email()))
    refused(program.post(f"{TEMPLATES}/{public_id}/clone", body), 422, "VALIDATION_ERROR")
    assert listed(program, WORKFLOWS) == []


def test_templates_of_others_cannot_be_cloned(app: Flask, program: Program, mallory: Person) -> None:  # T-22
    theirs = add_template(app, mallory.actor, "Theirs", definition(sms()))
    for public_id in (theirs, UNKNOWN, "x"):
        refused(program.post(f"{TEMPLATES}/{public_id}/clone", {}), 404, "TEMPLATE_NOT_FOUND")


def test_who_may_only_look_clones_nothing(app: Flask, vera: Person, alice: Person, address: str) -> None:
    for program in (program_of(app, vera), program_of(app, alice, "report:view", "template:manage")):
        refused(program.post(address, {}), 403, "NOT_ALLOWED")
    assert (
        program_of(app, alice, "workflow:manage").post(address, {"switch_off_missing": True}).status_code
        == 201
    )
