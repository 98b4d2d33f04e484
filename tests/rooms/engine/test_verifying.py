"""`verify-workflow` counts everything again; what is broken does not escape it (E-01, E-22)."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.engine.infrastructure.tables import Enrollment, EnrollmentCount, StepCount
from app.messaging.infrastructure.tables import Message
from app.platform.database import session, transaction
from tests.people import Person
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.workflows.drafts import active, draft
from tests.unit.workflows.documents import email, step, wait

MARK = step("mark", "add_tag", tag="Marked")


def verify(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["verify-workflow", *arguments])


@pytest.fixture
def it(app: Flask, bob: Person) -> Campaign:
    """Three people at a wait, two of whom a message brings on."""
    it = campaign(app, bob.actor, MARK, wait("pause", 2, "days"), email("hello"), name="Welcome")
    ids = people(app, bob.actor, 5)
    it.enroll(ids[:2])
    it.move()
    it.move(days=2)
    it.enroll(ids[2:])
    it.move()
    return it


def write(it: Campaign, statement: Any) -> None:
    """Write past the app."""
    with it.app.app_context(), transaction():
        table = statement.table.c
        session().execute(statement.where(table.account_id == it.actor.account_id))


def broken(result: Result) -> list[str]:
    assert result.exit_code == 1, result.output
    return [line.strip() for line in result.output.splitlines() if not line.startswith("  ok")][1:-1]


def test_a_workflow_that_is_right(app: Flask, it: Campaign) -> None:
    result = verify(app, "Welcome")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "Welcome (active)",
        "  ok      Enrollments, as pages show them: 5 = 5",
        "  ok      Passed steps, as pages show them: 7 = 7",
        "  ok      Ended enrollments by day, as pages show them: 0 = 0",
        "  ok      Enrollments by source and day, as pages show them: 5 = 5",
        "  ok      Results of messages, as pages show them: 0 = 0",
        "  ok      People at a step that doesn’t exist in their version: 0 = 0",
        "  ok      Active people who wait for nothing: 0 = 0",
        "1 workflow consistent.",
    ]
    assert verify(app, it.public_id).output == result.output


def test_wrong_numbers(app: Flask, it: Campaign) -> None:
    write(it, sa.update(EnrollmentCount).where(EnrollmentCount.step_id == "pause").values(enrollments=9))
    write(it, sa.delete(StepCount).where(StepCount.step_id == "mark"))
    wrong = broken(verify(app, "Welcome"))
    assert any(line.startswith("BROKEN  Enrollments, as pages show them: 5 =") for line in wrong)
    assert "BROKEN  Passed steps, as pages show them: 7 = 2" in wrong
    assert any(re.fullmatch(r"mark, enrolled on \S+: 0 shown, 5 in the table", line) for line in wrong)
    app.test_cli_runner().invoke(args=["recount-enrollments"])
    assert verify(app, "Welcome").exit_code == 0


def test_a_step_that_is_not_in_the_version(app: Flask, it: Campaign) -> None:
    write(it, sa.update(Enrollment).where(Enrollment.step_id == "pause").values(step_id="elsewhere"))
    wrong = broken(verify(app))
    assert "BROKEN  People at a step that doesn’t exist in their version: 0 = 3" in wrong
    assert "3 at elsewhere" in wrong


def test_nothing_that_lets_them_go_on(app: Flask, it: Campaign) -> None:
    write(it, sa.update(Enrollment).where(Enrollment.step_id == "pause").values(due_at=None))
    write(it, sa.update(Message).values(state="sent"))
    wrong = broken(verify(app))
    assert "BROKEN  Active people who wait for nothing: 0 = 5" in wrong
    assert "3 at pause" in wrong and "2 at hello" in wrong


def test_all_workflows_of_the_account_and_no_others(
    app: Flask, bob: Person, mallory: Person, it: Campaign
) -> None:
    held = active(app, bob.actor, name="Held")
    enroll(app, bob.actor, held, people(app, bob.actor, 0))
    draft(app, bob.actor, name="Draft")
    active(app, mallory.actor, name="Elsewhere")
    result = verify(app)
    assert result.exit_code == 0, result.output
    assert [line for line in result.output.splitlines() if not line.startswith("  ")] == [
        "Welcome (active)",
        "Held (active)",
        "2 workflows consistent.",
    ]
    write(it, sa.delete(EnrollmentCount))
    assert verify(app).output.splitlines()[-1] == "1 of 2 workflows inconsistent."
    assert verify(app, "Held").exit_code == 0


def test_a_workflow_that_does_not_exist(app: Flask, bob: Person) -> None:
    result = verify(app, "Nothing")
    assert result.exit_code != 0 and "No workflow is named “Nothing”." in result.output
