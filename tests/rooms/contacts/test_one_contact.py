"""One contact: added, changed, tagged, unsubscribed and taken back in, through its page."""

import re
import threading
import time

import pytest

from app.activity.infrastructure.queries import audit_entries
from app.contacts.application import LinkedText, add_contact, panels, register_events, register_panel
from app.contacts.domain import FIELDS as STANDARD_FIELDS
from app.contacts.domain import ConsentBasis
from app.contacts.domain.consent import MAX_CONSENT_SOURCE
from app.platform.database import transaction
from app.platform.errors import Invalid
from tests.rooms.contacts.people import add, card

FIELDS = {
    "first_name": "Ann",
    "last_name": "O'Neil",
    "email": "Ann@Example.com",
    "phone": "0151 23456789",
    "birthday": "23.4.1990",
    "tags": "Lead, spring fair",
    "consent_basis": "customer",
    "consent_source": "Fair in May",
}


def test_a_marketer_adds_a_contact(app, bob):
    answer = bob.post("/contacts", FIELDS)
    assert answer.status_code == 303
    page = bob.get(answer.location).text
    for words in (
        "Ann O&#39;Neil",
        "Ann@Example.com",
        "Apr 23, 1990",
        "Lead",
        "spring fair",
        "Existing customers",
    ):
        assert words in page
    found = card(app, bob.actor, int(answer.location.rsplit("/", 1)[1]))
    assert found.contact.email_key == "ann@example.com"
    assert found.contact.phone_key == "+4915123456789"
    with app.app_context():
        assert audit_entries(bob.actor.account_id)[0].action == "contact_created"


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(app, bob):
    answer = bob.post("/contacts", FIELDS | {"email": "ann@@example.com", "birthday": "31.2.1990"})
    assert answer.status_code == 422
    assert "The address has two @ signs." in answer.text
    assert "“31.2.1990” isn’t a date" in answer.text
    assert 'value="Fair in May"' in answer.text


def test_an_address_or_a_phone_is_needed(bob):
    assert (
        "Enter an email address or phone number."
        in bob.post("/contacts", {"first_name": "Ann", "consent_basis": "opt_in"}).text
    )


def test_an_address_belongs_to_one_contact(app, bob):
    other = add(app, bob.actor, "ann@example.com")
    answer = bob.post("/contacts", FIELDS)
    assert answer.status_code == 422
    assert f'href="/contacts/{other}"' in answer.text


def test_a_contact_is_changed(app, bob):
    contact_id = add(
        app, bob.actor, "ann@example.com", first_name="Ann", city="Bonn", custom={"plan": "gold"}
    )
    page = bob.get(f"/contacts/{contact_id}/edit").text
    assert 'value="Bonn"' in page
    changed = {"first_name": "Anna", "email": "anna@example.com", "city": ""}
    assert bob.post(f"/contacts/{contact_id}", changed).status_code == 303
    found = card(app, bob.actor, contact_id)
    contact = found.contact
    assert (contact.first_name, contact.first_name_key, contact.city) == ("Anna", "anna", None)
    assert contact.email_key == "anna@example.com"
    assert contact.custom == {"plan": "gold"}
    assert found.events[0].text == "City, Email, First name"


def test_a_contact_has_a_time_zone_of_its_own_or_not(app, bob):
    contact_id = add(app, bob.actor, "ann@example.com", time_zone="US/Eastern")
    edit = f"/contacts/{contact_id}/edit"
    assert '<option selected value="US/Eastern">' in bob.get(edit).text
    bob.post(f"/contacts/{contact_id}", {"email": "ann@example.com", "time_zone": "America/New_York"})
    assert "America/New York" in bob.get(f"/contacts/{contact_id}").text
    assert '<option selected value="America/New_York">' in bob.get(edit).text
    wrong = bob.post(f"/contacts/{contact_id}", {"email": "ann@example.com", "time_zone": "Mars/Olympus"})
    assert wrong.status_code == 422 and "“Mars/Olympus” isn’t a time zone." in wrong.text
    bob.post(f"/contacts/{contact_id}", {"email": "ann@example.com", "time_zone": ""})
    assert card(app, bob.actor, contact_id).contact.time_zone is None


def test_the_last_address_cannot_be_emptied(app, bob):
    contact_id = add(app, bob.actor, "ann@example.com")
    answer = bob.post(f"/contacts/{contact_id}", {"email": "", "first_name": "Ann"})
    assert answer.status_code == 422
    assert "Enter an email address or phone number." in answer.text


def test_changing_to_the_address_of_another_is_refused(app, bob):
    add(app, bob.actor, "ann@example.com")
    contact_id = add(app, bob.actor, "eve@example.com")
    answer = bob.post(f"/contacts/{contact_id}", {"email": "ANN@example.com"})
    assert answer.status_code == 422
    assert card(app, bob.actor, contact_id).contact.email_key == "eve@example.com"


def test_changing_to_an_address_that_is_being_added_is_refused(app, bob):
    """Nobody has it yet when it is looked for."""
    contact_id = add(app, bob.actor, "eve@example.com")
    is_added = threading.Event()

    def add_slowly() -> None:
        with app.app_context(), transaction():
            add_contact(bob.actor, {"email": "ann@example.com"}, consent_basis=ConsentBasis.OPT_IN)
            is_added.set()
            time.sleep(0.5)

    adding = threading.Thread(target=add_slowly)
    adding.start()
    is_added.wait(10)
    answer = bob.post(f"/contacts/{contact_id}", {"email": "ann@example.com"})
    adding.join()
    assert answer.status_code == 422
    assert "A contact with this email address already exists." in answer.text


def test_tags_are_given_and_taken(app, bob):
    contact_id = add(app, bob.actor, "ann@example.com")
    for spelling in ("New  Lead", "new lead"):
        assert bob.post(f"/contacts/{contact_id}/tags", {"name": spelling}).status_code == 303
    [tag] = card(app, bob.actor, contact_id).tags
    assert tag.name == "New Lead"
    bob.post(f"/contacts/{contact_id}/tags/{tag.id}/removal")
    found = card(app, bob.actor, contact_id)
    assert not found.tags
    assert [event.kind for event in found.events] == ["tag_removed", "tag_added", "contact_created"]


@pytest.mark.parametrize("name", ["", " ", "a, b", "x" * 61])
def test_a_name_that_cannot_be_a_tag(app, bob, name):
    contact_id = add(app, bob.actor, "ann@example.com")
    answer = bob.post(f"/contacts/{contact_id}/tags", {"name": name})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_unsubscribing_and_the_way_back_with_a_reason(app, bob):
    contact_id = add(app, bob.actor, "ann@example.com")
    page = f"/contacts/{contact_id}"
    assert bob.post(f"{page}/unsubscription").status_code == 303
    assert "No messages are sent" in bob.get(page).text
    assert bob.post(f"{page}/reactivation", {"reason": " "}).status_code == 422
    assert card(app, bob.actor, contact_id).contact.status == "unsubscribed"
    assert bob.post(f"{page}/reactivation", {"reason": "Called us"}).status_code == 303
    found = card(app, bob.actor, contact_id)
    assert (found.contact.status, found.contact.consent_source) == ("active", "Called us")
    assert [event.kind for event in found.events][:2] == ["reactivated", "unsubscribed"]


def test_only_somebody_who_unsubscribed_is_taken_back_in(app, bob):
    contact_id = add(app, bob.actor, "ann@example.com")
    assert bob.post(f"/contacts/{contact_id}/reactivation", {"reason": "Called us"}).status_code == 409


def test_vera_looks_and_changes_nothing(app, bob, vera):
    contact_id = add(app, bob.actor, "ann@example.com", tags=["lead"])
    page = vera.get(f"/contacts/{contact_id}")
    assert page.status_code == 200
    assert f"/contacts/{contact_id}/edit" not in page.text
    assert f"/contacts/{contact_id}/unsubscription" not in page.text
    assert "Add contact" not in vera.get("/contacts").text
    assert vera.get("/contacts/new").status_code == 403
    assert vera.get(f"/contacts/{contact_id}/edit").status_code == 403
    for address, data in [
        ("/contacts", FIELDS),
        (f"/contacts/{contact_id}", FIELDS),
        (f"/contacts/{contact_id}/tags", {"name": "x"}),
        (f"/contacts/{contact_id}/unsubscription", {}),
        (f"/contacts/{contact_id}/reactivation", {"reason": "x"}),
    ]:
        assert vera.post(address, data).status_code == 403, address


def test_somebody_elses_contact_does_not_exist(app, bob, mallory, sam):
    contact_id = add(app, bob.actor, "ann@example.com", tags=["lead"])
    tag = card(app, bob.actor, contact_id).tags[0]
    for stranger in (mallory, sam):
        page = f"/contacts/{contact_id}"
        assert stranger.get(page).status_code == 404
        assert stranger.get(f"{page}/edit").status_code == 404
        assert stranger.post(page, FIELDS).status_code == 404
        assert stranger.post(f"{page}/tags", {"name": "x"}).status_code == 404
        assert stranger.post(f"{page}/tags/{tag.id}/removal").status_code == 404
        assert stranger.post(f"{page}/unsubscription").status_code == 404
        assert stranger.post(f"{page}/reactivation", {"reason": "x"}).status_code == 404
        assert "ann@example.com" not in stranger.get("/contacts").text
    assert len(card(app, bob.actor, contact_id).tags) == 1


@pytest.mark.parametrize("number", ["0", "9223372036854775807", "9223372036854775808", "9" * 40])
def test_numbers_that_no_contact_has(bob, number):
    assert bob.get(f"/contacts/{number}").status_code == 404


def test_what_people_type_is_never_html(app, bob):
    evil = "<script>alert(1)</script>"
    contact_id = add(
        app, bob.actor, "ann@example.com", first_name=evil, company=evil, tags=[evil], custom={"x": evil}
    )
    bob.post(f"/contacts/{contact_id}/unsubscription")
    for address in (
        f"/contacts/{contact_id}",
        f"/contacts/{contact_id}/edit",
        "/contacts",
        f"/contacts?q={evil}&tag={evil}",
    ):
        assert evil not in bob.get(address).text, address


def test_higher_rooms_show_panels_and_tell_events(app, bob, monkeypatch):
    monkeypatch.setattr(panels, "_panels", {})
    monkeypatch.setattr(panels, "_describers", {})
    contact_id = add(app, bob.actor, "ann@example.com")
    register_panel("enrollments", lambda actor, number: f"<p>{actor.name} {number}</p>")
    register_panel("nothing", lambda actor, number: None)
    register_events(
        ["contact_created"],
        lambda actor, events: {event.id: LinkedText("Here at last", "/somewhere") for event in events},
    )
    page = bob.get(f"/contacts/{contact_id}").text
    assert f"&lt;p&gt;Bob {contact_id}&lt;/p&gt;" in page
    assert '<a href="/somewhere">Here at last</a>' in page


def test_too_long_fields_are_named(app, bob):
    with pytest.raises(Invalid) as refused:
        add(app, bob.actor, "ann@example.com", company="x" * 201)
    assert refused.value.facts["fields"] == {
        "company": "Company can have up to 200 characters; this has 201."
    }


def test_inputs_take_as_many_characters_as_the_domain(bob):
    page = bob.get("/contacts/new").text.partition("</main>")[0]
    inputs = re.findall(r"<input[^>]*maxlength[^>]*>", page)
    limits = {re.search(r'name="(\w+)"', one)[1]: re.search(r'maxlength="(\d+)"', one)[1] for one in inputs}
    assert {limits.pop(name) for name in ("consent_source", "sms_source")} == {str(MAX_CONSENT_SOURCE)}
    typed = {name: str(field.limit) for name, field in STANDARD_FIELDS.items() if name != "time_zone"}
    assert limits == typed
