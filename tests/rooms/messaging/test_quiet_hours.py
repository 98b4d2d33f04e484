"""Nobody gets text messages in their quiet hours; they wait until these are over (W-06, E-10, E-24)."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask

from app.contacts import application as contacts
from app.engine.application.trial import Trial, paths_through, try_out
from app.messaging.application.sms.quiet import hold_quiet, quiet_now
from app.messaging.domain.reasons import Delay, sentence_of
from app.messaging.domain.sms.quiet_hours import NIGHT, QuietNow
from app.messaging.infrastructure import store
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.messaging.texting import NUMBERS, PAGE, answer, connect, give_number, texting, typed
from tests.services.twilio import FakeTwilio
from tests.unit.workflows.documents import email, parsed, sms, step

QUIET = {"quiet_hours": "y", "quiet_from": "21:00", "quiet_until": "08:00"}
BERLIN = ZoneInfo("Europe/Berlin")  # where the account is
TOKYO = "Asia/Tokyo"  # nine hours later than UTC


def at_night(it: Campaign, hour: int = 22) -> datetime:
    """Let it be an hour of tomorrow, in UTC; return when the quiet hours end at night in Berlin."""
    it.at = datetime.combine(it.at.date() + timedelta(days=1), time(hour), UTC)
    return datetime.combine(it.at.date() + timedelta(days=1), time(8), BERLIN).astimezone(UTC)


def live_in(app: Flask, person: Person, contact_id: int, zone: str) -> None:
    with app.app_context():
        change = contacts.ContactChange(given={"time_zone": zone})
        contacts.edit_contact(person.actor, contact_id, change, lambda contact: None)


def test_they_are_on_from_the_start(app: Flask, alice: Person) -> None:
    page = alice.get(PAGE).text
    assert re.search(r'<input [^>]*checked[^>]* name="quiet_hours"', page)
    assert 'value="21:00"' in page and 'value="08:00"' in page


def test_a_text_message_waits_until_they_end(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it, ids = texting(app, alice)
    end = at_night(it)
    go_on(it)
    [message] = messages(it)
    assert (message.state, message.answer, message.due_at) == ("planned", Delay.QUIET_HOURS, end)
    assert (twilio.requests, it.where()[ids[0]]) == (0, ("active", "text"))
    assert sentence_of(Delay.QUIET_HOURS, "planned") in alice.get(f"/messages/{message.id}").text
    it.at = end - timedelta(minutes=1)
    send(it)
    assert twilio.requests == 0
    go_on(it, minutes=1)
    assert twilio.texts == [(NUMBERS[0], "Hi P000")]
    assert it.where() == {ids[0]: ("completed", "last")}
    page = alice.get(f"/contacts/{ids[0]}").text
    assert page.count("Quiet hours delayed a text message of Welcome") == 1


def test_they_are_those_of_the_contacts_time_zone(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it, ids = texting(app, alice, count=2)
    live_in(app, alice, ids[1], TOKYO)
    at_night(it, 23)  # 8 in the morning in Tokyo
    go_on(it)
    assert twilio.texts == [(NUMBERS[1], "Hi P001")]
    it.at = it.at.replace(hour=12) + timedelta(days=1)  # 9 in the evening in Tokyo
    go_on(it)
    assert len(twilio.texts) == 2


def test_whoever_moves_into_the_night_meanwhile_gets_none(
    app: Flask, alice: Person, twilio: FakeTwilio
) -> None:
    """The statement that takes a message to sending asks for the time zone that the contact has then."""
    connect(alice, **QUIET)
    it, ids = texting(app, alice)
    [message] = messages(it)
    at_night(it, 12)
    account_id = alice.actor.account_id

    class Moving(QuietNow):
        def until(self, contact_zone: str | None) -> datetime | None:
            found = super().until(contact_zone)
            contacts.change_contact(alice.actor, ids[0], {"time_zone": TOKYO})
            return found

    with app.app_context(), acting_for(account_id), transaction():
        quiet = Moving(NIGHT, "UTC", it.at)
        claimed, others = store.claim(account_id, message.workflow_id, "sms", it.at, 1, False, quiet)
    assert (claimed, others) == ([], [message.id])


def test_all_that_are_due_wait_at_once(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it, ids = texting(app, alice, count=2)
    live_in(app, alice, ids[1], TOKYO)
    at_night(it, 13)  # afternoon in UTC, 10 in the evening in Tokyo
    account_id, [here, there] = alice.actor.account_id, messages(it)
    with app.app_context(), acting_for(account_id):
        hold_quiet(account_id, here.workflow_id, [here.id], quiet_now(account_id, NIGHT, it.at))
        assert {one.answer for one in messages(it)} == {""}
        for _ in range(2):
            hold_quiet(account_id, here.workflow_id, [there.id], quiet_now(account_id, NIGHT, it.at))
    first, second = messages(it)
    assert (first.answer, second.answer) == ("", Delay.QUIET_HOURS)
    assert second.due_at == it.at.replace(hour=23)


def test_those_who_opt_out_or_leave_meanwhile_get_none(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it, ids = texting(app, alice, count=2)
    at_night(it)
    send(it)
    assert answer(app, alice, NUMBERS[0], "STOP") == 200
    with app.app_context():
        contacts.unsubscribe(alice.actor, ids[1])
    go_on(it, hours=12)
    assert (twilio.requests, [one.state for one in messages(it)]) == (0, ["failed", "withdrawn"])


def test_emails_are_sent_at_night(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it = campaign(app, alice.actor, email("hello"), step("text", "send_sms", text="Hi"))
    ids = people(app, alice.actor, 1)
    give_number(app, alice, ids[0], NUMBERS[0])
    it.enroll(ids)
    at_night(it)
    it.move()
    go_on(it)
    assert [(one.channel, one.state) for one in messages(it)] == [("email", "sent"), ("sms", "planned")]


def test_a_change_is_noticed_by_those_that_wait(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it, ids = texting(app, alice)
    at_night(it)
    send(it)
    connect(alice, **QUIET | {"quiet_until": "09:00"})
    send(it)
    [message] = messages(it)
    assert (message.due_at.astimezone(BERLIN).hour, twilio.requests) == (9, 0)
    connect(alice)
    go_on(it)
    assert (twilio.requests, it.where()[ids[0]][0]) == (1, "completed")
    assert alice.get(f"/contacts/{ids[0]}").text.count("Quiet hours delayed") == 1
    assert "changed Twilio for text messages from" in alice.get("/activity").text
    assert "end of quiet hours" in alice.get("/activity").text


def test_without_a_provider_nothing_waits(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **QUIET)
    it, ids = texting(app, alice)
    at_night(it)
    send(it)
    alice.post(f"{PAGE}/removal")
    go_on(it)
    assert it.where()[ids[0]][0] == "completed"


def test_test_messages_are_sent_at_any_time(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    connect(alice, **{"quiet_hours": "y", "quiet_from": "00:00", "quiet_until": "23:59"})
    assert alice.post(f"{PAGE}/test", {"to": NUMBERS[0]}).status_code == 200
    assert twilio.requests == 1


def test_what_was_typed_wrong_is_shown(app: Flask, alice: Person) -> None:
    page = alice.post(PAGE, typed(**QUIET | {"quiet_until": "21:00", "quiet_from": "21:00"}))
    assert (page.status_code, "The end must differ from the start." in page.text) == (422, True)


def test_a_test_run_says_when_it_would_leave(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    local = now().astimezone(ZoneInfo(alice.actor.time_zone))
    begins, ends = (f"{local + timedelta(hours=hours):%H:%M}" for hours in (-1, 2))
    connect(alice, **{"quiet_hours": "y", "quiet_from": begins, "quiet_until": ends})
    it, ids = texting(app, alice, step("after", "add_tag", tag="After"))
    text, after, *_ = trial(app, alice, it, ids[0]).steps
    assert text.at == after.at
    assert f"{text.at.astimezone(local.tzinfo):%H:%M}" == ends
    assert "quiet hours" in text.note and text.message is not None
    connect(alice)
    assert trial(app, alice, it, ids[0]).steps[0].note == ""


def trial(app: Flask, person: Person, it: Campaign, contact_id: int) -> Trial:
    with app.app_context(), acting_for(person.actor.account_id):
        found = try_out(person.actor, it.public_id, str(contact_id))
    assert found is not None
    return found


def test_the_paths_of_a_workflow_say_what_they_delay(app: Flask, alice: Person, twilio: FakeTwilio) -> None:
    late = datetime.combine(now().date() + timedelta(days=1), time(22), BERLIN)
    paths = parsed(email("a"), sms("b"))
    with app.app_context(), acting_for(alice.actor.account_id):
        assert paths_through(alice.actor, paths, late).longest.delayed_messages == 0
    connect(alice, **QUIET)
    with app.app_context(), acting_for(alice.actor.account_id):
        assert paths_through(alice.actor, paths, late).longest.delayed_messages == 1
