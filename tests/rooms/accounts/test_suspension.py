"""An agency suspends a sub-account: its people and programs can't use it, its work waits (P-03)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application import change_business
from app.accounts.domain import Role
from app.accounts.infrastructure import store
from app.accounts.infrastructure.tables import Account, SignIn
from app.contacts.application import contact_card
from app.engine.application import moving, start_held
from app.engine.application.moving import moves, overdue
from app.messaging.application import sending
from app.messaging.infrastructure.tables import Message
from app.platform import queue, suspended
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import PASSWORD, Person, program_of
from tests.rooms.accounts.test_sub_accounts import ACCOUNTS, work_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.contacts.people import add
from tests.rooms.engine.test_triggers import sources, started
from tests.rooms.forms.forming import signup
from tests.rooms.integrations.test_event_sources import connect, tell
from tests.rooms.messaging.messages import TOKEN, message
from tests.rooms.workflows.drafts import active, complete
from tests.services.mail_server import mail_server
from tests.services.statements import listening


def test_people_of_a_suspended_account_are_told_whom_to_ask(
    app: Flask, alice: Person, bob: Person, vera: Person, sam: Person, mallory: Person
) -> None:  # P-03
    page, form, program = f"{ACCOUNTS}/{sam.actor.account_id}", signup(app, sam), program_of(app, sam)
    for person, status in ((bob, 403), (vera, 403), (sam, 404), (mallory, 404)):
        assert person.post(f"{page}/suspension").status_code == status
        assert person.post(f"{page}/reactivation").status_code == status
    assert alice.post(f"{ACCOUNTS}/{alice.actor.account_id}/suspension").status_code == 404
    with app.app_context(), transaction():
        session().execute(sa.update(SignIn).values(started_at=now() - timedelta(minutes=61)))
    assert alice.post(f"{page}/suspension").status_code == 422, "the password is asked for again"
    assert sam.get("/").status_code == 200
    assert alice.post(f"{page}/suspension", {"password": PASSWORD}).status_code == 303

    answer = sam.get("/contacts")
    assert answer.status_code == 403 and "Ask Alice at Agency to reactivate it." in answer.text
    assert sam.post("/contacts", {"email": "ann@example.com"}).status_code == 403
    polled = sam.htmx("get", "/contacts")
    assert polled.status_code == 403 and polled.headers["HX-Redirect"] == "/"
    refused = program.get("/me")
    assert (refused.status_code, refused.json["code"]) == (403, "ACCOUNT_SUSPENDED")
    assert form.browser.get(form.path).status_code == 503 and form.enter().status_code == 503
    assert not form.submissions()

    assert "Suspended" in alice.get(ACCOUNTS).text and "Reactivate Branch" in alice.get(page).text
    assert alice.post(f"{page}/name", {"name": "Branch"}).status_code == 303, "from the agency’s own page"
    work_in(alice, sam.actor.account_id)
    look = alice.get("/contacts")
    assert look.status_code == 200 and "Branch is suspended" in look.text
    assert "you can still work in it" in look.text
    assert {alice.get(one).status_code for one in ("/workflows", "/enrollments")} == {200}
    assert alice.post("/workflows/new", {"name": "To try"}).status_code == 303, "to stop or erase something"
    work_in(alice, alice.actor.account_id)

    assert alice.post(f"{page}/reactivation", {"password": PASSWORD}).status_code == 303
    assert sam.get("/contacts").status_code == 200 and program.get("/me").status_code == 200
    assert form.enter().status_code == 200 and len(form.submissions()) == 1
    for person in (alice, sam):
        log = re.sub(r"<[^>]+>", "", person.get("/activity").text)
        assert "suspended the account “Branch”" in log and "reactivated the account “Branch”" in log


def test_whoever_has_other_accounts_can_switch_to_them(
    app: Flask, alice: Person, sam: Person, mallory: Person
) -> None:
    assert alice.post(f"{ACCOUNTS}/{sam.actor.account_id}/suspension").status_code == 303
    with app.app_context(), acting_for(mallory.actor.account_id), transaction():
        assert sam.actor.user_id is not None
        store.add_membership(mallory.actor.account_id, sam.actor.user_id, Role.VIEWER)
    work_in(sam, sam.actor.account_id)
    page = sam.get("/")
    assert page.status_code == 403 and "Switch to Elsewhere" in page.text and "Agency" not in names(page.text)
    work_in(sam, mallory.actor.account_id)
    assert sam.get("/").status_code == 200


def names(page: str) -> list[str]:
    return re.findall(r"Switch to (\w+)", page)


def test_work_of_a_suspended_account_waits_and_goes_on_once(
    app: Flask, alice: Person, sam: Person, run_tasks: Callable[[], bool]
) -> None:  # P-03
    trial, page = Trial(app, sam.actor, run_tasks), f"{ACCOUNTS}/{sam.actor.account_id}"
    with app.app_context():
        change_business(sam.actor, {"postal_address": "1 Quay Street\nBristol"})
    workflow = active(app, sam.actor, definition=complete())
    with trial.acting():
        start_held(sam.actor, workflow)
    job = trial.started(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    trial.run_batch(trial.batches(job)[0].id)

    def states() -> list[str]:
        with app.app_context():
            query = sa.select(Message.state).where(Message.account_id == sam.actor.account_id)
            return list(session().scalars(query))

    def go_on() -> None:
        """What the clock and the workers do within some seconds."""
        for _ in range(3):
            moves._woken.clear()
            moves._rest_until = 0.0
            sending._woken.clear()
            with app.app_context():
                moving.wake_movers()
                sending.wake_senders()
            trial.settle()

    alice.post(f"{page}/suspension")
    run_tasks()  # batches were queued already
    trial.change_batches(job, handed_at=now() - timedelta(minutes=1))
    go_on()
    assert trial.enrolled(job) == 10 and trial.job(job).status == "processing" and not states()
    work_in(alice, sam.actor.account_id)
    own = f"/enrollments/{trial.job(job).public_id}"
    for where in ("/", "/enrollments", own, f"/workflows/{workflow}"):
        assert "Waiting: account suspended" in alice.get(where).text, where
    panel = alice.get(f"{own}/panel").text
    assert "Waiting: the account is suspended. The job continues when it is reactivated." in panel
    assert "Processing batch" not in panel and "Background workers" not in panel
    work_in(alice, alice.actor.account_id)
    with app.app_context():
        with transaction():
            long_ago = now() - timedelta(hours=2)
            session().execute(
                sa.text("UPDATE enrollments SET due_at = :at WHERE account_id = :account").bindparams(
                    sa.bindparam("at", long_ago, SignIn.started_at.type), account=sam.actor.account_id
                )
            )
        assert overdue.overdue().found == "All people move on as planned."
    alice.post(f"{page}/reactivation")
    go_on()
    trial.holds(job)
    assert trial.job(job).status == "completed" and trial.enrolled(job) == 30
    assert states() == ["sent"] * 30, "one message to each"


def test_a_long_task_stops_when_its_account_is_suspended(
    app: Flask, alice: Person, sam: Person, monkeypatch, run_tasks: Callable[[], bool]
) -> None:  # P-03
    """Batches that are queued or under way: the worker gives way between two of them."""
    monkeypatch.setattr(queue, "CHECK_SECONDS", 0.0)
    stops: list[bool] = []

    def look(_account_id: int) -> None:
        stops.append(queue.should_stop())
        alice.post(f"{ACCOUNTS}/{sam.actor.account_id}/suspension")
        stops.append(queue.should_stop())

    monkeypatch.setitem(queue.TASKS, "tests.look_twice", queue.Task(look, "steps", 60))
    with app.app_context():
        assert queue.send("tests.look_twice", sam.actor.account_id)
        run_tasks()
        assert stops == [False, True]
    with app.app_context():
        assert not queue.send("tests.look_twice", sam.actor.account_id)
        assert queue.send("tests.look_twice", alice.actor.account_id), "only that account waits"
        assert not queue.should_stop()


def test_an_account_is_looked_up_once_for_many_tasks(
    app: Flask, alice: Person, sam: Person, monkeypatch: pytest.MonkeyPatch, run_tasks: Callable[[], bool]
) -> None:  # P-03
    """Whatever a look of a moment ago has missed, the worker asks again."""
    ran: list[int] = []
    monkeypatch.setitem(queue.TASKS, "tests.note", queue.Task(ran.append, "steps", 60))
    branch, agency = sam.actor.account_id, alice.actor.account_id
    suspended.suspension_changed(branch)
    with app.app_context(), listening(lambda text: "suspended_at" in text) as heard:
        assert queue.send("tests.note", branch) and queue.send("tests.note", branch)
        assert len(heard) == 1
        with transaction():
            session().execute(sa.update(Account).values(suspended_at=now()).where(Account.id == branch))
        heard.clear()
        assert queue.send("tests.note", branch), "it was active a moment ago"
        assert not heard
        queue.send_all("tests.note", [(branch,), (agency,), (agency,)])
        assert len(heard) == 1
    run_tasks()
    assert ran == [agency, agency]


def test_a_look_that_fails_keeps_no_task_from_being_sent(
    app: Flask, sam: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for has been saved before: the page must not say that it failed."""

    def fail(_account_id: int) -> bool:
        return bool(session().scalar(sa.text("SELECT nothing FROM accounts")))

    monkeypatch.setattr(suspended._suspension, "of_one", fail)
    suspended.suspension_changed(sam.actor.account_id)
    with app.app_context():
        assert queue.send(moving.MOVE_TASK, sam.actor.account_id, 1)
        assert queue.length("steps") == 1


def test_what_others_report_is_recorded_meanwhile_and_people_get_their_emails(
    app: Flask,
    alice: Person,
    sam: Person,
    stranger: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    run_tasks: Callable[[], bool],
) -> None:  # P-03
    it, page = started(app, sam, "webhook_received", key="trial"), f"{ACCOUNTS}/{sam.actor.account_id}"
    ann, ben = (add(app, sam.actor, f"{name}@example.com") for name in ("ann", "ben"))
    path, _ = connect(sam, "webhook")
    it.enroll([ben])
    message(app, sam.actor, it.public_id, ben)
    alice.post(f"{page}/suspension")

    assert tell(app, path, {"key": "trial", "id": "1", "email": "ann@example.com"}) == 204
    assert sources(it) == {(ann, "trigger"): 1, (ben, "bulk_enrollment"): 1}
    assert stranger.post(f"/u/{TOKEN}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with app.app_context():
        assert contact_card(sam.actor, ben).contact.status == "unsubscribed"
    with mail_server() as mails:
        known: Any = app.extensions["settings"]
        given = {"mail_url": f"smtp://127.0.0.1:{mails.port}", "public_url": "https://muster.example.com"}
        monkeypatch.setitem(app.extensions, "settings", replace(known, **given))
        invitation = {"email": "bea@example.com", "role": "admin"}
        assert alice.post(f"{page}/invitations", invitation).status_code == 303
        run_tasks()
        assert [mail["To"] for mail in mails.received] == ["bea@example.com"]
    assert it.where()[ann] == ("active", "pause"), "who comes meanwhile waits at the first step"
