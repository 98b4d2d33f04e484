"""Sessions end on the server, so copied cookies stop working (P-02)."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application import discard_expired_sessions, end_other_sessions
from app.accounts.application.sessions import UNUSED_LIFETIME
from app.accounts.infrastructure import queries
from app.accounts.infrastructure.tables import Membership, SignIn, User
from app.accounts.presentation.sessions import current_token
from app.activity.infrastructure.queries import audit_entries
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


def test_only_sessions_that_the_page_lists_are_counted_when_they_end(app: Flask) -> None:
    here, used, unused, expired = (app.test_client() for _ in range(4))
    for browser in (here, used, unused, expired):
        type_in(browser, remember="y")
    old = {"last_seen_at": now() - UNUSED_LIFETIME - timedelta(hours=1)}
    with app.app_context(), transaction():
        ids = session().scalars(sa.select(SignIn.id).order_by(SignIn.id)).all()
        session().execute(sa.update(SignIn).where(SignIn.id == ids[2]).values(old))
        session().execute(sa.update(SignIn).where(SignIn.id == ids[3]).values(expires_at=now()))
    page = here.get(SECURITY).text
    assert len(rows_of(page)) == 2
    here.post(f"{SECURITY}/sessions/end-others", data={"csrf_token": token_on(page)})
    assert "Signed out of 1 other browser." in here.get(SECURITY).text
    with app.app_context():
        assert len(session().scalars(sa.select(SignIn)).all()) == 1


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


def rows_of(page: str) -> list[str]:
    """The text of each row of the list of sessions."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
)
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/144.0 Safari/537.36 Edg/144.0"
SECURITY = "/settings/security"


def test_people_see_their_sessions_and_end_them(app: Flask, bob: Person) -> None:
    here, phone, old = (app.test_client() for _ in range(3))
    here.environ_base["HTTP_USER_AGENT"] = DESKTOP
    phone.environ_base["HTTP_USER_AGENT"] = PHONE
    for browser in (here, phone, old):
        type_in(browser, sender="198.51.100.7")
    page = here.get(SECURITY).text
    first, *others = rows_of(page)
    assert first.startswith("Edge on Windows This browser 198.51.100.7 Now")
    assert any(row.startswith("Safari on iPhone 198.51.100.7") for row in others) and len(others) == 2
    assert "User-Agent" not in page and len(rows_of(bob.get(SECURITY).text)) == 1

    [of_phone] = [row for row in others if "iPhone" in row]
    address = re.findall(rf"{SECURITY}/sessions/\d+/end", page)[others.index(of_phone)]
    token = {"csrf_token": token_on(page)}
    copy = copy_of(app, phone, "muster")
    assert bob.post(address).status_code == 404, "somebody else's"
    assert here.post(address, data=token).location == SECURITY
    assert copy.get("/").status_code == phone.get("/").status_code == 303
    assert here.post(address, data=token).status_code == 404
    assert old.get("/").status_code == 200
    here.post(f"{SECURITY}/sessions/end-others", data=token)
    assert old.get("/").status_code == 303 and here.get("/").status_code == 200
    assert bob.get("/").status_code == 200
    with app.app_context():
        newest = audit_entries(bob.actor.account_id)[0]
        assert (newest.action, newest.facts["count"]) == ("sessions_ended", 1)


def test_a_session_says_when_and_where_it_was_last_seen(app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for browser in (here, there):
        type_in(browser)
    with app.app_context(), transaction():
        long_ago = now() - timedelta(hours=3)
        session().execute(sa.update(SignIn).values(last_seen_at=long_ago))
    there.get("/settings/profile", environ_base={"REMOTE_ADDR": "198.51.100.9"})
    other = rows_of(here.get(SECURITY).text)[1]
    assert "198.51.100.9" in other and "3 hours ago" not in other


def test_a_session_that_nobody_uses_ends(app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for browser in (here, there):
        type_in(browser, remember="y")
    for days, listed, status in ((13, 2, 200), (15, 1, 303)):
        with app.app_context(), transaction():
            first = session().scalars(sa.select(SignIn.id).order_by(SignIn.id)).first()
            seen = {"last_seen_at": now() - timedelta(days=days)}
            session().execute(sa.update(SignIn).where(SignIn.id == first).values(seen))
        assert len(rows_of(there.get(SECURITY).text)) == listed
        assert here.get("/settings/profile").status_code == status
