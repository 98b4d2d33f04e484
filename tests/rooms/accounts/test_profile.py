"""Users change their name, email address, and password under Settings > Your profile."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask

from app.accounts.application import profile
from app.activity.infrastructure.queries import audit_entries
from tests.people import EMAILS, PASSWORD, Person, sign_in
from tests.rooms.accounts.sign_in_page import type_in
from tests.services.mail_server import mail_server

PAGE = "/settings/profile"
NEW = "violet tractor sings at noon"


def signs_in(app: Flask, email: str, password: str) -> bool:
    return bool(type_in(app.test_client(), email, password).status_code == 302)


def test_everybody_changes_their_own_name(app: Flask, vera: Person) -> None:
    answer = vera.post(f"{PAGE}/name", {"name": "  Vera   Marsh "})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert 'value="Vera Marsh"' in vera.get(PAGE).text
    with app.app_context():
        entry = audit_entries(vera.actor.account_id)[0]
        assert (entry.action, entry.facts["changed"]) == ("profile_changed", ["name"])
    log = re.sub(r"<[^>]+>", "", vera.get("/activity").text)
    assert "updated the profile of Vera Marsh (name)" in log
    assert vera.post(f"{PAGE}/name", {"name": " "}).status_code == 422
    assert vera.post(f"{PAGE}/name", {"name": "x" * 121}).status_code == 422


def test_the_address_needs_the_current_password(app: Flask, bob: Person) -> None:
    for password in ("", "wrong horse battery"):
        refused = bob.post(f"{PAGE}/email", {"email": "robert@example.com", "password": password})
        assert refused.status_code == 422 and 'id="email-password-error"' in refused.text
        assert bob.get(f"{PAGE}/email").location == PAGE, "that address is opened again, but not sent again"
        assert ('value="robert@example.com"' in refused.text and password not in refused.text) or not password
    assert signs_in(app, EMAILS["bob"], PASSWORD)
    answer = bob.post(f"{PAGE}/email", {"email": " Robert@Example.com", "password": PASSWORD})
    assert answer.status_code == 303
    assert signs_in(app, "robert@example.com", PASSWORD)
    assert not signs_in(app, EMAILS["bob"], PASSWORD)
    assert bob.get(PAGE).status_code == 200, "the session goes on"
    with app.app_context():
        assert "robert" not in str(audit_entries(bob.actor.account_id)[0].facts)


def test_a_new_address_is_announced_to_the_old_one(
    app: Flask, bob: Person, run_tasks: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = sign_in(app, "bob")
    with mail_server() as mails:
        settings = replace(app.extensions["settings"], mail_url=f"smtp://127.0.0.1:{mails.port}")
        monkeypatch.setitem(app.extensions, "settings", settings)
        for email in (EMAILS["bob"], "robert@example.com"):
            assert elsewhere.get("/").status_code == 200
            saved = bob.post(f"{PAGE}/email", {"email": email, "password": PASSWORD})
            assert saved.status_code == 303
        run_tasks()
    [message] = mails.received
    assert (message["To"], message["Subject"]) == (EMAILS["bob"], "Your email address was changed")
    assert "robert" not in message.as_string()
    assert "You were signed out of 1 other browser." in bob.get(PAGE).text
    assert elsewhere.get("/").status_code == 303


def test_a_new_address_counts_when_its_link_is_opened(
    app: Flask, bob: Person, vera: Person, run_tasks: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {"email": "robert@example.com", "password": PASSWORD}
    with mail_server() as mails:
        given = {"mail_url": f"smtp://127.0.0.1:{mails.port}", "public_url": "https://muster.example.com"}
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **given))
        for email in ("robert@example.com", EMAILS["mallory"], "robert@example.com"):
            assert bob.post(f"{PAGE}/email", changed | {"email": email}).status_code == 303
            assert f"If {email} can be used, a link was sent there." in bob.get(PAGE).text, "taken or not"
        run_tasks()
        assert [mail["To"] for mail in mails.received] == ["robert@example.com"] * 2
        first, second = (link_in(mail) for mail in mails.received)
        assert not signs_in(app, "robert@example.com", PASSWORD)
        for browser in (vera, sign_in(app, "mallory")):
            assert browser.get(first).status_code == browser.post(first).status_code == 404
        assert bob.get(first[:-5]).status_code == 404
        page = bob.get(first)
        assert "Use robert@example.com?" in page.text and page.headers["Referrer-Policy"] == "no-referrer"
        assert bob.post(first).status_code == 303
        assert bob.get(second).status_code == bob.post(second).status_code == 404, "one has been used"
        assert signs_in(app, "robert@example.com", PASSWORD)
        monkeypatch.setattr(profile, "EMAIL_LINK_LIFETIME", timedelta(seconds=-1))
        bob.post(f"{PAGE}/email", {"email": "rob@example.com", "password": PASSWORD})
        run_tasks()
        assert bob.get(link_in(mails.received[-1])).status_code == 404, "it has expired"
        for _ in range(profile.MOST_EMAIL_LINKS - 4):
            bob.post(f"{PAGE}/email", {"email": "rob@example.com", "password": PASSWORD})
        refused = bob.post(f"{PAGE}/email", {"email": "rob@example.com", "password": PASSWORD})
        assert refused.status_code == 422 and "several links within an hour" in refused.text


def link_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    found = re.search(r"https://muster\.example\.com(\S+)", body.get_content() if body else "")
    assert found
    return found[1]


def test_an_address_that_somebody_uses_is_refused_without_saying_so(app: Flask, bob: Person) -> None:
    answers = [
        bob.post(f"{PAGE}/email", {"email": EMAILS[who], "password": PASSWORD})
        for who in ("alice", "mallory")
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "This email address can’t be used." in answer.text
        assert not re.search("already|taken|exists|another account", answer.text)
    before_the_password = bob.post(f"{PAGE}/email", {"email": EMAILS["mallory"], "password": "wrong"})
    assert "can’t be used" not in before_the_password.text
    assert bob.post(f"{PAGE}/email", {"email": "bob", "password": PASSWORD}).status_code == 422
    assert signs_in(app, EMAILS["bob"], PASSWORD)


def test_a_new_password_ends_all_other_sessions(app: Flask, bob: Person, alice: Person) -> None:
    elsewhere = sign_in(app, "bob")
    refused = bob.post(f"{PAGE}/password", {"password": "wrong horse battery", "new_password": NEW})
    assert refused.status_code == 422 and 'id="old-password-error"' in refused.text
    assert elsewhere.get("/").status_code == 200
    changed = bob.post(f"{PAGE}/password", {"password": PASSWORD, "new_password": NEW})
    assert changed.status_code == 303
    assert "You were signed out of 1 other browser." in bob.get(PAGE).text
    assert elsewhere.get("/").status_code == 303
    assert alice.get("/").status_code == 200, "nobody else is signed out"
    assert signs_in(app, EMAILS["bob"], NEW)
    assert not signs_in(app, EMAILS["bob"], PASSWORD)


def test_a_bad_new_password_is_refused(app: Flask, bob: Person) -> None:
    for new in ("", "short", "aaaaaaaaaaaa", PASSWORD):
        answer = bob.post(f"{PAGE}/password", {"password": PASSWORD, "new_password": new})
        assert answer.status_code == 422
        assert 'id="new_password-error"' in answer.text
        assert 'value="' + new not in answer.text or not new
    assert signs_in(app, EMAILS["bob"], PASSWORD)


def test_a_common_password_or_ones_own_name_is_refused(app: Flask, bob: Person) -> None:
    for new in ("password1234", "bob@example.com", "qwertyuiop12"):
        answer = bob.post(f"{PAGE}/password", {"password": PASSWORD, "new_password": new})
        assert answer.status_code == 422 and 'id="new_password-error"' in answer.text


def test_the_current_password_cannot_be_guessed_here(app: Flask, bob: Person) -> None:
    sent = {"email": "robert@example.com", "password": "wrong horse battery"}
    answers = [bob.post(f"{PAGE}/email", sent).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    right = sent | {"password": PASSWORD}
    assert bob.post(f"{PAGE}/email", right).status_code == 429, "not even the right one, for a while"


def test_strangers_have_no_profile(app: Flask) -> None:
    stranger = app.test_client()
    assert stranger.get(PAGE).status_code == 303
    for part in ("name", "email", "password"):
        assert stranger.post(f"{PAGE}/{part}").status_code in (303, 400)
