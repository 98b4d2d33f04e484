"""Consent to text messages is read and written wherever that to emails is; unknown is not yes."""

import csv
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.platform.clock import now
from app.platform.tenancy import acting_for
from tests.people import Person, Program
from tests.rooms.contacts.people import add

NUMBERS = [f"+491511234567{digit}" for digit in range(3)]
ANN = {"email": "ann@example.com", "phone": NUMBERS[0], "consent_basis": "opt_in"}


@pytest.fixture
def three(app: Flask, alice: Person) -> list[int]:
    """Contacts whose numbers say yes, no, and nothing."""
    ids = [add(app, alice.actor, f"p{at}@example.com", phone=phone) for at, phone in enumerate(NUMBERS)]
    with app.app_context(), acting_for(alice.actor.account_id):
        for number, is_given in zip(NUMBERS, (True, False), strict=False):
            contacts.note_sms_wish(alice.actor.account_id, number, is_given, "Said so", now())
    return ids


def status(answer: Any) -> str:
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json["sms_consent"]["status"])


def test_a_program_reads_it(program: Program, three: list[int]) -> None:
    listed = {one["id"]: one["sms_consent"] for one in program.get("/contacts").json["data"]}
    assert [listed[one]["status"] for one in three] == ["yes", "no", "unknown"]
    assert (listed[three[0]]["source"], listed[three[2]]["source"], listed[three[2]]["at"]) == (
        "Said so",
        None,
        None,
    )
    one = program.get(f"/contacts/{three[0]}").json
    assert one["sms_consent"] == listed[three[0]]
    only = program.get("/contacts?fields=sms_consent").json["data"][0]
    assert set(only) == {"id", "sms_consent"}


def test_a_program_adds_a_contact_who_agrees(program: Program) -> None:
    answer = program.post("/contacts", ANN | {"sms_consent": "yes", "sms_source": "Checkbox at checkout"})
    assert status(answer) == "yes"
    assert answer.json["sms_consent"]["source"] == "Checkbox at checkout"
    assert (
        status(program.post("/contacts", ANN | {"email": "b@example.com", "phone": NUMBERS[1]})) == "unknown"
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sms_consent": "yes"}, "sms_source"),
        ({"sms_consent": "yes", "sms_source": "  "}, "sms_source"),
        ({"sms_consent": "yes", "sms_source": "x" * 201}, "sms_source"),
        ({"sms_consent": "yes", "sms_source": "Form", "phone": None}, "phone"),
        ({"sms_consent": "no", "phone": None}, "phone"),
        ({"sms_consent": "unknown"}, "sms_consent"),
    ],
)
def test_a_yes_needs_a_source_and_a_number(program: Program, body: dict[str, Any], field: str) -> None:
    answer = program.post("/contacts", ANN | body)
    assert (answer.status_code, list(answer.json["fields"])) == (422, [field])
    assert program.get("/contacts").json["data"] == []


def test_a_program_changes_it(program: Program, three: list[int]) -> None:
    page = f"/contacts/{three[2]}"
    before = program.get(page).headers["ETag"]
    assert status(program.patch(page, {"sms_consent": "yes", "sms_source": "Asked by phone"})) == "yes"
    assert program.get(page).headers["ETag"] != before
    assert status(program.patch(page, {"city": "Bonn"})) == "yes"
    assert status(program.patch(page, {"sms_consent": "no"})) == "no"
    changes = {"phone": "+4915119999999", "sms_consent": "yes", "sms_source": "Form"}
    assert status(program.patch(page, changes)) == "yes"
    assert status(program.patch(page, {"phone": NUMBERS[2]})) == "no"


def test_a_program_finds_who_agrees(program: Program, three: list[int]) -> None:
    for op, value, expected in (
        ("equals", "yes", three[:1]),
        ("not_equals", "no", [three[0], three[2]]),
        ("in_list", ["no", "unknown"], three[1:]),
    ):
        rule = {"field": "contact.sms_consent", "op": op, "value": value}
        found = program.get(f"/contacts?filter={quote(json.dumps({'all': [rule]}))}")
        assert sorted(one["id"] for one in found.json["data"]) == expected


def test_a_contact_added_by_hand_may_agree(app: Flask, alice: Person) -> None:
    form = {"email": "ann@example.com", "consent_basis": "opt_in", "sms_source": "Signed at the desk"}
    refused = alice.post("/contacts", form)
    assert refused.status_code == 422 and "no phone number" in refused.text
    added = alice.post("/contacts", form | {"phone": NUMBERS[0]})
    assert added.status_code == 303
    assert "Agreed to text messages: Signed at the desk" in alice.get(added.headers["Location"]).text


def test_the_filter_page_offers_it(alice: Person) -> None:
    given = "g0-0-field=contact.sms_consent&g0-0-op=equals&g0-0-value=yes"
    page = alice.get(f"/contacts/filter?{given}").text
    assert '<option value="contact.sms_consent" selected>SMS consent</option>' in page
    assert '<option value="yes" selected>Yes</option>' in page


def test_downloads_have_it(alice: Person, three: list[int]) -> None:
    made = alice.post("/contacts/selections", {"all": "1"}).location
    text = alice.get(f"{made}/contacts.csv").data.decode("utf-8-sig")
    assert [row["SMS consent"] for row in csv.DictReader(io.StringIO(text))] == ["yes", "no", ""]
