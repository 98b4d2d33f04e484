"""Requests of programs that meet: one change per version seen, limits hold, a key creates one template."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

from flask import Flask

from tests.people import Person, Program, program_of
from tests.rooms.gallery.test_api_own_templates import NEW
from tests.rooms.gallery.test_api_templates import TEMPLATES, listed
from tests.rooms.workflows.drafts import draft, found

AT_ONCE = 6


def all_at_once(app: Flask, program: Program, send: Callable[[Program, int], Any]) -> list[Any]:
    """Run `send(program, number)` in threads that start together, each with a client of its own."""
    ready = Barrier(AT_ONCE)

    def run(number: int) -> Any:
        own = replace(program, client=app.test_client())
        ready.wait(timeout=30)
        return send(own, number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_one_change_wins_per_version(app: Flask, program: Program) -> None:
    made = program.post(TEMPLATES, NEW)
    address = f"{TEMPLATES}/{made.json['id']}"
    seen = {"If-Match": made.headers["ETag"]}
    answers = all_at_once(
        app, program, lambda own, number: own.patch(address, {"name": f"Name {number}"}, headers=seen)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: AT_ONCE - 1}
    [won] = [answer for answer in answers if answer.status_code == 200]
    assert program.get(address).json == won.json and won.json["version"] == 2


def test_changes_without_a_version_all_happen(app: Flask, program: Program) -> None:
    address = f"{TEMPLATES}/{program.post(TEMPLATES, NEW).json['id']}"
    answers = all_at_once(app, program, lambda own, number: own.patch(address, {"name": f"Name {number}"}))
    assert sorted(answer.json["version"] for answer in answers) == list(range(2, AT_ONCE + 2))
    assert len(listed(program, f"{address}/versions")) == AT_ONCE + 1


def test_the_limit_holds(app: Flask, sam: Person) -> None:  # T-16
    program = program_of(app, sam)
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, max_templates=2)
    try:
        answers = all_at_once(
            app, program, lambda own, number: own.post(TEMPLATES, NEW | {"name": f"Name {number}"})
        )
    finally:
        app.extensions["settings"] = before
    assert Counter(answer.status_code for answer in answers) == {201: 2, 429: AT_ONCE - 2}
    assert len(listed(program, f"{TEMPLATES}?category=custom")) == 2


def test_a_key_creates_one_template(app: Flask, program: Program) -> None:
    headers = {"Idempotency-Key": "k"}
    answers = all_at_once(app, program, lambda own, _: own.post(TEMPLATES, NEW, headers=headers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(listed(program, f"{TEMPLATES}?category=custom")) == 1


def test_one_change_of_a_workflow_wins_per_revision(app: Flask, program: Program) -> None:
    public_id = draft(app, program.actor)
    address = f"/workflows/{public_id}"
    seen = {"If-Match": program.get(address).headers["ETag"]}
    answers = all_at_once(
        app, program, lambda own, number: own.patch(address, {"name": f"Name {number}"}, headers=seen)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: AT_ONCE - 1}
    assert found(app, program.actor, public_id).revision == 2
