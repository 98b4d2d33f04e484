"""Long tasks of an account that is suspended while they run: they stop at the next piece, and the clock finds
what they have left (P-03)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.engine.application import retrying, starting
from app.engine.application.triggers import dates
from app.platform import queue, suspended
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.accounts.test_sub_accounts import ACCOUNTS
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import enroll, people
from tests.rooms.engine.moved import Campaign
from tests.rooms.engine.test_dates import MINUTE, NINE, on_birthday
from tests.rooms.engine.test_retrying import failing, retry
from tests.rooms.engine.test_triggers import sources
from tests.rooms.messaging.mailing import go_on
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import definition, step, wait

Suspending = Callable[[int], None]


@pytest.fixture
def suspend_soon(app: Flask, alice: Person, sam: Person, monkeypatch: pytest.MonkeyPatch) -> Suspending:
    """Function after which the agency suspends the account while its next task runs, when that looks for the
    `look`th time whether to stop."""
    monkeypatch.setattr(queue, "CHECK_SECONDS", 0.0)
    really, looks = suspended._suspension.of_one, Counter[str]()
    assert really is not None

    def is_suspended(account_id: int) -> bool:
        looks["left"] -= 1
        if looks["left"] == 0:
            alice.post(f"{ACCOUNTS}/{sam.actor.account_id}/suspension")
            queue._current.check_at += 60.0  # the answer holds for the rest of the task
        return really(account_id)

    def begin(look: int) -> None:
        looks["left"] = 1 + look  # the first is before the task
        monkeypatch.setattr(suspended._suspension, "of_one", is_suspended)

    return begin


def reactivate(alice: Person, sam: Person) -> None:
    assert alice.post(f"{ACCOUNTS}/{sam.actor.account_id}/reactivation").status_code == 303


def perform(app: Flask, sam: Person, name: str, *ids: int | str) -> None:
    with app.app_context():
        queue.perform(name, sam.actor.account_id, *ids)


def statuses(it: Campaign) -> dict[str, int]:
    return dict(Counter(one.status for one in it.enrollments()))


def settle(app: Flask, run_tasks: Callable[[], bool], wake: Callable[[], None]) -> None:
    with app.app_context():
        wake()
    run_tasks()


def test_whoever_is_held_begins_later(
    app: Flask,
    alice: Person,
    sam: Person,
    monkeypatch: pytest.MonkeyPatch,
    suspend_soon: Suspending,
    run_tasks: Callable[[], bool],
) -> None:  # P-03
    monkeypatch.setattr(starting, "AT_ONCE", 2)
    public_id = active(
        app, sam.actor, definition=definition(wait("pause", 2, "days"), step("last", "add_tag", tag="Last"))
    )
    enroll(app, sam.actor, public_id, people(app, sam.actor, 5))
    it = Campaign(app, sam.actor, public_id, NINE)
    with app.app_context(), acting_for(sam.actor.account_id):
        workflow_id = workflows.find_workflow(sam.actor, public_id).id
        starting.start_held(sam.actor, public_id)
    suspend_soon(2)
    perform(app, sam, starting.START_TASK, workflow_id)
    assert statuses(it) == {"active": 2, "held": 3}
    settle(app, run_tasks, starting.resume_releasing)
    assert statuses(it) == {"active": 2, "held": 3}
    reactivate(alice, sam)
    settle(app, run_tasks, starting.resume_releasing)
    assert statuses(it) == {"active": 5} and it.numbers_are_right()


def test_dates_are_looked_at_again(
    app: Flask, alice: Person, sam: Person, monkeypatch: pytest.MonkeyPatch, suspend_soon: Suspending
) -> None:  # P-03
    monkeypatch.setattr(dates, "AT_ONCE", 1)
    it, other = on_birthday(app, sam), on_birthday(app, sam)
    ids = [add(app, sam.actor, f"{name}@example.com", birthday="1990-05-14") for name in ("a", "b", "c")]
    monkeypatch.setattr(dates, "now", lambda: NINE + MINUTE)
    suspend_soon(3)  # it also looks before each workflow
    perform(app, sam, dates.DATE_TASK)
    assert len(it.enrollments()) == 1 and not other.enrollments()
    reactivate(alice, sam)
    monkeypatch.setattr(dates, "now", lambda: NINE + timedelta(hours=20))
    perform(app, sam, dates.DATE_TASK)
    assert sources(it) == sources(other) == {(one, "trigger"): 1 for one in ids}


def test_the_rest_of_a_retry_follows_and_is_of_those_who_had_failed(
    app: Flask,
    alice: Person,
    sam: Person,
    monkeypatch: pytest.MonkeyPatch,
    suspend_soon: Suspending,
    run_tasks: Callable[[], bool],
) -> None:  # P-03
    monkeypatch.setattr(retrying, "AT_ONCE", 1)
    it, _ = failing(app, sam, 4)
    assert retry(app, sam, it) == 1
    with app.app_context():
        ((_, *rest),) = retrying.retries.unfinished()
    suspend_soon(2)
    perform(app, sam, retrying.RETRY_TASK, *rest)
    assert statuses(it) == {"active": 2, "failed": 2}
    settle(app, run_tasks, retrying.resume_retries)
    assert statuses(it) == {"active": 2, "failed": 2}
    reactivate(alice, sam)
    go_on(it, minutes=1)
    assert statuses(it) == {"failed": 4}, "nobody has a phone number"
    settle(app, run_tasks, retrying.resume_retries)
    assert statuses(it) == {"active": 2, "failed": 2} and it.numbers_are_right()
    with app.app_context():
        assert retrying.retries.unfinished() == []


def test_a_retry_waits_for_a_paused_workflow_and_ends_with_an_archived_one(
    app: Flask, sam: Person, monkeypatch: pytest.MonkeyPatch, run_tasks: Callable[[], bool]
) -> None:
    monkeypatch.setattr(retrying, "AT_ONCE", 1)
    it, _ = failing(app, sam, 3)
    with app.app_context(), acting_for(sam.actor.account_id):
        workflow_id = workflows.find_workflow(sam.actor, it.public_id).id
        workflows.pause(sam.actor, it.public_id)
    perform(app, sam, "engine.retry_failed", workflow_id, "", "")  # as the previous release sends it
    with app.app_context():
        assert retrying.retries.unfinished() == []
    perform(app, sam, retrying.RETRY_TASK, workflow_id, "", "")
    assert statuses(it) == {"failed": 3}
    with app.app_context(), acting_for(sam.actor.account_id):
        workflows.activate(sam.actor, it.public_id, workflows.Ask.NEVER)
    settle(app, run_tasks, retrying.resume_retries)
    assert statuses(it) == {"active": 3}
    with app.app_context(), acting_for(sam.actor.account_id):
        retrying.remember_rest(sam.actor.account_id, workflow_id, "", "")
        workflows.pause(sam.actor, it.public_id)
        workflows.archive(sam.actor, it.public_id)
    settle(app, run_tasks, retrying.resume_retries)
    with app.app_context():
        assert retrying.retries.unfinished() == []
