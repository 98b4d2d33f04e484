"""People sign up with forms themselves (E-21): the page is open to everyone, and so it must not do more than
a stranger may."""

import re
from io import BytesIO

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application.custom_fields import create_field
from app.forms import application as forms
from app.forms.presentation import public_pages
from app.platform.attempts import attempt_limiter
from app.platform.ids import is_public_id, new_public_id
from app.platform.tenancy import acting_for
from tests.people import Person, sign_in
from tests.rooms.contacts.people import add
from tests.rooms.engine.test_triggers import sources, started
from tests.rooms.forms.forming import TEXTS, signup
from tests.rooms.forms.statuses import set_status
from tests.rooms.messaging.texting import connect

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_a_new_contact_signs_up_and_starts_a_workflow(app: Flask, bob: Person) -> None:
    it = started(app, bob, "form_submitted", form="newsletter")
    other = started(app, bob, "form_submitted", form="other")
    form = signup(app, bob, {"first_name": "required", "phone": "optional"})
    page = form.browser.get(form.path)
    assert page.status_code == 200 and "Join us" in page.text and "Join</button>" in page.text
    assert form.enter(first_name="Ann", phone="030 123456").status_code == 200
    [ann] = form.contacts().values()
    assert (ann.email, ann.first_name, ann.phone_key) == ("ann@example.com", "Ann", "+4930123456")
    assert (ann.status, ann.consent_basis, ann.consent_source) == (
        "active",
        "opt_in",
        "Form “Newsletter”",
    )
    [kept] = form.submissions()
    assert (kept.contact_id, kept.state, kept.consent_text) == (ann.id, "received", TEXTS["consent_text"])
    assert sources(it) == {(ann.id, "trigger"): 1} and not sources(other)
    line = bob.get(f"/contacts/{ann.id}").text
    assert "Form submitted: Newsletter" in line and "Added to your contacts" in line


def test_what_is_missing_or_wrong_is_said_and_nothing_is_kept(app: Flask, bob: Person) -> None:
    form = signup(app, bob, {"last_name": "required", "birthday": "optional"})
    answer = form.enter(last_name="", birthday="yesterday")
    assert answer.status_code == 422 and "This field is required." in answer.text
    assert 'value="ann@example.com"' in answer.text, "what was typed stays"
    assert form.enter("ann", last_name="A").status_code == 422
    assert form.enter("", last_name="A").status_code == 422
    without = form.browser.post(form.path, data={"email": "ann@example.com", "last_name": "A"})
    assert without.status_code == 422 and "Check this box to agree." in without.text
    assert not form.contacts() and not form.submissions()


def test_a_submission_fills_gaps_but_changes_nothing_that_is_known(app: Flask, bob: Person) -> None:
    ann = add(app, bob.actor, "ann@example.com", first_name="Ann")
    form = signup(app, bob, dict.fromkeys(("first_name", "city", "phone"), "optional"))
    answer = form.enter("ANN@example.com", first_name="Mallory", city="Berlin", phone="030 123456")
    known = form.contacts()["ann@example.com"]
    assert (known.id, known.first_name, known.city, known.phone) == (ann, "Ann", "Berlin", None)
    assert known.consent_source is None, "an unconfirmed yes replaces no consent"
    fresh = form.enter("new@example.com", first_name="New")
    assert answer.text == fresh.text, "nothing tells whether an address is known"


@pytest.mark.parametrize(("consent", "phone"), [("recorded", "+4930123456"), ("covered", None)])
def test_nobody_has_texts_sent_to_others(
    app: Flask, alice: Person, bob: Person, consent: str, phone: str | None
) -> None:
    connect(alice, consent=consent)
    form = signup(app, bob, {"first_name": "optional", "phone": "optional"})
    form.enter(first_name="Ann", phone="030 123456")
    [ann] = form.contacts().values()
    assert (ann.first_name, ann.phone) == ("Ann", phone)


def test_only_the_consent_text_that_was_read_is_agreed_to(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    read = re.search(r'name="read"[^>]*value="(\w+)"', form.browser.get(form.path).text)
    assert read
    with app.app_context():
        forms.change_form(bob.actor, form.form_id, TEXTS | {"consent_text": "I agree to everything."}, {})
    answer = form.enter(read=read[1])
    assert answer.status_code == 422 and "This text has changed." in answer.text
    assert "I agree to everything." in answer.text and read[1] not in answer.text
    assert not form.submissions()


@pytest.mark.parametrize("status", ["unsubscribed", "blocked", "bounced"])
def test_a_no_stays_a_no(app: Flask, bob: Person, status: str) -> None:
    ann = add(app, bob.actor, "ann@example.com")
    it = started(app, bob, "form_submitted", form="Newsletter")
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id):
        set_status(account_id, ann, status)
    form = signup(app, bob)
    assert form.enter().status_code == 200
    assert form.contacts()["ann@example.com"].status == status
    assert not sources(it)


def test_a_page_that_is_sent_twice_counts_once(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    once = re.search(r'name="once"[^>]*value="([0-9a-f-]{36})"', form.browser.get(form.path).text)
    assert once
    answers = {form.enter(once=once[1]).text, form.enter(once=once[1]).text}
    assert len(answers) == 1 and len(form.submissions()) == 1
    form.enter(once="x" * 400)
    form.enter()
    assert len(form.submissions()) == 3


def test_a_page_that_is_corrected_and_sent_again_counts_again(app: Flask, bob: Person) -> None:
    form = signup(app, bob, {"first_name": "optional"})
    once = new_public_id()
    for address in ("ann@example.con", "ann@example.com", "ann@example.com", "ann@example.con"):
        assert form.enter(address, once=once).status_code == 200
    assert [one.email_key for one in form.submissions()] == ["ann@example.con", "ann@example.com"]
    form.enter(once=once, first_name="Ann")
    assert form.contacts()["ann@example.com"].first_name == "Ann"
    with app.app_context():
        forms.change_form(bob.actor, form.form_id, {"consent_text": "I agree to more."})
    form.enter(once=once, first_name="Ann")
    assert [one.consent_text for one in form.submissions()] == [
        *[TEXTS["consent_text"]] * 3,
        "I agree to more.",
    ]
    assert all(is_public_id(one.key) and one.key[:15] == once[:15] for one in form.submissions())


def test_programs_that_fill_in_everything_are_answered_and_ignored(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    assert form.enter(website="https://spam.example").text == form.enter("b@example.com").text
    assert [one.email_key for one in form.submissions()] == ["b@example.com"]


def test_too_many_submissions_are_refused(app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    form = signup(app, bob)
    with app.app_context():
        by_network, by_form = (
            attempt_limiter(one) for one in (public_pages.BY_NETWORK, public_pages.BY_FORM)
        )
    monkeypatch.setattr(by_network, "limit", 2)
    assert [form.enter().status_code for _ in range(3)] == [200, 200, 429]
    assert "Try again in" in form.enter().text
    monkeypatch.setattr(by_network, "limit", 99)
    monkeypatch.setattr(by_form, "limit", 3)
    assert [form.enter().status_code for _ in range(2)] == [200, 429]
    assert signup(app, bob, name="Other").enter().status_code == 200


def test_hostile_input(app: Flask, bob: Person) -> None:
    form = signup(app, bob, {"first_name": "optional", "company": "optional"})
    assert form.browser.post(form.path, data=b"x" * 70_000, content_type="text/plain").status_code == 413
    long = form.enter(first_name="a" * 5_000)
    assert long.status_code == 422
    for text in (XSS, "\ud800\x00", "‮", "a\r\nBcc: x@example.com"):
        given = text.encode("utf-8", "surrogatepass")
        answer = form.browser.post(
            form.path,
            data={"email": "ann@example.com", "agrees": "y", "first_name": given.decode("utf-8", "replace")},
        )
        assert answer.status_code == 200, text
    assert form.enter('"<script>"@example.com').status_code == 422
    refused = form.enter(XSS, first_name=XSS)
    assert refused.status_code == 422 and "<script>" not in refused.text and "<img src=x" not in refused.text
    files = {"email": "c@example.com", "agrees": "y", "first_name": (BytesIO(b"x"), "x.txt")}
    assert form.browser.post(form.path, data=files, content_type="multipart/form-data").status_code == 200
    assert form.contacts()["c@example.com"].first_name is None
    more = {"status": "blocked", "consent_basis": "customer", "tags": "VIP", "id": "1"}
    assert form.enter("d@example.com", **more).status_code == 200
    assert form.contacts()["d@example.com"].consent_basis == "opt_in"


def test_fields_that_are_not_asked_for_are_not_taken(app: Flask, bob: Person) -> None:
    form = signup(app, bob, {"city": "optional"})
    form.enter(city="Rome", company="Evil", phone="030 123456", **{"custom.size": "L"})
    [ann] = form.contacts().values()
    assert (ann.city, ann.company, ann.phone, ann.custom) == ("Rome", None, None, None)


def test_custom_fields(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        create_field(bob.actor, XSS, "choice", ("S", "L"))
        create_field(bob.actor, "Guests", "number", ())
        keys = {one.label: one.key for one in contacts.own_field_list(bob.actor.account_id)}
    size, guests = f"custom.{keys[XSS]}", f"custom.{keys['Guests']}"
    form = signup(app, bob, {size: "required", guests: "optional"})
    page = form.browser.get(form.path).text
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;" in page
    assert form.enter(**{size: "XL"}).status_code == 422
    assert form.enter(**{size: "L", guests: "many"}).status_code == 422
    assert form.enter(**{size: "L", guests: "3"}).status_code == 200
    [ann] = form.contacts().values()
    assert ann.custom == {keys[XSS]: "L", "guests": "3"}


def test_texts_of_a_form_are_no_markup(app: Flask, bob: Person) -> None:
    texts = dict.fromkeys(("introduction", "thanks", "consent_text"), XSS) | {
        "title": XSS,
        "button": XSS[:25],
    }
    form = signup(app, bob, name=XSS[:60], **texts)
    with app.app_context():
        embed = bob.get(f"/settings/forms/{form.form_id}").text
    for page in (form.browser.get(form.path).text, form.enter().text, embed, bob.get("/settings/forms").text):
        assert "<script>alert" not in page and "<img src=x" not in page


def test_only_the_form_may_be_framed(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    answers = [form.browser.get(f"{form.path}?embed"), form.enter(), form.enter("x"), form.enter(at="/f/x")]
    for answer in (*answers, form.browser.get("/f/x")):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors *") and "X-Frame-Options" not in answer.headers
        assert "default-src 'self'" in policy and "form-action 'self'" in policy
        assert "Set-Cookie" not in answer.headers
    for path in ("/sign-in", f"{form.path}/confirmations/x", "/f/x/confirmations/x", "/f/x/style.css"):
        answer = form.browser.get(path)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_form_in_a_frame_works_without_cookies_or_token(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    answer = form.browser.post(
        f"{form.path}?embed",
        data={"email": "ann@example.com", "agrees": "y"},
        headers={"Origin": "https://shop.example", "Referer": "https://shop.example/"},
    )
    assert answer.status_code == 200 and "public-embedded" in answer.text


def test_the_color_of_the_account(app: Flask, alice: Person, bob: Person) -> None:
    form = signup(app, bob)
    assert form.browser.get(f"{form.path}/style.css").text == ""
    assert alice.post("/settings/business", {"color": "#ffdd00"}).status_code == 303
    style = form.browser.get(f"{form.path}/style.css")
    assert style.mimetype == "text/css" and "#ffdd00" in style.text
    assert f"{form.path}/style.css" in form.browser.get(form.path).text
    assert form.browser.get(f"{form.path}/logo").status_code == 404


def test_forms_that_are_archived_or_unknown(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    assert bob.post(f"/settings/forms/{form.form_id}/archiving").status_code == 303
    for path in (form.path, f"/f/{new_public_id()}", "/f/1", "/f/%00"):
        for answer in (form.browser.get(path), form.enter(at=path)):
            assert answer.status_code == 404
            assert ("This form is closed." in answer.text) is (path == form.path)
            assert ("Make sure you have the complete link." in answer.text) is (path != form.path)
            assert "expire" not in answer.text
    assert not form.submissions()
    embedded = form.browser.get(f"{form.path}?embed")
    assert "public-embedded" in embedded.text and "X-Frame-Options" not in embedded.headers, (
        "it says so there"
    )
    assert bob.post(f"/settings/forms/{form.form_id}/restoring").status_code == 303
    assert form.enter().status_code == 200


def test_accounts_share_nothing(app: Flask, bob: Person) -> None:
    mallory = sign_in(app, "mallory")
    ours, theirs = signup(app, bob), signup(app, mallory)
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    assert theirs.enter().status_code == 200
    assert ours.contacts()["ann@example.com"].first_name == "Ann" and not ours.submissions()
    assert list(theirs.contacts()) == ["ann@example.com"]
    assert mallory.get(f"/settings/forms/{ours.form_id}").status_code == 404
    assert mallory.post(f"/settings/forms/{ours.form_id}/archiving").status_code == 404
    assert ours.path not in mallory.get("/settings/forms").text


def test_unknown_addresses_are_limited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        monkeypatch.setattr(attempt_limiter(public_pages.UNKNOWN), "limit", 2)
    browser = app.test_client()
    answers = [browser.get(f"/f/{new_public_id()}?embed") for _ in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 429]
    refused = answers[-1]
    assert "Too many attempts. Try again in" in refused.text and "public-embedded" in refused.text
    assert refused.headers["Retry-After"]
    assert refused.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "X-Frame-Options" not in refused.headers, "a frame that is refused says why"
    assert browser.get(f"/f/{new_public_id()}/style.css").headers["X-Frame-Options"] == "DENY"
