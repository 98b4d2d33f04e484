"""Text messages of a workflow, and what the provider reports of them."""

from typing import Any

from flask import Flask

from app.contacts import application as contacts
from app.messaging.application.sms.addresses import inbound_url, report_url
from app.messaging.domain.sms.signatures import signature
from app.platform.clock import now
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.services.twilio import ACCOUNT_SID, SENDER, TOKEN
from tests.unit.workflows.documents import step

PAGE = "/settings/sms"
BASE = "https://m.example"
LAST = step("last", "add_tag", tag="Last")
NUMBERS = ("+4915112345678", "+4915112345679")


def typed(**changes: Any) -> dict[str, str]:
    """The fields of a provider that sends to everyone who has not opted out."""
    usual = {"account_sid": ACCOUNT_SID, "token": TOKEN, "sender": SENDER, "consent": "covered"}
    return usual | {"per_second": ""} | changes


def connect(person: Person, **changes: Any) -> None:
    assert person.post(PAGE, typed(**changes)).status_code == 303


def texting(
    app: Flask, alice: Person, *then: dict[str, Any], count: int = 1, **setting: Any
) -> tuple[Campaign, list[int]]:
    """A workflow that texts contacts who have numbers, planned, but not sent."""
    text = step("text", "send_sms", **{"text": "Hi {{ contact.first_name }}", **setting})
    it = campaign(app, alice.actor, text, *then, LAST)
    ids = people(app, alice.actor, count)
    for contact_id, number in zip(ids, NUMBERS, strict=False):
        give_number(app, alice, contact_id, number)
    it.enroll(ids)
    it.move()
    return it, ids


def give_number(app: Flask, alice: Person, contact_id: int, number: str) -> None:
    with app.app_context():
        change = contacts.ContactChange(given={"phone": number})
        contacts.edit_contact(alice.actor, contact_id, change, lambda contact: None)


def wish(app: Flask, person: Person, number: str, is_given: bool) -> None:
    """Let the owner of a number say whether they want text messages."""
    with app.app_context(), acting_for(person.actor.account_id):
        contacts.note_sms_wish(person.actor.account_id, number, is_given, "Said so", now())


def report(
    app: Flask, person: Person, message_id: int, status: str, code: str = "", to: str = "", **given: Any
) -> int:
    """Let the provider report what became of a message to a number; return the status of the answer."""
    with app.app_context():
        url = report_url(person.actor.account_id, message_id)
    fields = {"AccountSid": ACCOUNT_SID, "MessageSid": "SM1", "MessageStatus": status, "To": to}
    return _call(app, url, fields | ({"ErrorCode": code} if code else {}), **given)


def answer(app: Flask, person: Person, number: str, text: str, kind: str = "", **given: Any) -> int:
    """Let somebody send a text message to the account; return the status of the answer."""
    with app.app_context():
        url = inbound_url(person.actor.account_id)
    fields = {"AccountSid": ACCOUNT_SID, "MessageSid": "SM2", "From": number, "To": SENDER, "Body": text}
    return _call(app, url, fields | ({"OptOutType": kind} if kind else {}), **given)


def _call(app: Flask, url: str, fields: dict[str, str], token: str = TOKEN) -> int:
    headers = {"X-Twilio-Signature": signature(token, url, fields.items())}
    return app.test_client().post(url.removeprefix(BASE), data=fields, headers=headers).status_code
