"""Settings > Business details: saved per account, require permission, validated, safe to display."""

import io
import re

from flask import Flask

from app.accounts import application as accounts
from app.activity.infrastructure.queries import audit_entries
from tests.people import Person

PAGE = "/settings/business"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x07" * 40
DETAILS = {
    "website": "agency.example",
    "phone": "+49 30 901820",
    "postal_address": "1 Quay Street\r\nBristol",
    "booking_link": "https://book.example/agency",
    "review_link": "https://reviews.example/agency",
    "color": "#FC0",
}


def send_logo(person: Person, content: bytes, name: str = "logo.png") -> int:
    data = {"logo": (io.BytesIO(content), name)}
    return int(person.post(f"{PAGE}/logo", data, content_type="multipart/form-data").status_code)


def test_the_owner_sets_them_and_they_are_noted(app: Flask, alice: Person) -> None:
    answer = alice.post(PAGE, DETAILS)
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = alice.get(PAGE).text
    assert 'value="https://agency.example"' in page and "1 Quay Street\nBristol" in page
    with app.app_context():
        details = accounts.business_details(alice.actor.account_id)
        assert details.website == "https://agency.example"
        assert details.postal_address == "1 Quay Street\nBristol"
        assert details.color == "#ffcc00" and "color" not in details.texts
        entry = audit_entries(alice.actor.account_id)[0]
        assert entry.action == "business_details_changed"
        assert set(entry.facts["changed"]) == set(DETAILS)
        assert "agency.example" not in str(entry.facts)
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "updated the business details of the account “Agency” (website, phone, postal address" in log
    alice.post(PAGE, DETAILS)
    with app.app_context():
        assert audit_entries(alice.actor.account_id)[0].id == entry.id, "no change, no entry"


def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(alice: Person) -> None:
    sent = DETAILS | {"website": "javascript:alert(1)", "phone": "none", "color": "red;}"}
    answer = alice.post(PAGE, sent)
    assert answer.status_code == 422
    assert 'id="website-error"' in answer.text and 'id="phone-error"' in answer.text
    assert 'id="color-error"' in answer.text and 'value="red;}"' in answer.text
    assert 'value="javascript:alert(1)"' in answer.text
    assert 'value="https://book.example/agency"' in answer.text


def test_others_look_and_change_nothing(alice: Person, bob: Person, vera: Person) -> None:
    alice.post(PAGE, DETAILS)
    for person in (bob, vera):
        page = person.get(PAGE).text
        assert "https://agency.example" in page and 'action="/settings/business"' not in page
        assert person.post(PAGE, {"website": "evil.example"}).status_code == 403
        assert send_logo(person, PNG) == 403
        assert person.post(f"{PAGE}/logo", {"remove": "1"}).status_code == 403
    assert "evil.example" not in alice.get(PAGE).text


def test_each_account_has_its_own(alice: Person, sam: Person, mallory: Person) -> None:
    alice.post(PAGE, DETAILS)
    assert send_logo(alice, PNG) == 303
    for person in (sam, mallory):
        assert "agency.example" not in person.get(PAGE).text
        assert person.get(f"{PAGE}/logo").status_code == 404


def test_a_logo_is_served_as_a_picture_and_nothing_else(alice: Person, vera: Person) -> None:
    assert send_logo(alice, PNG, "evil.html") == 303
    answer = vera.get(f"{PAGE}/logo")
    assert answer.data == PNG
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert f'src="{PAGE}/logo?v=' in alice.get(PAGE).text


def test_what_is_no_picture_or_too_large_is_refused(alice: Person) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    assert send_logo(alice, svg, "logo.png") == 422
    assert send_logo(alice, PNG + b"\0" * 1024 * 1024) == 422
    assert send_logo(alice, PNG + b"\0" * 3 * 1024 * 1024) == 413
    assert alice.post(f"{PAGE}/logo", {}).status_code == 422
    assert alice.get(f"{PAGE}/logo").status_code == 404


def test_a_logo_is_removed(alice: Person) -> None:
    send_logo(alice, PNG)
    assert alice.post(f"{PAGE}/logo", {"remove": "1"}).status_code == 303
    assert alice.get(f"{PAGE}/logo").status_code == 404


def test_a_review_link_connects_reviews(app: Flask, alice: Person) -> None:
    assert alice.get("/settings/integrations").text.count("Not connected") == 6
    alice.post(PAGE, {"review_link": "https://reviews.example/agency"})
    assert alice.get("/settings/integrations").text.count("Not connected") == 5
