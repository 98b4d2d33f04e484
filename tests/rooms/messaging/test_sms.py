"""Text messages go to the account's provider, each at most once, whatever it answers (E-15, W-06, W-08)."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application.bulk.deletion import delete_many
from app.contacts.infrastructure.tables import Contact
from app.messaging.application import Content, State, sending
from app.messaging.application.handing_over import hand_over
from app.messaging.application.sms import callbacks
from app.messaging.application.sms.transport import AT_PROVIDER
from app.messaging.application.transports import open_transport
from app.messaging.domain.reasons import Kept
from app.messaging.infrastructure import store
from app.messaging.infrastructure.servers.send_results import SendResult, record_results
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.outgoing import client
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.messaging.texting import (
    BASE,
    NUMBERS,
    PAGE,
    answer,
    connect,
    give_number,
    report,
    texting,
    typed,
    wish,
)
from tests.services.twilio import DROPS, SENDER, STALLS, TOKEN, FakeTwilio
from tests.unit.workflows.documents import branch, email, path, rule, step, wait

ONE = NUMBERS[0]


def time_line(person: Person, contact_id: int) -> str:
    return str(person.get(f"/contacts/{contact_id}").text)


def consent(app: Flask, person: Person, number: str = ONE) -> bool | None:
    with app.app_context(), acting_for(person.actor.account_id):
        found = contacts.sms_consent_of(person.actor.account_id, number)
    return found.is_given if found else None


def only(it: Campaign) -> tuple[str, str]:
    [message] = messages(it)
    return message.state, message.answer


def test_a_text_message_is_handed_over_once(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    it, ids = texting(app, alice)
    go_on(it)
    send(it)
    [form] = twilio.received
    assert (form["To"], form["From"], form["Body"]) == (ONE, SENDER, "Hi P000")
    assert form["StatusCallback"].startswith(f"{BASE}/hooks/sms/")
    assert only(it) == ("sent", f"Accepted by Twilio: SM{1:032x}")
    assert it.where() == {ids[0]: ("completed", "last")}
    assert "Text message sent by Welcome" in time_line(alice, ids[0])


def test_a_messaging_service_chooses_the_number(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, sender="MG" + "0" * 32)
    it, _ = texting(app, alice)
    go_on(it)
    assert "From" not in twilio.received[0]
    assert twilio.received[0]["MessagingServiceSid"] == "MG" + "0" * 32


@pytest.mark.parametrize(
    ("answers", "state", "why"),
    [
        ([(400, 21211)], "failed", "Twilio doesn’t accept the phone number. (Twilio error 21211)"),
        ([(400, 21614)], "failed", "The number isn’t a mobile number. (Twilio error 21614)"),
        ([(400, 99999)], "failed", "Twilio couldn’t send it. (Twilio error 99999)"),
        ([(400, 0)], "failed", "Twilio refused it (status 400)."),
        ([(500, 20500)], "planned", "Twilio couldn’t send it. (Twilio error 20500)"),
        ([(503, 0)], "planned", "Twilio had a problem (status 503)."),
        ([(429, 20429)], "planned", "Twilio isn’t accepting more messages right now (status 429)."),
        ([(401, 20003)], "planned", "Twilio refused the account SID or the auth token. (Twilio error 20003)"),
        ([(400, 21606)], "planned", "The sender isn’t a number"),
        ([(504, 0)], "uncertain", "Twilio didn’t answer in time (status 504)."),
        ([DROPS], "uncertain", "Twilio’s response was lost. The server closed the connection"),
    ],
)
def test_what_the_provider_answers(
    app: Flask,
    alice: Person,
    twilio: FakeTwilio,
    answers: list[tuple[int, int] | str],
    state: str,
    why: str,
) -> None:
    twilio.answers = list(answers)
    it, ids = texting(app, alice, on_failure="end")
    send(it)
    found, said = only(it)
    assert found == state and said.startswith(why)
    status = it.where()[ids[0]][0]
    assert status == ("failed" if state == "failed" else "active")
    assert (twilio.requests, twilio.texts) == (1, [])


def test_what_was_refused_for_now_is_sent_later(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    twilio.answers = [(503, 20503)]
    it, ids = texting(app, alice)
    send(it)
    send(it)
    assert twilio.texts == []
    go_on(it, minutes=1)
    assert twilio.texts == [(ONE, "Hi P000")]
    assert it.where() == {ids[0]: ("completed", "last")}


def test_what_may_have_been_sent_is_not_sent_again(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    twilio.answers = [DROPS]
    it, ids = texting(app, alice)
    go_on(it)
    go_on(it, days=1)
    assert only(it)[0] == "uncertain"
    assert (twilio.requests, it.where()[ids[0]]) == (1, ("active", "text"))
    assert "Text message may have been sent" in time_line(alice, ids[0])


def test_a_provider_that_stalls_leaves_it_uncertain(
    monkeypatch: pytest.MonkeyPatch, app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.3)
    twilio.answers = [STALLS]
    it, _ = texting(app, alice)
    send(it)
    assert only(it)[0] == "uncertain"


def test_a_provider_that_cannot_be_reached_leaves_it_planned(
    monkeypatch: pytest.MonkeyPatch, app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    settings = app.extensions["settings"]
    gone = settings.__class__(**{**vars(settings), "twilio_url": "http://127.0.0.1:9"})
    monkeypatch.setitem(app.extensions, "settings", gone)
    it, _ = texting(app, alice)
    send(it)
    assert only(it) == ("planned", "Twilio can’t be reached. The server refused the connection.")
    assert messages(it)[0].attempt == 0


def test_emails_do_not_wait_for_text_messages(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    twilio.answers = [(401, 20003)]
    it, ids = texting(app, alice, email("hello"), on_failure="continue")
    with app.app_context(), acting_for(alice.actor.account_id):
        sending.send_texts(alice.actor.account_id, it.at)
        sending.send_emails(alice.actor.account_id, it.at)
    assert [one.channel for one in messages(it)] == ["sms"]
    assert it.where()[ids[0]] == ("active", "text")


def test_who_has_opted_out_gets_none(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    it, ids = texting(app, alice, count=2)
    wish(app, alice, ONE, False)
    go_on(it)
    assert twilio.texts == [(NUMBERS[1], "Hi P001")]
    first, _ = messages(it)
    assert (first.state, first.answer) == ("failed", "The contact has opted out of text messages.")
    assert it.where() == dict.fromkeys(ids, ("completed", "last"))


def test_who_has_not_agreed_gets_none_if_consent_is_asked_for(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    connect(alice, consent="recorded")
    it, _ = texting(app, alice, count=2)
    wish(app, alice, NUMBERS[1], True)
    go_on(it)
    assert twilio.texts == [(NUMBERS[1], "Hi P001")]
    assert messages(it)[0].answer == "The contact hasn’t agreed to text messages."


def test_consent_is_that_of_the_number(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, consent="recorded")
    it, ids = texting(app, alice)
    wish(app, alice, ONE, True)
    give_number(app, alice, ids[0], "+4915112345670")
    go_on(it)
    assert twilio.texts == []


def test_unsubscribed_contacts_get_none_and_leave(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    it, ids = texting(app, alice)
    with app.app_context():
        contacts.unsubscribe(alice.actor, ids[0])
    go_on(it)
    assert (twilio.requests, only(it)[0], it.where()[ids[0]][0]) == (0, "withdrawn", "withdrawn")


def test_who_has_opted_out_at_the_provider_is_opted_out_here(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    twilio.answers = [(400, 21610)]
    it, ids = texting(app, alice, step("more", "send_sms", text="More"))
    go_on(it)
    assert consent(app, alice) is False
    assert [one.state for one in messages(it)] == ["failed", "failed"]
    assert twilio.requests == 1
    assert f"Opted out of text messages: {AT_PROVIDER}" in time_line(alice, ids[0])


def test_without_an_address_of_this_server_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    settings = app.extensions["settings"]
    monkeypatch.setitem(
        app.extensions, "settings", settings.__class__(**{**vars(settings), "public_url": ""})
    )
    it, _ = texting(app, alice)
    send(it)
    assert (only(it)[0], twilio.requests) == ("planned", 0)
    assert "Nothing is sent yet" in alice.get(PAGE).text


def test_a_pause_holds_text_messages(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    assert alice.post(f"{PAGE}/sending", {"sending_paused": "y"}).status_code == 303
    it, _ = texting(app, alice)
    send(it)
    assert only(it)[0] == "planned"
    alice.post(f"{PAGE}/sending", {})
    send(it)
    assert only(it)[0] == "sent"


def test_without_a_provider_messages_are_kept(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    assert alice.post(f"{PAGE}/removal").status_code == 303
    it, ids = texting(app, alice)
    go_on(it)
    assert only(it) == ("sent", Kept.NO_SMS_PROVIDER)
    assert (twilio.requests, it.where()[ids[0]][0]) == (0, "completed")


def test_a_text_that_is_too_long_is_not_sent(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    it, _ = texting(app, alice, text="{{ contact.city }}" * 14, on_failure="continue")
    with app.app_context():
        change = contacts.ContactChange(given={"city": "X" * 120})
        contacts.edit_contact(alice.actor, it.enrollments()[0].contact_id, change, lambda contact: None)
    send(it)
    assert only(it) == ("failed", "The text is longer than 1,600 characters.")
    assert twilio.requests == 0


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["queued", "sent"], "sent"),
        (["delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["undelivered"], "bounced"),
        (["failed", "delivered"], "bounced"),
        (["delivered", "undelivered"], "delivered"),
        (["partially_delivered"], "sent"),
    ],
)
def test_what_becomes_of_it_is_reported(
    app: Flask, alice: Person, twilio: FakeTwilio, statuses: list[str], state: str
) -> None:
    it, ids = texting(app, alice)
    go_on(it)
    [message] = messages(it)
    for status in statuses:
        for _ in range(2):
            assert report(app, alice, message.id, status, "30005" if state == "bounced" else "") == 204
    found, said = only(it)
    assert found == state
    if state == "bounced":
        assert said == "The number doesn’t exist or is no longer in use. (Twilio error 30005)"
        assert time_line(alice, ids[0]).count("Text message not delivered") == 1
        assert "Not delivered" in alice.get(f"/messages/{message.id}").text
    with app.app_context(), acting_for(alice.actor.account_id):
        assert contacts.status_of(alice.actor.account_id, ids[0]) == "active"


@pytest.mark.parametrize(
    ("status", "state", "where"),
    [("delivered", "delivered", "completed"), ("sent", "sent", "completed"), ("failed", "bounced", "failed")],
)
def test_a_report_settles_what_was_uncertain(
    app: Flask, alice: Person, twilio: FakeTwilio, status: str, state: str, where: str
) -> None:
    twilio.answers = [DROPS]
    it, ids = texting(app, alice, on_failure="end")
    send(it)
    assert report(app, alice, messages(it)[0].id, status) == 204
    it.move(minutes=1)
    assert (only(it)[0], it.where()[ids[0]][0]) == (state, where)


def test_reports_of_others_change_nothing(
    app: Flask, alice: Person, mallory: Person, twilio: FakeTwilio
) -> None:
    it, _ = texting(app, alice)
    go_on(it)
    [message] = messages(it)
    connect(mallory, token="1" * 32)
    assert report(app, alice, message.id, "delivered", token="1" * 32) == 404
    assert report(app, mallory, message.id, "delivered", token=TOKEN) == 404
    assert report(app, mallory, message.id, "delivered", token="1" * 32) == 204
    assert only(it)[0] == "sent"
    assert app.test_client().post("/hooks/sms/abc/def", data={"MessageStatus": "sent"}).status_code == 404


@pytest.mark.parametrize("word", ["STOP", "stopall", " Unsubscribe. ", "CANCEL", "End", "quit"])
def test_who_says_stop_gets_no_more(app: Flask, alice: Person, twilio: FakeTwilio, word: str) -> None:
    it, ids = texting(app, alice, wait("pause", 1, "days"), step("more", "send_sms", text="More"))
    go_on(it)
    assert [answer(app, alice, ONE, word) for _ in range(2)] == [200, 200]
    assert consent(app, alice) is False
    go_on(it, days=2)
    assert len(twilio.received) == 1
    assert it.where()[ids[0]] == ("completed", "last")
    page = time_line(alice, ids[0])
    assert page.count("Opted out of text messages: Replied “") == 1
    assert "Replied to a text message" not in page


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_who_says_start_gets_them_again(app: Flask, alice: Person, twilio: FakeTwilio, word: str) -> None:
    connect(alice, consent="recorded")
    it, ids = texting(app, alice)
    answer(app, alice, ONE, "STOP")
    answer(app, alice, ONE, word)
    assert consent(app, alice) is True
    go_on(it)
    assert twilio.texts == [(ONE, "Hi P000")]
    assert f"Agreed to text messages: Texted “{word}”" in time_line(alice, ids[0])


def test_words_that_the_account_has_added_at_the_provider_count(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    texting(app, alice)
    answer(app, alice, ONE, "Basta", "STOP")
    assert consent(app, alice) is False


def test_a_stop_of_a_number_nobody_has_is_kept(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    assert answer(app, alice, ONE, "STOP") == 200
    it, _ = texting(app, alice)
    go_on(it)
    assert twilio.requests == 0


@pytest.mark.parametrize("kind", ["", "HELP"])
def test_a_wish_that_is_not_signed_changes_nothing(
    app: Flask, alice: Person, twilio: FakeTwilio, kind: str
) -> None:
    texting(app, alice)
    assert answer(app, alice, ONE, "STOP", token="2" * 32) == 404
    assert answer(app, alice, ONE, "Help", kind) == 200
    assert consent(app, alice) is None


def test_an_answer_counts_as_a_reply(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    asked = {"any": [rule("event.replied", "equals", "text")]}
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="replied", step="text", timeout=timeout)
    it, ids = texting(app, alice, waits, branch("asks", path("yes", "Replied", asked)))
    go_on(it)
    for _ in range(2):
        assert answer(app, alice, ONE, "Please stop by at noon <b>") == 200
    [message] = messages(it)
    assert message.replied_at is not None
    go_on(it, minutes=1)
    assert dict(it.passed(ids[0]))["asks"] == "yes"
    assert time_line(alice, ids[0]).count("Replied to a text message of Welcome") == 1
    shown = alice.get(f"/messages/{message.id}").text
    assert shown.count("Please stop by at noon &lt;b&gt;") == 1
    assert consent(app, alice) is None


def test_what_was_typed_wrong_is_shown_at_its_field(app: Flask, alice: Person) -> None:
    page = alice.post(PAGE, typed(account_sid="AC1", token="", sender="call me!", per_second="0"))
    assert page.status_code == 422
    for words in ("Enter the account SID", "Enter a phone number with its country code", "from 1 to 100"):
        assert words in page.text
    assert "Connect Twilio" in alice.get("/settings/integrations").text


def test_the_token_is_kept_secret(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, token="", per_second="5")
    page = alice.get(PAGE).text
    assert TOKEN not in page and "/hooks/sms/" in page and 'value="5"' in page
    other = alice.post(PAGE, typed(token="", account_sid="AC" + "a" * 32))
    assert "Enter the auth token of this account." in other.text
    assert TOKEN not in alice.get("/activity").text


def test_a_test_message_shows_what_the_provider_answers(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    page = alice.post(f"{PAGE}/test", {"to": "0151 12345678"})
    assert f"Twilio accepted the message to {ONE}." in page.text
    assert twilio.texts == [(ONE, "Test message from Agency.")]
    twilio.answers = [(400, 21608)]
    assert "send to verified numbers. (Twilio error 21608)" in alice.post(f"{PAGE}/test", {"to": ONE}).text
    assert alice.post(f"{PAGE}/test", {"to": "nobody"}).status_code == 422


def test_only_owners_and_admins_set_it(app: Flask, alice: Person, bob: Person, twilio: FakeTwilio) -> None:
    assert "Text messages are sent through Twilio." in bob.get(PAGE).text
    for address in (PAGE, f"{PAGE}/test", f"{PAGE}/sending", f"{PAGE}/removal"):
        assert bob.post(address, typed(to=ONE)).status_code == 403


def test_consent_is_recorded_on_the_contacts_page(app: Flask, alice: Person, vera: Person) -> None:
    _, ids = texting(app, alice)
    page = f"/contacts/{ids[0]}"
    assert "No consent to text messages is recorded" in alice.get(page).text
    assert alice.post(f"{page}/sms-consent", {"sms_source": ""}).status_code == 422
    assert vera.post(f"{page}/sms-consent", {"sms_source": "x"}).status_code == 403
    assert alice.post(f"{page}/sms-consent", {"sms_source": "Signed at the desk"}).status_code == 303
    assert consent(app, alice) is True
    assert "Agreed to text messages: Signed at the desk" in alice.get(page).text
    assert alice.post(f"{page}/sms-refusal").status_code == 303
    assert consent(app, alice) is False


def test_erasing_a_contact_forgets_its_number(app: Flask, alice: Person) -> None:
    _, ids = texting(app, alice)
    wish(app, alice, ONE, False)
    with app.app_context():
        contacts.erase_contact(alice.actor, ids[0])
    assert consent(app, alice) is None


@pytest.mark.parametrize(
    ("statuses", "state"),
    [(["sent", "delivered", "undelivered"], "delivered"), (["undelivered"], "bounced"), (["sent"], "sent")],
)
def test_reports_that_come_early_count_once_it_is_sent(
    app: Flask, alice: Person, twilio: FakeTwilio, statuses: list[str], state: str
) -> None:
    it, _ = texting(app, alice)
    account_id, [message] = alice.actor.account_id, messages(it)
    with app.app_context(), acting_for(account_id), transaction():
        store.claim(account_id, message.workflow_id, "sms", it.at, 1)
    assert {report(app, alice, message.id, status) for status in statuses} == {204}
    with app.app_context():
        callbacks.record_early_reports()
    assert only(it)[0] == "sending"
    with app.app_context(), acting_for(account_id), transaction():
        record_results(account_id, [SendResult(message.id, 1, State.SENT, "")], now())
    for _ in range(2):
        with app.app_context():
            callbacks.record_early_reports()
    assert only(it)[0] == state


def test_an_early_report_settles_what_a_killed_worker_left(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    it, ids = texting(app, alice)
    account_id, [message] = alice.actor.account_id, messages(it)
    with app.app_context(), acting_for(account_id), transaction():
        store.claim(account_id, message.workflow_id, "sms", it.at, 1)
    assert report(app, alice, message.id, "sent") == 204
    with app.app_context(), acting_for(account_id), transaction():
        session().execute(
            sa.update(Message).where(Message.account_id == account_id).values(lease_until=now())
        )
    with app.app_context():
        sending.doubt_abandoned()
        callbacks.record_early_reports()
    it.move(minutes=1)
    assert (only(it)[0], it.where()[ids[0]]) == ("sent", ("completed", "last"))


def test_a_number_that_has_not_agreed_gets_none_though_it_was_changed_after_the_claim(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    connect(alice, consent="recorded")
    it, ids = texting(app, alice)
    wish(app, alice, ONE, True)
    account_id, [message] = alice.actor.account_id, messages(it)
    with app.app_context(), acting_for(account_id), open_transport(account_id, "sms") as transport:
        with transaction():
            [claimed], _ = store.claim(account_id, message.workflow_id, "sms", it.at, 1, True)
        change = contacts.ContactChange(given={"phone": NUMBERS[1]})
        contacts.edit_contact(alice.actor, ids[0], change, lambda contact: None)
        [said] = hand_over([claimed], {message.id: Content(ONE, "", {}, text="Hi")}, transport, it.at)
    assert (said.state, said.answer) == (State.FAILED, "The contact hasn’t agreed to text messages.")
    assert twilio.requests == 0


def test_deleting_a_contact_forgets_a_yes_and_keeps_a_no(app: Flask, alice: Person) -> None:
    _, ids = texting(app, alice, count=2)
    other = add(app, alice.actor, "other@example.com")
    wish(app, alice, ONE, True)
    wish(app, alice, NUMBERS[1], False)
    give_number(app, alice, other, ONE)
    delete(app, alice, ids)
    assert [consent(app, alice, number) for number in NUMBERS] == [True, False]
    delete(app, alice, [other])
    assert [consent(app, alice, number) for number in NUMBERS] == [None, False]


def delete(app: Flask, person: Person, ids: list[int]) -> None:
    account_id = person.actor.account_id
    with app.app_context(), acting_for(account_id):
        theirs = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id.in_(ids))
        delete_many(account_id, theirs, now())
