"""Initial setup creates the owner, once (P-01)."""

import html
import os
import stat
import threading
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.accounts.application import terminal_actor
from app.accounts.infrastructure import queries
from app.home.application import setup_token
from app.platform.database import db
from tests.people import Person
from tests.rooms.accounts.sign_in_page import token_on, type_in
from tests.rooms.home.setup_page import GOOD, fill_in
from tests.services.databases import Database


def test_a_stranger_is_led_to_the_set_up_page_of_a_fresh_installation(fresh_app: Flask) -> None:
    browser = fresh_app.test_client()
    for address in ("/", "/activity", "/contacts"):
        assert browser.get(address).location == "/setup"
    page = browser.get("/setup")
    assert page.status_code == 200
    assert "Token from the terminal" not in page.text, "only this machine can reach the installation"


def test_the_owner_is_made_and_signed_in(fresh_app: Flask) -> None:
    browser = fresh_app.test_client()
    answer = fill_in(browser)
    assert (answer.status_code, answer.location) == (303, "/")
    page = browser.get("/").text
    assert "Hello, Alice" in page
    assert "Sommer &amp; Partner" in page
    with fresh_app.app_context():
        owner = terminal_actor(None)
    assert (owner.name, owner.email, owner.role) == ("Alice Sommer", "alice@example.com", "owner")
    assert (owner.time_zone, owner.country) == ("Europe/Berlin", "DE"), "the country is that of the zone"
    assert type_in(fresh_app.test_client()).location == "/"


def test_a_country_of_their_own_is_kept(fresh_app: Flask) -> None:
    fill_in(fresh_app.test_client(), country="AT")
    with fresh_app.app_context():
        assert terminal_actor(None).country == "AT"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("name", "", "Enter your name."),
        ("name", "x" * 121, "Use at most 120 characters."),
        ("account_name", "", "Enter the name of your company."),
        ("email", "alice", "Enter a complete email address, such as alice@example.com."),
        ("password", "too short", "Use at least 10 characters."),
        ("time_zone", "Europe/Nowhere", "Choose a time zone from the list, such as Europe/Berlin."),
        ("country", "XX", "Choose a country from the list."),
    ],
)
def test_a_mistake_is_told_at_its_field_and_makes_nobody(
    fresh_app: Flask, field: str, text: str, sentence: str
) -> None:
    browser = fresh_app.test_client()
    answer = fill_in(browser, **{field: text})
    assert answer.status_code == 422
    assert f'<p class="field-error" id="{field}-error">' in answer.text
    assert html.escape(sentence) in answer.text
    assert 'value="Alice Sommer"' in answer.text or field == "name", "what was typed is not lost"
    assert GOOD["password"] not in answer.text
    with fresh_app.app_context():
        assert queries.installation_is_new()
    assert browser.get("/").status_code == 303


def test_all_mistakes_are_told_at_once(fresh_app: Flask) -> None:
    answer = fill_in(fresh_app.test_client(), name="", account_name="", email="", password="")
    assert answer.text.count('<p class="field-error"') == 4


def test_it_works_once_only(app: Flask, alice: Person) -> None:
    stranger = app.test_client()
    assert stranger.get("/setup").location == "/"
    assert alice.get("/setup").location == "/"
    token = token_on(stranger.get("/sign-in").text)
    answer = stranger.post("/setup", data=GOOD | {"email": "mallory@example.net", "csrf_token": token})
    assert answer.status_code == 409
    assert "This installation already has an owner" in answer.text
    assert 'href="/sign-in"' in answer.text
    with app.app_context():
        assert queries.user_by_email("mallory@example.net") is None


def test_of_two_at_the_same_moment_one_becomes_the_owner(fresh_app: Flask) -> None:
    browsers = [fresh_app.test_client() for _ in range(4)]
    tokens = [token_on(browser.get("/setup").text) for browser in browsers]
    start = threading.Barrier(len(browsers))
    statuses: list[int] = []

    def send(number: int) -> None:
        data = GOOD | {"email": f"person{number}@example.com", "csrf_token": tokens[number]}
        start.wait()
        statuses.append(browsers[number].post("/setup", data=data).status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409, 409, 409]
    with fresh_app.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM users")).scalar() == 1
        assert db.session.execute(db.text("SELECT count(*) FROM accounts")).scalar() == 1
    assert sum(browser.get("/").status_code == 200 for browser in browsers) == 1


def test_where_strangers_can_come_the_terminals_token_is_asked_for(database: Database) -> None:
    database.restore("fresh")
    app = create_app(database.settings(HOST="0.0.0.0"))
    browser = app.test_client()
    assert "Token from the terminal" in browser.get("/setup").text
    with app.app_context():
        token = setup_token(app.extensions["settings"])
        assert token is not None
        assert setup_token(app.extensions["settings"]) == token, "the same one at every start"
    for wrong in ("", "guess", token[:-1], token.swapcase()):
        answer = fill_in(browser, token=wrong)
        assert answer.status_code == 422
        assert 'id="token-error"' in answer.text
    assert f'value="{token}"' in browser.get(f"/setup?token={token}").text, "the terminal prints a link"
    assert fill_in(browser, token=f" {token} ").location == "/"
    with app.app_context():
        assert setup_token(app.extensions["settings"]) is None
        assert not (app.extensions["settings"].data_dir / "setup_token").exists()


@pytest.mark.only_on("postgresql", "machines share no SQLite file")
def test_machines_that_share_a_database_ask_for_the_same_token(database: Database, tmp_path: Path) -> None:
    database.restore("fresh")
    tokens = []
    for number, key in enumerate(("k" * 32, "k" * 32, "l" * 32)):
        folder = tmp_path / str(number)
        app = create_app(database.settings(HOST="0.0.0.0", DATA_DIR=folder, SECRET_KEY=key))
        with app.app_context():
            tokens.append(setup_token(app.extensions["settings"]))
        assert not (folder / "setup_token").exists()
    assert tokens[0] == tokens[1] != tokens[2] and len(tokens[0] or "") == 32


@pytest.mark.only_on("sqlite", "the token of several machines is in no file")
@pytest.mark.parametrize("settings", [{"HOST": "192.0.2.1"}, {"HOST": "::"}, {"TRUSTED_PROXIES": "1"}])
def test_the_token_is_for_our_eyes_only(database: Database, settings: dict[str, str]) -> None:
    database.restore("fresh")
    app = create_app(database.settings(**settings))
    with app.app_context():
        assert setup_token(app.extensions["settings"])
    path = app.extensions["settings"].data_dir / "setup_token"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    path.unlink()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_at_the_machine_itself_no_token_is_needed(database: Database, host: str) -> None:
    database.restore("fresh")
    app = create_app(database.settings(HOST=host))
    with app.app_context():
        assert setup_token(app.extensions["settings"]) is None


def test_an_installation_with_an_owner_has_no_token(database: Database) -> None:
    database.restore("people")
    app = create_app(database.settings(HOST="0.0.0.0"))
    with app.app_context():
        assert setup_token(app.extensions["settings"]) is None
