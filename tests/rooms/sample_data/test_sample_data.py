"""Sample data: contacts, two active workflows, an enrollment that really ran and failed in part (P-01)."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.accounts.application import terminal_actor
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.report.verify import verify_job
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.platform.database import session
from app.platform.settings import Settings
from app.platform.tenancy import acting_for
from app.sample_data.application import NOTES, TASKS
from app.tasks.infrastructure.tables import ContactNote, Task
from app.workflows.infrastructure.tables import Workflow
from tests.people import EMAILS
from tests.rooms.accounts.sign_in_page import type_in
from tests.rooms.home.setup_page import fill_in
from tests.rooms.home.test_home_page import plain


@pytest.fixture
def set_up(fresh_app: Flask, run_tasks: Callable[[], bool]) -> Flask:
    """A fresh installation whose owner wanted sample data, after the workers have done their part."""
    assert fill_in(fresh_app.test_client(), sample_data="y").location == "/"
    for _ in range(20):
        if not run_tasks():
            break
    return fresh_app


def count(query: sa.Select[tuple[int]]) -> int:
    return session().scalar(query) or 0


def test_every_page_has_something_to_look_at(set_up: Flask) -> None:
    with set_up.app_context():
        me = terminal_actor(None)
        with acting_for(me.account_id):
            people = count(
                sa.select(sa.func.count()).select_from(Contact).where(Contact.created_job_id.is_(None))
            )
            assert people == 2000
            rows = session().execute(
                sa.select(Contact.status, sa.func.count().label("people")).group_by(Contact.status)
            )
            by_status = {row.status: row.people for row in rows}
            assert set(by_status) == {"active", "unsubscribed", "bounced", "blocked"}
            assert by_status["active"] > 1500
            assert count(sa.select(sa.func.count()).select_from(Tag)) >= 8
            assert count(sa.select(sa.func.count()).select_from(ContactTag)) > 3000
            assert count(sa.select(sa.func.count()).select_from(ContactNote)) == len(NOTES)
            assert count(sa.select(sa.func.count()).select_from(Task)) == len(TASKS)
            workflows = session().scalars(sa.select(Workflow)).all()
            assert [one.status for one in workflows] == ["active", "active"]
            job = session().scalars(sa.select(EnrollmentJob)).one()
            assert job.status == "completed_with_errors"
            assert job.totals["ENROLLED"] > 200
            assert job.totals["VALIDATION_ERROR"] == 14
            assert {"DUPLICATE_IN_SELECTION", "CONTACT_BLOCKED"} <= set(job.totals)
            assert all(check.holds for check in verify_job(find_job(me, job.public_id)))
    browser = set_up.test_client()
    type_in(browser, EMAILS["alice"])
    home = browser.get("/").text
    assert "14 rows need fixing" in home
    assert "0 of 3 done" in home, "the person has done nothing yet"
    assert "Muster finished the enrollment in" in home
    assert "Muster added sample data to the account" in plain(browser.get("/activity").text)
    for address in ("/activity", "/contacts", "/settings/limits"):
        assert browser.get(address).status_code == 200


def test_without_the_tick_the_account_is_empty(fresh_app: Flask) -> None:
    browser = fresh_app.test_client()
    fill_in(browser)
    with fresh_app.app_context():
        assert count(sa.select(sa.func.count()).select_from(Contact).where(Contact.account_id == 1)) == 0
    assert "Contacts" not in browser.get("/").text.partition("<main")[2].partition("</main>")[0]


def test_the_command_line_makes_the_same(fresh_app: Flask) -> None:
    runner = fresh_app.test_cli_runner()
    command = ["create-owner", "--email", "alice@example.com", "--password", "correct horse battery"]
    result = runner.invoke(
        args=[*command, "--account", "Agency", "--time-zone", "Europe/Paris", "--sample-data"]
    )
    assert result.exit_code == 0, result.output
    assert "Created Agency, owned by Alice." in result.output
    assert "2,000 contacts, 2 active workflows" in result.output
    again = runner.invoke(args=[*command, "--account", "Another"])
    assert again.exit_code == 1
    assert "already has an owner" in again.output


def test_the_command_line_says_what_is_wrong(fresh_app: Flask) -> None:
    runner = fresh_app.test_cli_runner()
    result = runner.invoke(args=["create-owner", "--email", "alice", "--password", "short"])
    assert result.exit_code == 1
    assert "complete email address" in result.output


def test_sample_people_stay_in_their_account(set_up: Flask) -> None:
    with set_up.app_context():
        me = terminal_actor(None)
        owners = session().scalars(
            sa.select(Contact.account_id).distinct(), execution_options={"cross_account": True}
        )
        assert list(owners) == [me.account_id]


def test_a_command_may_be_the_first_that_ever_runs(tmp_path: Path) -> None:
    app = create_app(
        Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"})
    )
    command = ["create-owner", "--email", "alice@example.com", "--password", "correct horse battery"]
    result = app.test_cli_runner().invoke(args=[*command, "--sample-data"])
    assert result.exit_code == 0, result.output
    assert "2 active workflows" in result.output


def test_the_command_line_tells_the_token(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"}
    here = create_app(Settings.from_environment(environment))
    result = here.test_cli_runner().invoke(args=["setup-token"])
    assert result.output.strip() == (tmp_path / "setup_token").read_text(), "a proxy in front makes it needed"
    open_to_all = create_app(Settings.from_environment(environment | {"HOST": "0.0.0.0"}))
    result = open_to_all.test_cli_runner().invoke(args=["setup-token"])
    assert result.output.strip() == (tmp_path / "setup_token").read_text()
