"""Changing the roles of people, and removing them from the account (P-04)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application.team.invitations import invite, renew_invitation
from app.accounts.application.team.people import change_role, remove_person
from app.accounts.domain import Role
from app.accounts.infrastructure.tables import ApiToken, SignIn
from app.accounts.presentation.team import pages
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Invalid, NotAllowed
from tests.people import EMAILS, PASSWORD, Person, program_of, sign_in
from tests.rooms.accounts.sign_in_page import type_in
from tests.rooms.accounts.test_invitations import NEW, TEAM, invited, link_on, opened, rows
from tests.rooms.accounts.test_sub_accounts import ACCOUNTS, work_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines


def set_role(person: Person, of: Person, role: str, **more: str) -> tuple[int, str]:
    answer = person.post(f"{TEAM}/{of.actor.user_id}/role", {"role": role} | more)
    return answer.status_code, answer.text


def test_a_role_is_changed_at_once(alice: Person, bob: Person, vera: Person) -> None:  # P-04
    assert "Bob" in alice.get(f"{TEAM}/{bob.actor.user_id}").text
    assert set_role(alice, vera, "admin")[0] == 303
    assert "Vera is an admin now." in alice.get(TEAM).text
    assert vera.get(f"{TEAM}/{bob.actor.user_id}").status_code == 200
    assert set_role(vera, bob, "viewer")[0] == 303
    assert bob.get("/workflows/new").status_code == 403
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "changed the role of Vera from viewer to admin" in log
    status, page = set_role(alice, bob, "boss")
    assert status == 422 and "Choose a role." in page
    for who in (bob, alice):
        assert who.post(f"{TEAM}/{2**40}/role", {"role": "viewer"}).status_code in (403, 404)


def test_owners_are_safe_from_admins_and_never_run_out(
    app: Flask, alice: Person, bob: Person, vera: Person
) -> None:  # P-04
    page = alice.get(f"{TEAM}/{alice.actor.user_id}").text
    assert "You’re the only owner." in page and "Save role" not in page
    assert set_role(alice, alice, "viewer", is_sure="y")[0] == 409
    assert alice.post(f"{TEAM}/{alice.actor.user_id}/removal").status_code == 409
    assert set_role(alice, vera, "admin")[0] == 303
    assert set_role(vera, alice, "viewer")[0] == 403
    assert vera.post(f"{TEAM}/{alice.actor.user_id}/removal").status_code == 403
    assert set_role(vera, bob, "owner")[0] == 422, "an admin makes nobody an owner"
    assert (
        "Only an owner can change or remove another owner." in vera.get(f"{TEAM}/{alice.actor.user_id}").text
    )
    assert set_role(alice, bob, "owner")[0] == 303
    status, page = set_role(alice, alice, "marketer")
    assert status == 422 and "Confirm that you want to give up" in page
    assert set_role(alice, alice, "marketer", is_sure="y")[0] == 303
    assert alice.get(f"{TEAM}/{bob.actor.user_id}").status_code == 403
    assert bob.post(f"{TEAM}/{alice.actor.user_id}/removal").status_code == 303


def test_the_role_of_who_changes_the_team_is_read_again(
    app: Flask, alice: Person, bob: Person, vera: Person
) -> None:
    """As if they had lost it, or been removed, after their request began."""
    invited(alice, "first@example.com", "viewer")
    [known] = rows(app)
    admin, owner = (replace(vera.actor, role=role) for role in (Role.ADMIN, Role.OWNER))
    bob_id, new = bob.actor.user_id or 0, "second@example.com"
    with app.app_context():
        for act in (
            lambda: change_role(admin, bob_id, "viewer"),
            lambda: remove_person(admin, bob_id),
            lambda: invite(admin, email=new, role="viewer"),
            lambda: renew_invitation(admin, known.id, by_email=False),
        ):
            with pytest.raises(NotAllowed, match=r"Your role \(viewer\) can’t"):
                act()
    assert set_role(alice, vera, "admin")[0] == 303
    with app.app_context(), pytest.raises(Invalid, match="Only an owner can add owners"):
        invite(owner, email=new, role="owner")
    assert alice.post(f"{TEAM}/{vera.actor.user_id}/removal").status_code == 303
    with app.app_context(), pytest.raises(NotAllowed, match="aren’t on the team of Agency anymore"):
        invite(admin, email=new, role="viewer")
    assert "Bob" in alice.get(TEAM).text and len(rows(app)) == 1


def test_an_old_session_is_asked_for_the_password_first(
    app: Flask, alice: Person, bob: Person, sam: Person
) -> None:  # P-04
    person, below = f"{TEAM}/{bob.actor.user_id}", f"{ACCOUNTS}/{sam.actor.account_id}"
    assert not any('name="password"' in alice.get(page).text for page in (TEAM, person, below))
    with app.app_context(), transaction():
        session().execute(sa.update(SignIn).values(started_at=now() - timedelta(minutes=61)))
    for page, act, given, status in (
        (TEAM, "invitations", {"email": "bea@example.com", "role": "admin"}, 200),
        (below, "invitations", {"email": "bea@example.com", "role": "admin"}, 200),
        (person, "role", {"role": "admin"}, 303),
        (person, "removal", {}, 303),
    ):
        assert 'name="password"' in alice.get(page).text
        for password in ("", "wrong horse battery"):
            refused = alice.post(f"{page}/{act}", given | {"password": password})
            assert refused.status_code == 422 and 'password-error"' in refused.text
        assert alice.post(f"{page}/{act}", given | {"password": PASSWORD}).status_code == status
    assert [one.email for one in rows(app)] == ["bea@example.com"] * 2
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert log.count("changed the role of Bob") == log.count("removed Bob") == 1


def test_removal_ends_sessions_and_tokens(
    app: Flask, alice: Person, bob: Person, run_tasks: Callable[[], bool]
) -> None:  # P-04
    trial = Trial(app, bob.actor, run_tasks)
    job = trial.start(lines(*addresses(3)), None, missing="create")
    program, elsewhere = program_of(app, bob), sign_in(app, "bob")
    made = bob.post("/workflows/new", {"name": "Made by Bob"}).location
    assert alice.post(f"{TEAM}/{bob.actor.user_id}/removal").status_code == 303
    assert "Bob was removed from your team" in alice.get(TEAM).text
    for browser in (bob, elsewhere):
        assert "/sign-in" in browser.get("/").location
    assert program.get("/me").status_code == 401
    with app.app_context():
        [token] = session().execute(sa.select(ApiToken), execution_options={"cross_account": True}).scalars()
        assert token.revoked_at is not None, "inviting him again doesn’t bring it back"
    assert "Made by Bob" in alice.get(made).text
    trial.finish(job)
    assert trial.job(job).status == "completed", "the job that he started goes on"
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "removed Bob from the team" in log and "Bob created the workflow" in log
    back = type_in(app.test_client(), EMAILS["bob"], PASSWORD)
    assert back.status_code == 302, "his password is right, but there is no account"
    link = invited(alice, EMAILS["bob"], "viewer")
    browser = app.test_client()
    type_in(browser, EMAILS["bob"], PASSWORD)
    assert browser.get("/", follow_redirects=True).text.count("you aren’t on a team anymore") == 1
    type_in(browser, EMAILS["bob"], PASSWORD)
    joined = browser.post(f"{link}/acceptance", data=opened(browser, link))
    assert joined.status_code == 303 and "Welcome to Agency." in browser.get("/").text


def test_invitations_end_with_the_right_to_give_their_roles(
    app: Flask, alice: Person, bob: Person, sam: Person, stranger: FlaskClient
) -> None:  # P-04
    assert set_role(alice, bob, "owner")[0] == 303
    by_alice = invited(alice, "first@example.com", "viewer")
    own = [invited(bob, f"{role}@example.com", role) for role in ("owner", "viewer")]
    below = f"{ACCOUNTS}/{sam.actor.account_id}/invitations"
    own += [link_on(bob.post(below, {"email": "below@example.com", "role": "owner"}).text)]

    def states() -> list[int]:
        return [stranger.get(link).status_code for link in (by_alice, *own)]

    assert states() == [200] * 4
    assert set_role(alice, bob, "admin")[0] == 303
    assert states() == [200, 410, 200, 410], "an admin invites no owners"
    assert "was withdrawn" in stranger.get(own[0]).text
    assert "owner@example.com" not in alice.get(TEAM).text and "viewer@example.com" in alice.get(TEAM).text
    [first, *_] = rows(app)
    by_alice = link_on(bob.post(f"{TEAM}/invitations/{first.id}/link").text)
    assert alice.post(f"{TEAM}/{bob.actor.user_id}/removal").status_code == 303
    assert states() == [410] * 4, "he knows the new link of the first one, too"
    for person, email in ((alice, "viewer"), (alice, "first"), (sam, "below")):
        log = re.sub(r"<[^>]+>", "", person.get("/activity").text)
        assert f"revoked the invitation of {email}@example.com" in log


def test_the_team_of_a_sub_account(app: Flask, alice: Person, sam: Person, mallory: Person) -> None:  # P-03
    link = invited(sam, "bea@example.com", "marketer")
    browser = app.test_client()
    assert browser.post(link, data=opened(browser, link) | NEW).status_code == 303
    page = browser.get(TEAM).text
    assert "sam@example.com" in page and "alice@example.com" not in page
    assert "3 people of your agency can work in this account, too." in page
    assert "bea@example.com" not in alice.get(TEAM).text, "it isn’t the agency’s team"
    assert alice.get(f"{TEAM}/{sam.actor.user_id}").status_code == 404
    for person in (sam, mallory):
        assert person.get(f"{TEAM}/{alice.actor.user_id}").status_code == 404
    work_in(alice, sam.actor.account_id)
    assert alice.post(f"{TEAM}/{sam.actor.user_id}/removal").status_code == 303, "the agency owns it, too"
    assert "/sign-in" in sam.get("/").location


def test_a_long_team_has_pages(app: Flask, alice: Person) -> None:
    first = alice.get(TEAM).text
    assert 'rel="next"' not in first
    original, pages.PAGE = pages.PAGE, 2  # type: ignore[misc]
    try:
        first = alice.get(TEAM).text
        [following] = re.findall(r'rel="next" href="([^"]+)"', first)
        second = alice.get(following).text
    finally:
        pages.PAGE = original  # type: ignore[misc]
    assert "bob@example.com" in first and "vera@example.com" not in first
    assert "vera@example.com" in second and "2 of 3 people" in first


def test_a_page_does_not_begin_after_somebody_of_another_account(
    alice: Person, sam: Person, mallory: Person
) -> None:
    for stranger in (sam.actor.user_id, mallory.actor.user_id, 2**40):
        page = alice.get(f"{TEAM}?after={stranger}").text
        assert all(EMAILS[name] in page for name in ("alice", "bob", "vera")), "a place would tell the name"
    after_alice = alice.get(f"{TEAM}?after={alice.actor.user_id}").text
    assert EMAILS["bob"] in after_alice and after_alice.count(EMAILS["alice"]) < page.count(EMAILS["alice"])
