"""Sessions end on the server, so copied cookies stop working (P-02)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application import discard_expired_sessions, end_other_sessions
from app.accounts.infrastructure import queries
from app.accounts.infrastructure.tables import Membership, SignIn, User
from app.accounts.presentation.sessions import current_token
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.people import EMAILS, Person
from tests.rooms.accounts.sign_in_page import token_on, type_in

COOKIES = ("muster", "muster_remember")


def copy_of(app: Flask, browser: FlaskClient, *names: str) -> FlaskClient:
    """Return another browser with copies of the named cookies."""
    thief = app.test_client()
    for name in names:
        cookie = browser.get_cookie(name)
        assert cookie is not None, name
        thief.set_cookie(name, cookie.value)
    return thief


@pytest.mark.parametrize("stolen", COOKIES)
def test_signing_out_ends_copied_cookies(app: Flask, stolen: str) -> None:
    browser = app.test_client()
    type_in(browser, remember="y")
    thief = copy_of(app, browser, stolen)
    assert thief.get("/").status_code == 200
    assert browser.post("/sign-out", data={"csrf_token": token_on(browser.get("/").text)}).status_code == 303
    assert thief.get("/").location == "/sign-in"
    assert browser.get_cookie("muster_remember") is None
    assert browser.get("/").location == "/sign-in"


def test_signing_out_leaves_the_other_computer_alone(app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for browser in (here, there):
        type_in(browser, remember="y")
    here.post("/sign-out", data={"csrf_token": token_on(here.get("/").text)})
    assert there.get("/").status_code == 200


def test_ending_all_other_sessions_keeps_the_present_one(app: Flask, bob: Person) -> None:
    here, there = app.test_client(), app.test_client()
    for browser in (here, there):
        type_in(browser, remember="y")
    copy = copy_of(app, there, "muster_remember")
    with here:
        here.get("/")
        token = current_token()
    assert token
    with app.app_context():
        user = queries.user_by_email(EMAILS["alice"])
        assert user is not None
        assert end_other_sessions(user.id, token) == 1
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 303
    assert copy.get("/").status_code == 303
    assert bob.get("/").status_code == 200


@pytest.mark.parametrize(("remember", "days"), [("y", 30), ("", 7)])
def test_a_session_expires_on_the_server(app: Flask, remember: str, days: int) -> None:
    browser = app.test_client()
    type_in(browser, **({"remember": remember} if remember else {}))
    with app.app_context():
        kept = session().scalars(sa.select(SignIn)).one()
        left = kept.expires_at - now()
        assert timedelta(days=days - 1) < left <= timedelta(days=days)
        with transaction():
            session().execute(sa.update(SignIn).values(expires_at=now()))
    assert browser.get("/").status_code == 303
    with app.app_context():
        assert discard_expired_sessions() == 1
        assert session().scalars(sa.select(SignIn)).all() == []


def test_the_token_is_not_in_the_database(app: Flask) -> None:
    browser = app.test_client()
    with browser:
        type_in(browser)
        browser.get("/")
        token = current_token()
    with app.app_context():
        kept = session().scalars(sa.select(SignIn)).one()
        assert len(token) >= 40
        assert token not in (kept.token_hash, str(kept.id))


@pytest.mark.parametrize("kept", [COOKIES, ("muster",), ("muster_remember",)])
def test_cookies_of_somebody_without_an_account_lead_to_sign_in(app: Flask, kept: tuple[str, ...]) -> None:
    browser = app.test_client()
    type_in(browser, EMAILS["bob"], remember="y")
    visitor = copy_of(app, browser, *kept)
    with app.app_context(), transaction():
        user = queries.user_by_email(EMAILS["bob"])
        assert user is not None
        session().execute(
            sa.delete(Membership).where(Membership.user_id == user.id),
            execution_options={"cross_account": True},
        )
    answer = visitor.get("/contacts", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == "/sign-in"
    assert len(answer.history) == 1, "no going round in circles"
    assert visitor.get_cookie("muster_remember") is None


def test_a_public_page_with_such_cookies_is_shown(app: Flask) -> None:
    browser = app.test_client()
    type_in(browser, EMAILS["bob"], remember="y")
    with app.app_context(), transaction():
        session().execute(sa.delete(Membership), execution_options={"cross_account": True})
    assert browser.get("/sign-in").status_code == 200


def test_someone_who_left_a_sub_account_is_back_in_their_own(app: Flask) -> None:
    browser = app.test_client()
    type_in(browser)
    with browser.session_transaction() as kept:
        kept["account_id"] = 999
    assert browser.get("/").status_code == 200


def test_a_deactivated_person_is_out_at_once(app: Flask) -> None:
    browser = app.test_client()
    type_in(browser, EMAILS["bob"], remember="y")
    with app.app_context(), transaction():
        session().execute(sa.update(User).where(User.email == EMAILS["bob"]).values(active=False))
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "value", ["", "x", "1|2", "|", "a|" + "0" * 128, "é|é", "." * 5000, "null", "%00|%00", "9" * 4000]
)
def test_strange_cookies_are_no_sign_in_and_no_fault(app: Flask, value: str) -> None:
    for name in COOKIES:
        browser = app.test_client()
        browser.set_cookie(name, value)
        assert browser.get("/").status_code == 303
        assert browser.get("/sign-in").status_code == 200
