"""Inviting people to the account, and accepting an invitation (P-04)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application.team.invitations import KEPT, MOST_SENT, discard_old_invitations
from app.accounts.infrastructure.tables import Invitation, TwoFactor
from app.accounts.presentation.team.joining import MOST_UNKNOWN
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.people import EMAILS, PASSWORD, Person, sign_in
from tests.rooms.accounts.sign_in_page import type_in
from tests.services.mail_server import mail_server

TEAM = "/settings/team"
ROLE = {"role": "marketer"}
NEW = {"name": "Bea Stone", "password": "violet tractor sings at noon"}


def link_on(page: str) -> str:
    """The path of the link that a page shows."""
    found = re.search(r'id="invitation-link" value="https?://[^/"]+(/invitations/[^"]+)"', page)
    assert found, page
    return found[1]


def invited(person: Person, email: str, role: str = "marketer") -> str:
    """Invite somebody; return the path of the link."""
    answer = person.post(f"{TEAM}/invitations", {"email": email, "role": role})
    assert answer.status_code == 200, answer.text
    return link_on(answer.text)


def rows(app: Flask) -> list[Invitation]:
    query = sa.select(Invitation).order_by(Invitation.id)
    with app.app_context():
        return list(session().scalars(query, execution_options={"cross_account": True}))


def opened(browser: FlaskClient, path: str) -> dict[str, str]:
    """The CSRF token of a page."""
    page = browser.get(path)
    assert page.status_code == 200, page.text
    [token, *_] = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)
    return {"csrf_token": token}


def test_a_new_person_joins_with_a_link(app: Flask, alice: Person, stranger: FlaskClient) -> None:  # P-04
    link = invited(alice, " Bea@Example.com ")
    assert link not in alice.get(TEAM).text and "bea@example.com" in alice.get(TEAM).text
    assert link.rpartition("/")[2] not in str(vars(rows(app)[0])), "only a hash is stored"
    page = stranger.get(link)
    assert "Alice invited you to work in Agency as a marketer." in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["Cache-Control"] == "no-store"
    token = opened(stranger, link)
    weak = stranger.post(link, data=token | {"name": "", "password": "bea example agency"})
    assert weak.status_code == 422
    assert 'id="name-error"' in weak.text and 'id="password-error"' in weak.text
    joined = stranger.post(link, data=token | NEW)
    assert (joined.status_code, joined.location) == (303, "/")
    home = stranger.get("/").text
    assert "Welcome to Agency." in home and "Bea Stone" in home and "marketer" in home
    again = app.test_client().get(link)
    assert again.status_code == 410 and "already accepted" in again.text
    assert "Pending invitations" not in alice.get(TEAM).text
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "invited bea@example.com as marketer" in log
    assert "accepted an invitation to the account “Agency” as marketer" in log


def test_a_user_of_the_installation_signs_in_and_joins(
    app: Flask, alice: Person, mallory: Person, bob: Person, stranger: FlaskClient
) -> None:  # P-04
    link = invited(alice, EMAILS["mallory"], "viewer")
    unknown = invited(alice, "nobody@example.com", "viewer")
    pages = [
        re.sub(r'value="[^"]*"|next=[^"]*|action="[^"]*"|hx-headers[^>]*', "", stranger.get(one).text)
        for one in (link, unknown)
    ]
    assert pages[0] == pages[1], "the page doesn’t say which address has a user"
    refused = stranger.post(link, data=opened(stranger, link) | NEW)
    assert refused.status_code == 422 and "sign in to accept" in refused.text
    other = bob.get(link).text
    assert "but you’re signed in as bob@example.com" in other
    assert "but you’re signed in as" in bob.post(f"{link}/acceptance").text
    assert "Mallory" not in alice.get(TEAM).text
    signed_in = type_in(app.test_client(), EMAILS["mallory"], PASSWORD, next=link)
    assert signed_in.location.endswith(link)
    joined = mallory.post(f"{link}/acceptance")
    assert (joined.status_code, joined.location) == (303, "/")
    assert 'class="person-account">Agency<' in mallory.get("/").text
    assert "Mallory" in alice.get(TEAM).text
    assert mallory.get(f"{TEAM}/{bob.actor.user_id}").status_code == 403, "a viewer here, an owner there"


def test_links_that_ended_say_so(app: Flask, alice: Person, stranger: FlaskClient) -> None:  # P-04
    first = invited(alice, "bea@example.com")
    [known] = rows(app)
    second = link_on(alice.post(f"{TEAM}/invitations/{known.id}/link").text)
    assert stranger.get(first).status_code == 404, "a new link replaces the one before"
    with app.app_context(), transaction():
        expired = sa.update(Invitation).values(expires_at=now() - timedelta(seconds=1))
        session().execute(expired, execution_options={"synchronize_session": False, "cross_account": True})
    page = stranger.get(second)
    assert (
        page.status_code == 410 and "has expired" in page.text and "Ask Alice to send it again" in page.text
    )
    assert "Expired" in alice.get(TEAM).text
    third = link_on(alice.post(f"{TEAM}/invitations/{known.id}/renewal").text)
    token = opened(stranger, third)
    assert alice.post(f"{TEAM}/invitations/{known.id}/revocation").status_code == 303
    late = stranger.post(third, data=token | NEW)
    assert late.status_code == 410 and "was withdrawn" in late.text
    assert type_in(app.test_client(), "bea@example.com", NEW["password"]).status_code == 422
    assert alice.post(f"{TEAM}/invitations/{known.id}/renewal").status_code == 404
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "renewed the invitation of bea@example.com" in log
    assert "revoked the invitation of bea@example.com" in log
    with app.app_context(), transaction():
        long_ago = sa.update(Invitation).values(expires_at=now() - KEPT)
        session().execute(long_ago, execution_options={"synchronize_session": False, "cross_account": True})
    with app.app_context():
        assert discard_old_invitations() == 1
    assert rows(app) == []


def test_who_may_invite_whom(app: Flask, alice: Person, bob: Person, vera: Person) -> None:  # P-04
    for person in (bob, vera):
        assert (
            person.post(f"{TEAM}/invitations", {"email": "x@example.com", "role": "viewer"}).status_code
            == 403
        )
        page = person.get(TEAM).text
        assert "alice@example.com" in page and "Invite" not in page and "Manage" not in page
    for email, role, sentence in (
        ("", "viewer", "Enter an email address."),
        (EMAILS["bob"], "viewer", "Bob is already in your team."),
        ("x@example.com", "boss", "Choose a role."),
    ):
        answer = alice.post(f"{TEAM}/invitations", {"email": email, "role": role})
        assert answer.status_code == 422 and sentence in answer.text
    link = invited(alice, "ada@example.com", "admin")
    twice = alice.post(f"{TEAM}/invitations", {"email": "ADA@example.com", "role": "viewer"})
    assert twice.status_code == 422 and "has an invitation already" in twice.text
    browser = alice.browser.application.test_client()
    assert browser.post(link, data=opened(browser, link) | NEW).status_code == 303
    token = opened(browser, TEAM)
    owner = browser.post(f"{TEAM}/invitations", data=token | {"email": "o@example.com", "role": "owner"})
    assert owner.status_code == 422 and "Only an owner can add owners." in owner.text
    invited(alice, "olga@example.com", "owner")
    [of_owner] = [one for one in rows(app) if one.role == "owner"]
    revoked = browser.post(f"{TEAM}/invitations/{of_owner.id}/revocation", data=token)
    assert revoked.status_code == 403 and "Only an owner can revoke invitations of owners." in revoked.text
    assert (
        browser.post(
            f"{TEAM}/invitations", data=token | {"email": "o@example.com", "role": "admin"}
        ).status_code
        == 200
    )


def test_made_up_links_are_limited(stranger: FlaskClient) -> None:
    codes = [stranger.get(f"/invitations/{number}").status_code for number in range(MOST_UNKNOWN + 1)]
    assert codes == [404] * MOST_UNKNOWN + [429]


def test_the_link_is_emailed(
    app: Flask,
    alice: Person,
    stranger: FlaskClient,
    run_tasks: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # P-04
    with mail_server() as mails:
        known: Any = app.extensions["settings"]
        given = {"mail_url": f"smtp://127.0.0.1:{mails.port}", "public_url": "https://muster.example.com"}
        monkeypatch.setitem(app.extensions, "settings", replace(known, **given))
        answer = alice.post(f"{TEAM}/invitations", {"email": "bea@example.com", "role": "admin"})
        assert answer.status_code == 303
        page = alice.get(TEAM).text
        assert "Invitation sent to bea@example.com." in page and "isn’t set" not in page
        run_tasks()
        [known_row] = rows(app)
        assert alice.post(f"{TEAM}/invitations/{known_row.id}/renewal").status_code == 303
        run_tasks()
        first, second = mails.received
    assert first["To"] == "bea@example.com" and first["Subject"] == "Alice invited you to Agency on Muster"
    links = []
    for mail in (first, second):
        body = mail.get_body(("plain",))
        assert body is not None and "as an admin" in body.get_content()
        links += re.findall(r"https://muster\.example\.com(/invitations/\S+)", body.get_content())
    assert stranger.get(links[0]).status_code == 404 and stranger.get(links[1]).status_code == 200
    with app.app_context(), session().connection() as connection:
        stored = connection.execution_options(cross_account=True).exec_driver_sql(
            "SELECT facts FROM outgoing_emails"
        )
        assert links[1].rpartition("/")[2] not in str(stored.all())


def test_a_link_to_copy_does_not_prove_an_address(
    app: Flask,
    alice: Person,
    stranger: FlaskClient,
    run_tasks: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # P-04
    known: Any = app.extensions["settings"]
    with mail_server() as mails:
        given = {"mail_url": f"smtp://127.0.0.1:{mails.port}", "public_url": "https://muster.example.com"}
        monkeypatch.setitem(app.extensions, "settings", replace(known, **given))
        mails.refusal = "550 No such mailbox"
        assert alice.post(f"{TEAM}/invitations", {"email": "bea@example.com"} | ROLE).status_code == 303
        run_tasks()
        page = alice.get(TEAM).text
        assert "Email failed" in page and "No such mailbox" in page and ">Send again<" in page
        mails.refusal = ""
        [row] = rows(app)
        shown = alice.post(f"{TEAM}/invitations/{row.id}/link").text
        assert "confirm their email address before joining" in shown
        link = link_on(shown)
        assert "Email failed" not in alice.get(TEAM).text, "that email had an earlier link"

        token = opened(stranger, link)
        assert "we send a link there" in stranger.get(link).text
        refused = stranger.post(link, data=token | NEW)
        assert "we send a link there" in refused.text and "Welcome" not in stranger.get("/").text
        made_up = f"{link}.{'0' * 64}"
        assert "we send a link there" in stranger.get(made_up).text
        sent = stranger.post(f"{link}/proof", data=token)
        assert sent.status_code == 200 and "We sent a link to bea@example.com." in sent.text
        run_tasks()
        [mail] = mails.received
    assert mail["To"] == "bea@example.com"
    body = mail.get_body(("plain",))
    assert body is not None
    [proven] = re.findall(r"https://muster\.example\.com(/invitations/\S+)", body.get_content())
    assert stranger.post(proven, data=opened(stranger, proven) | NEW).status_code == 303
    assert stranger.get(link).status_code == 410, "it was the same invitation"


def test_no_address_is_flooded(app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:  # P-04
    given = {"mail_url": "smtp://127.0.0.1:1", "public_url": "https://muster.example.com"}
    known: Any = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(known, **given))
    who = {"email": "bea@example.com", "role": "viewer"}
    assert alice.post(f"{TEAM}/invitations", who).status_code == 303
    [row] = rows(app)
    for _ in range(MOST_SENT - 1):
        assert alice.post(f"{TEAM}/invitations/{row.id}/renewal").status_code == 303
    assert "Too many emails were sent to this address" not in alice.get(TEAM).text
    [before] = rows(app)
    alice.post(f"{TEAM}/invitations/{row.id}/renewal")
    assert "Too many emails were sent to this address" in alice.get(TEAM).text
    [after] = rows(app)
    assert after.token_hash == before.token_hash, "the link that was sent still works"
    shown = link_on(alice.post(f"{TEAM}/invitations/{row.id}/link").text)
    assert alice.post(f"{shown}/proof").status_code == 429, "nor by those who have a link"
    alice.post(f"{TEAM}/invitations/{row.id}/revocation")
    again = alice.post(f"{TEAM}/invitations", who)
    assert again.status_code == 429 and "Too many emails were sent to this address" in again.text
    with app.app_context():
        sent = session().scalars(sa.select(OutgoingEmail), execution_options={"cross_account": True}).all()
    assert len(sent) == MOST_SENT


def test_how_people_sign_in_is_shown(app: Flask, alice: Person) -> None:
    page = alice.get(TEAM).text
    assert "Never" in page and page.count(">Off<") == 3
    for name in ("bob", "vera"):
        sign_in(app, name)
    with app.app_context(), transaction() as open_session:
        secret = TwoFactor(user_id=alice.actor.user_id, secret="x", last_counter=0, turned_on_at=now())
        open_session.add(secret)
    page = alice.get(TEAM).text
    assert "Never" not in page and page.count(">Off<") == 2 and page.count(">On<") == 1
