"""Every operation of the JSON API: who is refused, and how. A new operation is walked by itself; a new kind
of id has to be made known to `ids`, an operation without a scope to `api_operations`."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.domain import Permission
from tests.guards.api_operations import (
    API,
    Described,
    address,
    one_of_everything,
    operations,
    with_ids,
)
from tests.people import Person, Program, program_of

ANSWERS: set[str | None] = {
    *("application/json", "application/problem+json", "application/yaml", "text/csv", "text/event-stream")
}
NOT_MADE = {"fix_failure"}  # no row of Alice's job has failed
CHANGES_NOTHING = {
    "try_template",
    "try_workflow",
}  # operations that a viewer may use although their method is not GET


@pytest.fixture
def described(app: Flask) -> list[Described]:
    return operations(app)


@pytest.fixture
def ids(program: Program) -> dict[str, Any]:
    return one_of_everything(program)


def complaint(one: Described, answer: Any, *wanted: int) -> list[str]:
    """Return what is wrong with a response that should have one of these statuses and be a problem."""
    found = []
    if answer.status_code not in wanted:
        found.append(f"{one}: {answer.status_code} {answer.text[:200]}")
    elif answer.mimetype != "application/problem+json" or answer.json["status"] != answer.status_code:
        found.append(f"{one}: {answer.mimetype}")
    elif str(answer.status_code) not in one.facts["responses"]:
        found.append(f"{one}: {answer.status_code} is not documented")
    return found


def test_without_a_token_every_operation_refuses(
    app: Flask, described: list[Described], stranger: FlaskClient
) -> None:
    wrong = []
    for number, one in enumerate(described):
        for headers in ({}, {"Authorization": "Bearer muster_made_up"}):
            sender = {"REMOTE_ADDR": f"10.0.{number}.1"}  # few wrong tokens are accepted from each
            answer = stranger.open(
                f"{API}{one.made_up}", method=one.method, headers=headers, environ_base=sender
            )
            wrong += complaint(one, answer, 401)
    assert not wrong, "\n".join(wrong)


def test_ids_of_another_account_do_not_exist(
    app: Flask, described: list[Described], ids: dict[str, Any], program: Program, mallory: Person
) -> None:
    before = _everything(program, described, ids)
    elsewhere, wrong = program_of(app, mallory), []
    for one in described:
        if one.parameters:
            wrong += complaint(one, one.send(elsewhere, address(one, ids)), 404)
    assert not wrong, "\n".join(wrong)
    assert _everything(program, described, ids) == before


def _everything(program: Program, described: list[Described], ids: dict[str, Any]) -> dict[str, Any]:
    """Return what Alice's program reads, by operation."""
    return {
        one.id: one.send(program, address(one, ids)).data
        for one in described
        if one.method == "GET" and one.id != "follow_job_events"
    }


def test_their_owner_reaches_them(described: list[Described], ids: dict[str, Any], program: Program) -> None:
    """The requests of these guards are right: with the owner's token they lead somewhere."""
    wrong = []
    for one in described:
        answer = one.send(program, address(one, ids), with_ids(next(iter(one.bodies), None), ids))
        if str(answer.status_code) not in one.facts["responses"]:
            wrong.append(f"{one}: {answer.status_code} is not documented")
        if answer.status_code in (401, 403, 405, 415, 500) or (
            answer.status_code == 404 and one.id not in NOT_MADE
        ):
            wrong.append(f"{one}: {answer.status_code} {answer.text[:200]}")
        if answer.mimetype not in ({None} if answer.status_code == 204 else ANSWERS):
            wrong.append(f"{one}: {answer.mimetype}")
    assert not wrong, "\n".join(wrong)


def test_a_viewer_changes_nothing(
    app: Flask, described: list[Described], ids: dict[str, Any], vera: Person
) -> None:
    viewer, wrong = program_of(app, vera), []
    for one in described:
        if one.method != "GET" and one.id not in CHANGES_NOTHING:
            wrong += complaint(one, one.send(viewer, address(one, ids)), 403)
    assert not wrong, "\n".join(wrong)


def test_a_token_needs_the_scope_of_the_operation(
    app: Flask, described: list[Described], ids: dict[str, Any], alice: Person
) -> None:
    programs: dict[frozenset[str], Program] = {}
    wrong = []
    for one in described:
        if not one.scopes:
            continue
        others = frozenset(scope.value for scope in Permission) - one.scopes
        if others not in programs:
            programs[others] = program_of(app, alice, *sorted(others))
        wrong += complaint(one, one.send(programs[others], address(one, ids)), 403)
    assert not wrong, "\n".join(wrong)


def test_no_answer_is_html(described: list[Described], program: Program) -> None:
    wrong = []
    for path in sorted(
        {one.made_up for one in described} | {"", "/", "/nothing", "/me/", "//me", "/../me", "/%00"}
    ):
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"):
            answer = program.send(method, path, data=b"<p>", content_type="text/html")
            if answer.mimetype not in (ANSWERS | {None} if method == "OPTIONS" else ANSWERS):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.mimetype}")
    assert not wrong, "\n".join(wrong)
