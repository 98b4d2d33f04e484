"""Sign-in and sign-out (P-02)."""

import html
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from app.accounts.application import add_person
from app.accounts.domain import Role
from tests.people import PASSWORD, Person
from tests.rooms.accounts.sign_in_page import token_on, type_in
from tests.services.databases import Database

WRONG = "The email address or the password is wrong."


def test_a_person_signs_in_and_lands_at_home(stranger: FlaskClient) -> None:
    answer = type_in(stranger)
    assert (answer.status_code, answer.location) == (302, "/")
    assert stranger.get("/").status_code == 200


def test_an_address_may_be_typed_in_capitals(stranger: FlaskClient) -> None:
    assert type_in(stranger, " Alice@EXAMPLE.com").location == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("nobody@example.com", "wrong password"),
        ("not an address", PASSWORD),
    ],
)
def test_every_failure_reads_the_same(stranger: FlaskClient, email: str, password: str) -> None:
    answer = type_in(stranger, email, password)
    assert answer.status_code == 422
    assert answer.text.count(WRONG) == 2, "in the summary and at the field"
    assert html.escape(email) in answer.text, "what was typed is not lost"
    assert password not in answer.text
    assert stranger.get("/").status_code == 303


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [("", PASSWORD, "Enter your email address."), ("alice@example.com", "", "Enter your password.")],
)
def test_a_blank_field_is_named(stranger: FlaskClient, email: str, password: str, sentence: str) -> None:
    answer = type_in(stranger, email, password)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert WRONG not in answer.text


def test_signing_out_is_a_post_and_ends_the_session(stranger: FlaskClient) -> None:
    type_in(stranger)
    token = token_on(stranger.get("/").text)
    assert stranger.get("/sign-out").location == "/"
    assert stranger.get("/").status_code == 200
    answer = stranger.post("/sign-out", data={"csrf_token": token})
    assert answer.location == "/sign-in"
    assert stranger.get("/").location.startswith("/sign-in")


def test_signing_out_needs_the_token_of_the_page(stranger: FlaskClient) -> None:
    type_in(stranger)
    assert stranger.post("/sign-out").status_code == 400
    assert stranger.get("/").status_code == 200


def test_signing_in_needs_the_token_of_the_page(stranger: FlaskClient) -> None:
    answer = stranger.post("/sign-in", data={"email": "alice@example.com", "password": PASSWORD})
    assert answer.status_code == 400


def test_there_is_no_second_way_in_by_json(stranger: FlaskClient) -> None:
    token = token_on(stranger.get("/sign-in").text)
    body = {"email": "alice@example.com", "password": PASSWORD}
    answer = stranger.post("/sign-in", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 415
    assert stranger.get("/").status_code == 303


def test_a_page_that_was_asked_for_comes_after_signing_in(stranger: FlaskClient) -> None:
    to_sign_in = stranger.get("/activity?kind=workflows")
    assert to_sign_in.status_code == 303
    page = stranger.get(to_sign_in.location)
    assert 'name="next" value="/activity?kind=workflows"' in page.text
    assert type_in(stranger, next="/activity?kind=workflows").location == "/activity?kind=workflows"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://mallory.example.org/",
        "//mallory.example.org/",
        "///mallory.example.org/",
        "/\\mallory.example.org/",
        "\\\\mallory.example.org/",
        "https:mallory.example.org",
        "http:///mallory.example.org",
        " //mallory.example.org",
        "\t//mallory.example.org",
        "javascript:alert(1)",
        "https://localhost@mallory.example.org/",
        "https://localhost.mallory.example.org/",
    ],
)
def test_next_never_leads_to_another_site(stranger: FlaskClient, elsewhere: str) -> None:
    in_form = type_in(stranger, next=elsewhere)
    assert _stays_here(in_form.location), in_form.location


@pytest.mark.parametrize(
    "elsewhere", ["https://mallory.example.org/", "//mallory.example.org/", "/%5Cmallory.org"]
)
def test_next_in_the_address_never_leads_to_another_site(stranger: FlaskClient, elsewhere: str) -> None:
    page = stranger.get("/sign-in", query_string={"next": elsewhere})
    answer = stranger.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data={"csrf_token": token_on(page.text), "email": "alice@example.com", "password": PASSWORD},
    )
    assert answer.status_code == 302
    assert _stays_here(answer.location), answer.location


NO_ADDRESSES = ("//[", "http://[", "//[::1", "//]", "http://[v1.]/", "///[", "\\\\[", "//a:b:c", "//\u2100")


@pytest.mark.parametrize("next_", NO_ADDRESSES)
def test_a_next_that_is_no_address_is_ignored(app: Flask, next_: str) -> None:
    for query, field in (({"next": next_}, ""), ({}, next_)):
        browser = app.test_client()
        page = browser.get("/sign-in", query_string=query, follow_redirects=True)
        assert page.status_code == 200
        form = {"csrf_token": token_on(page.text), "email": "alice@example.com", "password": PASSWORD}
        answer = browser.post("/sign-in", query_string=query, data=form | {"next": field})
        assert answer.status_code in (302, 303)
        assert _stays_here(answer.location)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(next_=st.text(alphabet="/\\[]@:?#%.ahtps\t\n \u2100\uff0f\x00", max_size=12))
def test_whatever_stands_in_next(stranger: FlaskClient, next_: str) -> None:
    answer = stranger.get("/sign-in", query_string={"next": next_})
    assert answer.status_code in (200, 303)


def _stays_here(location: str) -> bool:
    """Return True for local URLs. Browsers treat backslashes as slashes and skip leading spaces."""
    plain = location.replace("\\", "/").lstrip()
    return urljoin("http://localhost/sign-in", plain).startswith("http://localhost/")


def test_what_somebody_planted_before_does_not_survive_signing_in(stranger: FlaskClient) -> None:
    planted = token_on(stranger.get("/sign-in").text)
    with stranger.session_transaction() as session:
        before = session["csrf_token"]
        session["account_id"] = 999
    type_in(stranger)
    with stranger.session_transaction() as session:
        assert session.get("csrf_token") != before
        assert "account_id" not in session
    assert stranger.post("/sign-out", data={"csrf_token": planted}).status_code == 400


def test_a_session_of_before_is_not_signed_in_by_it(app: Flask) -> None:
    victim, thief = app.test_client(), app.test_client()
    victim.get("/sign-in")
    fixed = victim.get_cookie("muster")
    assert fixed is not None
    type_in(victim)
    thief.set_cookie("muster", fixed.value)
    assert thief.get("/").status_code == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(stranger: FlaskClient) -> None:
    cookies = type_in(stranger, remember="y").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"muster", "muster_remember"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie, "this installation has no https:// address"


def test_cookies_are_secure_where_the_address_is(database: Database) -> None:
    database.restore("people")
    secure = create_app(database.settings(PUBLIC_URL="https://muster.example.com"))
    cookies = type_in(secure.test_client(), remember="y").headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("Secure" in cookie and "Path=/" in cookie for cookie in cookies)
    assert all(cookie.startswith("__Host-") and "Domain" not in cookie for cookie in cookies)


def test_remember_me_outlives_the_browser(app: Flask) -> None:
    for remember, status in (("y", 200), ("", 303)):
        browser = app.test_client()
        type_in(browser, **({"remember": remember} if remember else {}))
        browser.delete_cookie("muster")
        assert browser.get("/").status_code == status


def test_a_poll_of_a_signed_out_person_moves_the_whole_page(stranger: FlaskClient) -> None:
    answer = stranger.get(
        "/", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/activity?person=2"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/activity?person%3D2"


def test_a_password_with_accents_works_however_they_are_typed(alice: Person, app: Flask) -> None:
    from flask_security import hash_password

    with app.app_context():
        add_person(
            alice.actor,
            email="umlaut@example.com",
            password="gr\u00fc\u00dfe aus k\u00f6ln",
            hash_password=hash_password,
            name="Umlaut",
            role=Role.MARKETER,
        )
    composed, decomposed = "gr\u00fc\u00dfe aus k\u00f6ln", "gru\u0308\u00dfe aus ko\u0308ln"
    assert type_in(app.test_client(), "umlaut@example.com", composed).location == "/"
    assert type_in(app.test_client(), "umlaut@example.com", decomposed).location == "/"


def test_an_outdated_password_hash_is_renewed_at_sign_in(app: Flask) -> None:
    from flask_security.utils import get_hmac
    from passlib.hash import argon2

    from app.accounts.infrastructure import queries
    from app.platform.database import transaction

    with app.app_context(), transaction():
        user = queries.user_by_email("bob@example.com")
        assert user is not None
        user.password = argon2.using(time_cost=1, memory_cost=32).hash(get_hmac(PASSWORD))
    assert type_in(app.test_client(), "bob@example.com").location == "/"
    with app.app_context():
        user = queries.user_by_email("bob@example.com")
        assert user is not None
        assert "m=32," not in user.password
    assert type_in(app.test_client(), "bob@example.com").location == "/"


def test_passwords_outlive_the_secret_key_with_a_key_of_their_own(database: Database, app: Flask) -> None:
    first = app.extensions["settings"].secret_key
    for password_key, status in ((first, 302), ("", 422)):
        settings = database.settings(
            SECRET_KEY="another key, which is long enough", PASSWORD_KEY=password_key
        )
        assert type_in(create_app(settings).test_client(), "bob@example.com").status_code == status


def test_a_person_who_was_switched_off_cannot_sign_in(app: Flask) -> None:
    from app.accounts.infrastructure import queries
    from app.platform.database import transaction

    with app.app_context(), transaction():
        user = queries.user_by_email("bob@example.com")
        assert user is not None
        user.active = False
    answer = type_in(app.test_client(), "bob@example.com")
    assert answer.status_code == 422
    assert WRONG in answer.text
