"""Emails that ask for confirmation are sent despite faults, and none of them harms another one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.forms import application as forms
from app.forms.application import confirmation_emails
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.tables import FormSubmission
from app.messaging.application import sending
from app.messaging.infrastructure import turns
from app.platform.clock import now
from app.platform.database import db, session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.forms.forming import Signup, signup
from tests.rooms.forms.forming import sending as mail_server_of
from tests.rooms.forms.test_submissions import plan
from tests.services.mail_server import MailServer

DOUBLE = {"double_opt_in": "1"}


@pytest.fixture
def server(app: Flask, alice: Person) -> Iterator[MailServer]:
    with mail_server_of(app, alice) as running:
        yield running


def entered(app: Flask, bob: Person, *addresses: str) -> Signup:
    """A form in which people have entered these addresses."""
    form = signup(app, bob, **DOUBLE)
    for address in addresses:
        form.enter(address)
    return form


def attempts(form: Signup) -> dict[str, int]:
    return {one.email_key: one.letter_attempt for one in form.submissions()}


def test_a_recipient_on_whom_the_server_hangs_up_costs_an_attempt(
    app: Flask, bob: Person, server: MailServer
) -> None:
    form = entered(app, bob, "a@example.com", "b@example.com")
    server.hangs_up_on = "a@example.com"
    form.send()
    assert attempts(form) == {"a@example.com": 1, "b@example.com": 0} and not server.received


def test_emails_that_are_given_up_are_logged(
    app: Flask, bob: Person, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    form = entered(app, bob, "a@example.com")
    server.refusal = "550 Unknown"
    form.send()
    [given_up] = [one for one in caplog.records if one.msg == "transactional_email_given_up"]
    assert given_up.attempt == 1 and "a@example.com" not in caplog.text


def test_an_email_with_a_fault_harms_no_other_one(app: Flask, bob: Person, server: MailServer) -> None:
    form = entered(app, bob, "a@example.com", "b@example.com", "c@example.com")
    with app.app_context(), acting_for(form.account_id), transaction():
        first = (
            session().query(FormSubmission).filter_by(account_id=form.account_id, email_key="a@example.com")
        )
        first.one().answers = {"email": None}
    form.send()
    assert [mail["To"] for mail in server.received] == ["b@example.com", "c@example.com"]
    due = {one.email_key for one in form.submissions() if one.letter_due_at is not None}
    assert due == {"a@example.com"}, "it is tried again"


def test_a_sender_that_stood_still_settles_nothing(app: Flask, bob: Person, server: MailServer) -> None:
    form = entered(app, bob, "a@example.com")
    account_id, at = form.account_id, now()

    def claim() -> store.ConfirmationEmail:
        nonlocal at
        with transaction():
            [claimed] = store.claim_confirmation_emails(account_id, at, at + confirmation_emails.LEASE, 10)
        at += confirmation_emails.LEASE + timedelta(seconds=1)
        return claimed

    def settle(email: store.ConfirmationEmail, wait: timedelta | None) -> bool:
        """Return whether the email may be sent again."""
        with transaction():
            again_at = at + wait if wait else None
            store.settle_confirmation_email(
                account_id, email.submission_id, email.attempt, again_at, wait is None
            )
        [one] = form.submissions()
        return one.letter_due_at is not None

    with app.app_context(), acting_for(account_id):
        slow, fast = claim(), claim()
        assert settle(slow, None), "another one is sending it"
        assert not settle(fast, None)
        assert not settle(slow, timedelta(minutes=1)), "it was sent"
        assert not settle(fast, timedelta(minutes=1))
    assert attempts(form) == {"a@example.com": 2}


def test_the_clock_wakes_senders_of_emails_that_came_during_a_turn(
    app: Flask, bob: Person, server: MailServer, run_tasks: Callable[[], bool]
) -> None:
    form = signup(app, bob, **DOUBLE)
    turn = turns.TURNS_OF["email"]
    with app.app_context(), acting_for(form.account_id), transaction():
        assert turn.take(form.account_id, "other")
    form.enter()
    run_tasks()
    assert not server.received
    with app.app_context(), acting_for(form.account_id), transaction():
        turn.give_back(form.account_id, "other")
    with app.app_context():
        sending._woken.clear()
        sending.wake_senders()
    run_tasks()
    assert len(server.received) == 1


def test_accounts_with_emails_are_found_through_an_index(app: Flask) -> None:
    heard: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "form_submissions" in statement:
            heard.append((statement, values))

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            queries.accounts_with_confirmation_emails(now())
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
        [(statement, values)] = heard
        found = plan(statement, values)
        assert found.count("ix_form_submissions_letters") >= 2, found
        for walk in ("TEMP B-TREE", "SCAN form_submissions'", "Seq Scan", "Sort"):
            assert walk not in found, found


def test_submissions_are_counted_after_a_form_has_changed(app: Flask, bob: Person) -> None:
    form, heard = signup(app, bob), []
    form.enter()

    def note(
        _connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
    ) -> None:
        if "FROM form_submissions" in statement:
            heard.append("of the form" if "form_submissions.form_id =" in statement else "of all")

    def committed(_connection: Any) -> None:
        heard.append("commit")

    with app.app_context(), acting_for(form.account_id):
        sa.event.listen(db.engine, "before_cursor_execute", note)
        sa.event.listen(db.engine, "commit", committed)
        try:
            changed = forms.change_form(bob.actor, form.form_id, {"title": "Come in"})
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
            sa.event.remove(db.engine, "commit", committed)
    assert heard == ["commit", "of the form"], "others wait for the lock of the account"
    assert changed.counts.received == 1
