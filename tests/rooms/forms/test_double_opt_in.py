"""With double opt-in, nothing happens before the owner of the address has confirmed it (E-21)."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.forms.application import confirmation_emails
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.tables import FormSubmission
from app.messaging.application import transports
from app.messaging.application.outbox import transactional
from app.messaging.application.servers import senders
from app.messaging.infrastructure.tables import SentTransactionalEmail
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person, sign_in
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import at_once
from tests.rooms.contacts.people import add
from tests.rooms.engine.test_triggers import sources, started
from tests.rooms.forms.forming import TEXTS, Signup, link_in, sending, signup
from tests.rooms.forms.statuses import set_status
from tests.rooms.messaging.mailing import send
from tests.rooms.messaging.test_mail_server_sending import mailing
from tests.services.mail_server import MailServer

DOUBLE = {"double_opt_in": "1"}


@pytest.fixture
def server(app: Flask, alice: Person) -> Iterator[MailServer]:
    with sending(app, alice) as running:
        yield running


def later(form: Signup, by: timedelta) -> None:
    """Let all submissions be older."""
    with form.app.app_context(), acting_for(form.account_id), transaction():
        for one in session().query(FormSubmission).filter_by(account_id=form.account_id):
            one.submitted_at -= by


def test_nothing_happens_before_the_confirmation(app: Flask, bob: Person, server: MailServer) -> None:
    it = started(app, bob, "form_submitted", form="Newsletter")
    form = signup(app, bob, {"first_name": "optional"}, **DOUBLE)
    answer = form.enter(first_name="Ann")
    assert "Check your inbox" in answer.text and "ann@example.com" in answer.text
    form.send()
    form.send()
    assert not form.contacts() and not sources(it)
    [mail] = server.received
    assert mail["To"] == "ann@example.com" and mail["Subject"] == "Please confirm: Join us"
    body = mail.get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    assert TEXTS["consent_text"] in text and "Ann" not in text, "nothing that was entered is in it"
    assert "the form “Join us” from Agency" in text and "You won’t be signed up." in text

    link = link_in(server)
    page = form.browser.get(link)
    assert page.status_code == 200 and "Confirm your sign-up" in page.text
    assert "You’re confirming “Join us” from Agency and agreeing to this:" in page.text
    assert "<dt>First name</dt><dd>Ann</dd>" in page.text, "somebody else may have entered it"
    assert not form.contacts(), "looking changes nothing"
    assert form.browser.post(link).status_code == 200
    [ann] = form.contacts().values()
    assert (ann.first_name, ann.status, ann.consent_basis) == ("Ann", "active", "double_opt_in")
    assert sources(it) == {(ann.id, "trigger"): 1}
    [kept] = form.submissions()
    assert kept.state == "received" and kept.confirmed_at is not None and kept.contact_id == ann.id


def test_confirming_again_changes_nothing(app: Flask, bob: Person, server: MailServer) -> None:
    form = signup(app, bob, **DOUBLE)
    form.enter()
    form.send()
    link = link_in(server)
    assert form.browser.post(link).status_code == form.browser.post(link).status_code == 200
    with app.app_context():
        contacts.unsubscribe(bob.actor, form.contacts()["ann@example.com"].id)
    answer = form.browser.post(link)
    assert answer.status_code == 200 and "Confirmed" in answer.text
    assert form.contacts()["ann@example.com"].status == "unsubscribed", "an old link takes no later no back"


def test_a_confirmation_replaces_values_and_resubscribes(app: Flask, bob: Person, server: MailServer) -> None:
    ann = add(app, bob.actor, "ann@example.com", first_name="Old", city="Rome")
    with app.app_context():
        contacts.unsubscribe(bob.actor, ann)
    form = signup(app, bob, dict.fromkeys(("first_name", "phone"), "optional"), **DOUBLE)
    form.enter(first_name="New", phone="030 123456")
    form.send()
    assert form.contacts()["ann@example.com"].status == "unsubscribed"
    form.browser.post(link_in(server))
    known = form.contacts()["ann@example.com"]
    assert (known.id, known.first_name, known.city, known.phone) == (ann, "New", "Rome", "+4930123456")
    assert (known.status, known.consent_basis) == ("active", "double_opt_in")
    assert known.consent_source == "Form “Newsletter”"
    assert "Resubscribed: Form “Newsletter”" in bob.get(f"/contacts/{ann}").text


def test_a_confirmation_replaces_no_phone_number(app: Flask, bob: Person, server: MailServer) -> None:
    add(app, bob.actor, "ann@example.com", phone="+4930999999")
    form = signup(app, bob, dict.fromkeys(("first_name", "phone"), "optional"), **DOUBLE)
    form.enter(first_name="Ann", phone="030 123456")
    form.send()
    form.browser.post(link_in(server))
    known = form.contacts()["ann@example.com"]
    assert (known.first_name, known.phone_key) == ("Ann", "+4930999999"), (
        "texts go to the number that is known"
    )


@pytest.mark.parametrize("status", ["blocked", "bounced"])
def test_who_may_get_no_email_gets_none_and_nobody_learns_of_it(
    app: Flask, bob: Person, server: MailServer, status: str
) -> None:
    ann = add(app, bob.actor, "ann@example.com")
    with app.app_context(), acting_for(bob.actor.account_id):
        set_status(bob.actor.account_id, ann, status)
    form = signup(app, bob, **DOUBLE)
    refused, fresh = form.enter(), form.enter("bob@example.org")
    assert refused.text.replace("ann@example.com", "") == fresh.text.replace("bob@example.org", "")
    form.send()
    assert [one["To"] for one in server.received] == ["bob@example.org"]


def test_an_address_gets_three_emails_a_day(app: Flask, bob: Person, server: MailServer) -> None:
    form, other = signup(app, bob, **DOUBLE), signup(app, bob, name="Other", **DOUBLE)
    answers = {form.enter().text for _ in range(3)} | {
        form.enter("ANN@example.com").text.replace("ANN", "ann")
    }
    other.enter()
    form.send()
    assert len(server.received) == 3 and len(answers) == 1
    later(form, timedelta(days=1))
    form.enter()
    form.send()
    assert len(server.received) == 4


def test_submissions_at_the_same_time_count_one_by_one(app: Flask, bob: Person, server: MailServer) -> None:
    form = signup(app, bob, **DOUBLE)

    def enter() -> int:
        return int(
            app.test_client().post(form.path, data={"email": "a@b.example", "agrees": "y"}).status_code
        )

    assert at_once(app, *[enter] * 6) == [200] * 6
    assert len(form.submissions()) == 3


def test_links_end_after_seven_days(app: Flask, bob: Person, server: MailServer) -> None:
    form = signup(app, bob, **DOUBLE)
    form.enter()
    form.send()
    later(form, timedelta(days=8))
    link = link_in(server)
    answer = form.browser.get(link)
    assert answer.status_code == form.browser.post(link).status_code == 404
    assert "Make sure you have the complete link. Confirmation links expire after 7 days." in answer.text
    assert not form.contacts()
    with app.app_context():
        confirmation_emails.discard_unconfirmed()
    assert not form.submissions()


def test_links_that_nobody_has_sent(app: Flask, bob: Person, server: MailServer) -> None:
    form, other = signup(app, bob, **DOUBLE), signup(app, bob, name="Other", **DOUBLE)
    form.enter()
    form.send()
    link = link_in(server)
    token = link.rpartition("/")[2]
    theirs = signup(app, sign_in(app, "mallory"))
    for wrong in (
        f"{other.path}/confirmations/{token}",
        f"{theirs.path}/confirmations/{token}",
        link[:-1],
        f"{link}0",
        f"{form.path}/confirmations/{'0' * 48}",
        f"{form.path}/confirmations/1",
    ):
        assert form.browser.post(wrong).status_code == 404, wrong
    assert not form.contacts()


def test_refusals_are_tried_again_later_and_pauses_wait(app: Flask, bob: Person, server: MailServer) -> None:
    form = signup(app, bob, **DOUBLE)
    server.refusal = "451 Later"
    form.enter()
    form.send()
    form.send()
    assert server.attempts == 1
    server.refusal = ""
    form.send(now() + timedelta(hours=1))
    assert len(server.received) == 1
    server.refusal = "550 Unknown"
    form.enter("gone@example.com")
    form.send()
    assert [one.letter_due_at for one in form.submissions()] == [None, None]


def test_a_sender_that_was_killed_leaves_the_email_to_another(
    app: Flask, bob: Person, server: MailServer
) -> None:
    form = signup(app, bob, **DOUBLE)
    form.enter()
    with app.app_context(), acting_for(form.account_id):
        with transaction():
            claimed = store.claim_confirmation_emails(
                form.account_id, now(), now() + confirmation_emails.LEASE, 10
            )
        assert len(claimed) == 1
    form.send()
    assert not server.received
    later_on = now() + confirmation_emails.LEASE + timedelta(seconds=1)
    with app.app_context():
        assert queries.accounts_with_confirmation_emails(later_on) == [form.account_id]
    form.send(later_on)
    assert len(server.received) == 1


def limit(app: Flask, alice: Person, **limits: str) -> None:
    """Set how much the sender may send."""
    with app.app_context():
        [one] = senders.list_senders(alice.actor)
        senders.change_sender(alice.actor, one.id, {"name": "News", "address": one.address, **limits})


class WaitClock:
    """A clock that only waiting moves on. `waits` are how many emails a server had when a wait began, and its
    seconds."""

    def __init__(self, server: MailServer) -> None:
        self.waits: list[tuple[int, float]] = []
        self._server, self._at = server, 0.0

    def monotonic(self) -> float:
        return self._at

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.waits.append((len(self._server.received), round(seconds, 6)))
        self._at += seconds


def test_emails_wait_for_the_limits_of_their_sender(
    app: Flask, alice: Person, bob: Person, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = WaitClock(server)
    monkeypatch.setattr(transports, "time", clock)
    limit(app, alice, per_second="20", per_hour="2", per_day="3")
    form = signup(app, bob, **DOUBLE)
    for number in range(5):
        form.enter(f"p{number}@example.com")
    first = now()
    for hours, sent in ((0, 2), (0.5, 2), (1.1, 3), (2.2, 3), (25, 5)):
        form.send(first + timedelta(hours=hours))
        assert len(server.received) == sent, hours
    assert clock.waits == [(1, 0.05), (4, 0.05)], "20 a second: the second one of two waits"
    assert [one.letter_attempt for one in form.submissions()] == [1] * 5, "waiting is no attempt"
    assert {mail["To"] for mail in server.received} == {f"p{number}@example.com" for number in range(5)}


def test_messages_of_workflows_share_the_limits(
    app: Flask, alice: Person, bob: Person, server: MailServer
) -> None:
    limit(app, alice, per_hour="4")
    it, form = mailing(app, alice, 3), signup(app, bob, **DOUBLE)
    asked = [f"{letter}@example.com" for letter in "abcde"]
    for address in asked:
        form.enter(address)
    it.move(minutes=1)
    send(it)
    told = [mail["To"] for mail in server.received]
    assert told[:2] == asked[:2] and len(told) == 4, "strangers get half of them, and first"
    assert not {*told[2:]} & {*asked}
    form.send(it.at + timedelta(minutes=30))
    assert len(server.received) == 4
    it.move(hours=1.1)
    send(it)
    told = [mail["To"] for mail in server.received]
    assert told[4:6] == asked[2:4] and told[7:] == asked[4:], "what the workflow leaves is for them, too"


def test_what_no_longer_counts_is_forgotten(
    app: Flask, alice: Person, bob: Person, server: MailServer
) -> None:
    form = signup(app, bob, **DOUBLE)
    form.enter()
    form.send()
    count = sa.select(sa.func.count()).where(SentTransactionalEmail.account_id == form.account_id)
    with app.app_context(), acting_for(form.account_id):
        assert session().scalar(count) == 1
        transactional.discard_old()
        assert session().scalar(count) == 1
        with transaction():
            older = sa.update(SentTransactionalEmail).where(
                SentTransactionalEmail.account_id == form.account_id
            )
            session().execute(older.values(sent_at=now() - timedelta(days=3)))
        transactional.discard_old()
        assert session().scalar(count) == 0


def test_a_server_that_cannot_be_reached_costs_no_attempt(
    app: Flask, bob: Person, server: MailServer
) -> None:
    form = signup(app, bob, **DOUBLE)
    server.sender_refusal = "451 Later"
    for address in ("a@example.com", "b@example.com"):
        form.enter(address)
    form.send()
    assert [one.letter_attempt for one in form.submissions()] == [0, 0]
    assert all(one.letter_due_at is not None for one in form.submissions()) and not server.received
    with app.app_context(), acting_for(form.account_id):
        assert session().query(SentTransactionalEmail).filter_by(account_id=form.account_id).count() == 0


def test_emails_wait_while_sending_is_paused(
    app: Flask, alice: Person, bob: Person, server: MailServer
) -> None:
    form = signup(app, bob, **DOUBLE)
    alice.post("/settings/email/sending", {"sending_paused": "y", "tracks_reactions": "y"})
    form.enter()
    form.send()
    assert not server.received
    alice.post("/settings/email/sending", {"tracks_reactions": "y"})
    form.send()
    assert len(server.received) == 1


def test_the_consent_text_of_the_day_is_kept(app: Flask, bob: Person, server: MailServer) -> None:
    form = signup(app, bob, **DOUBLE)
    form.enter()
    changed = TEXTS | {"consent_text": "I agree to everything.", **DOUBLE}
    assert bob.post(f"/settings/forms/{form.form_id}", changed).status_code == 303
    form.send()
    assert TEXTS["consent_text"] in form.browser.get(link_in(server)).text
    assert form.submissions()[0].consent_text == TEXTS["consent_text"]


def test_it_needs_a_mail_server(app: Flask, bob: Person) -> None:
    answer = bob.post("/settings/forms/new", {"name": "News", **TEXTS, **DOUBLE})
    assert answer.status_code == 422 and "Confirmation emails need a mail server" in answer.text


def test_double_opt_in_stays_on_while_its_emails_cannot_be_sent(
    app: Flask, alice: Person, bob: Person, vera: Person
) -> None:
    warning = "Confirmation emails can’t be sent right now. Connect a mail server and add a sender in"
    with sending(app, alice):
        form = signup(app, bob, **DOUBLE)
        page = f"/settings/forms/{form.form_id}"
        assert warning not in bob.get(page).text and warning not in bob.get("/settings/forms").text
    for person in (bob, vera):
        assert warning in person.get(page).text and warning in person.get("/settings/forms").text
    assert bob.post(page, {**TEXTS, "title": "Come in", **DOUBLE}).status_code == 303
    shown = bob.get(page).text
    assert 'value="Come in"' in shown and re.search(r"<input[^>]* checked[^>]* name=.double_opt_in", shown)
    assert "(heading)" in words_of(bob.get("/activity").text)

    assert bob.post(page, TEXTS).status_code == 303
    assert warning not in bob.get(page).text and warning not in bob.get("/settings/forms").text
    assert bob.post(page, {**TEXTS, **DOUBLE}).status_code == 422, "it can’t be turned on"
    assert "(heading, double opt-in)" in words_of(bob.get("/activity").text)


def test_people_who_submitted_a_form_can_still_confirm_once_it_is_archived(
    app: Flask, bob: Person, server: MailServer
) -> None:
    form = signup(app, bob, **DOUBLE)
    form.enter()
    form.send()
    assert bob.post(f"/settings/forms/{form.form_id}/archiving").status_code == 303
    assert form.browser.post(link_in(server)).status_code == 200
    assert form.contacts()["ann@example.com"].consent_basis == "double_opt_in"


def test_deleting_and_erasing_contacts(app: Flask, alice: Person, bob: Person, server: MailServer) -> None:
    single, double = signup(app, bob), signup(app, bob, name="Other", **DOUBLE)
    single.enter()
    double.enter()
    double.enter("other@example.com")
    ann = single.contacts()["ann@example.com"].id
    assert "1 form submission is deleted." in alice.get(f"/contacts/{ann}/erasure").text
    with app.app_context(), acting_for(single.account_id):
        contacts.erase_contact(alice.actor, ann)
        left = session().scalars(
            sa.select(FormSubmission.email_key).where(FormSubmission.account_id == single.account_id)
        )
        assert list(left) == ["other@example.com"]
