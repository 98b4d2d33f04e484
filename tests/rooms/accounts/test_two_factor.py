"""Two-factor authentication: codes of an app, recovery codes, accounts that require it (P-02)."""

import re
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from app.accounts.infrastructure.tables import RecoveryCode, SignIn, TwoFactor
from app.accounts.presentation.security import second_step
from app.activity.infrastructure.queries import audit_entries
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.people import EMAILS, PASSWORD, Person, program_of, sign_in
from tests.rooms.accounts.sign_in_page import token_on, type_in
from tests.services.valkey import Valkey

PAGE = "/settings/security/two-factor"
STEP = "/sign-in/code"
PERIOD = 30


def code_of(secret: str, periods: int = 0) -> str:
    """The code that an app shows, or one of so many periods later."""
    return str(TOTP(key=secret).generate(time.time() + periods * PERIOD).token)


def parts_of(page: str) -> tuple[str, str]:
    """The sealed and the plain secret on the page that turns it on."""
    sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
    secret = re.search(r'class="qr-key">([^<]+)<', page)
    assert sealed and secret, page
    return sealed[1], secret[1].replace(" ", "")


def turn_on(person: Person) -> tuple[str, list[str]]:
    """Turn it on for a person; return the secret and the recovery codes."""
    sealed, secret = parts_of(person.get(PAGE).text)
    made = person.post(PAGE, {"sealed": sealed, "code": code_of(secret, -1)})
    assert made.status_code == 200, made.text
    return secret, re.findall(r"<li><code>([^<]+)</code>", made.text)


def enter(browser: FlaskClient, code: str, sender: str = "192.0.2.1") -> Any:
    data = {"csrf_token": token_on(browser.get(STEP).text), "code": code}
    return browser.post(STEP, data=data, environ_base={"REMOTE_ADDR": sender})


def at_second_step(app: Flask, name: str = "bob", **fields: Any) -> FlaskClient:
    browser = app.test_client()
    answer = type_in(browser, EMAILS[name], **fields)
    assert (answer.status_code, answer.location) == (303, STEP), answer.text
    return browser


def actions(app: Flask, person: Person) -> list[str]:
    with app.app_context():
        return [one.action for one in audit_entries(person.actor.account_id)]


def test_it_is_turned_on_with_a_code(app: Flask, bob: Person) -> None:
    elsewhere = app.test_client()
    type_in(elsewhere, EMAILS["bob"])
    page = bob.get(PAGE).text
    sealed, secret = parts_of(page)
    assert "<svg" in page and "<script>" not in page and " style=" not in page
    for wrong in ("", "000000", "12345", "abcdef", "１２３４５６", code_of(secret, 20)):
        refused = bob.post(PAGE, {"sealed": sealed, "code": wrong})
        assert refused.status_code == 422 and parts_of(refused.text)[1] == secret, wrong
    assert type_in(app.test_client(), EMAILS["bob"]).location == "/", "nothing is on yet"

    made = bob.post(PAGE, {"sealed": sealed, "code": f" {code_of(secret)[:3]} {code_of(secret)[3:]}"})
    codes = re.findall(r"<li><code>([^<]+)</code>", made.text)
    assert len(set(codes)) == 10 and all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", one) for one in codes)
    file = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download', made.text)
    assert file and all(code in unquote(file[1]) for code in codes)
    assert elsewhere.get("/").status_code == 303 and bob.get("/").status_code == 200
    page = bob.get("/settings/security").text
    assert "10 of 10 recovery codes left" in page and codes[0] not in page
    assert bob.get(PAGE).status_code == 303
    assert bob.post(PAGE, {"sealed": sealed, "code": code_of(secret)}).status_code == 409
    with app.app_context():
        kept = session().scalars(sa.select(TwoFactor)).one()
        hashes = session().scalars(sa.select(RecoveryCode.code_hash)).all()
        assert secret not in kept.secret and len(hashes) == 10
        assert not any(code.replace("-", "") in str(hashes) for code in codes)


def test_a_secret_of_somebody_else_is_not_taken(app: Flask, bob: Person, vera: Person) -> None:
    sealed, secret = parts_of(bob.get(PAGE).text)
    for given in (sealed, "nonsense", ""):
        refused = vera.post(PAGE, {"sealed": given, "code": code_of(secret)})
        assert refused.status_code == 422 and parts_of(refused.text)[1] != secret


def test_signing_in_needs_a_code_that_works_once(app: Flask, bob: Person) -> None:
    secret, _ = turn_on(bob)
    browser = at_second_step(app, remember="y", next="/contacts")
    assert browser.get("/").location.startswith("/sign-in"), "the password alone opens nothing"
    assert browser.get_cookie("muster_remember") is None
    code = code_of(secret)
    assert enter(browser, "000000").status_code == 422
    answer = enter(browser, code)
    assert (answer.status_code, answer.location) == (303, "/contacts")
    assert browser.get("/").status_code == 200 and browser.get_cookie("muster_remember") is not None
    again = at_second_step(app)
    assert enter(again, code).status_code == 422, "not a second time"
    assert enter(again, code_of(secret, -1)).status_code == 422, "nor an older one"
    assert enter(again, code_of(secret, 1)).location == "/"
    assert again.get(STEP).location == "/sign-in", "the step is over"
    outside = at_second_step(app, next="//evil.example/")
    with app.app_context(), transaction():
        session().execute(sa.update(TwoFactor).values(last_counter=0))
    assert enter(outside, code_of(secret)).location == "/"


@pytest.mark.parametrize("before", ["", " ", "\t ", "\x19"])
def test_a_page_of_another_site_does_not_come_after_the_code(app: Flask, bob: Person, before: str) -> None:
    secret, _ = turn_on(bob)
    browser = at_second_step(app, next=f"{before}////evil.example/")
    assert enter(browser, code_of(secret)).location == "/"


def test_a_recovery_code_replaces_the_app_once(app: Flask, bob: Person) -> None:
    _, codes = turn_on(bob)
    browser = at_second_step(app)
    assert "recovery code" in browser.get(f"{STEP}?recovery=1").text
    assert enter(browser, codes[3].upper().replace("-", " ")).location == "/"
    assert browser.get("/").status_code == 200
    assert enter(at_second_step(app), codes[3]).status_code == 422
    assert "9 of 10 recovery codes left" in bob.get("/settings/security").text
    assert actions(app, bob)[0] == "recovery_code_used"
    log = re.sub(r"<[^>]+>", "", bob.get("/activity").text)
    assert "signed in as Bob with a recovery code (9 left)" in " ".join(log.split())

    assert bob.post(f"{PAGE}/recovery-codes", {"password": "wrong horse"}).status_code == 422
    renewed = bob.post(f"{PAGE}/recovery-codes", {"password": PASSWORD})
    new = re.findall(r"<li><code>([^<]+)</code>", renewed.text)
    assert len(new) == 10 and not set(new) & set(codes)
    assert enter(at_second_step(app), codes[4]).status_code == 422
    assert enter(at_second_step(app), new[0]).location == "/"


def test_a_step_ends_with_time_and_with_the_password(
    app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(bob)
    late, changed = at_second_step(app), at_second_step(app)
    with monkeypatch.context() as later:
        later.setattr(second_step, "SECONDS", -1)
        assert late.get(STEP).location == "/sign-in"
    new = "violet tractor sings at noon"
    bob.post("/settings/profile/password", {"password": PASSWORD, "new_password": new})
    assert changed.get(STEP).location == "/sign-in"
    assert app.test_client().get(STEP).location == "/sign-in"
    assert app.test_client().post(STEP).status_code in (303, 400)


def test_ten_wrong_codes_lock_the_person_everywhere(app: Flask, bob: Person, valkey: Valkey) -> None:
    secret, _ = turn_on(bob)
    browser = at_second_step(app)
    for number in range(10):
        assert enter(browser, "000000", f"192.0.2.{number + 1}").status_code == 422
    assert type_in(app.test_client(), EMAILS["bob"]).location == STEP, "the password is right all the time"
    locked = enter(at_second_step(app), code_of(secret), "198.51.100.7")
    assert locked.status_code == 429 and "Sign-in is locked for 15 minutes" in locked.text
    valkey.flush()
    assert enter(at_second_step(app), code_of(secret), "198.51.100.8").status_code == 429, "without the queue"


def test_turning_it_off_asks_for_the_password(app: Flask, bob: Person) -> None:
    turn_on(bob)
    assert bob.get(f"{PAGE}/removal").status_code == 200
    for wrong in ("", "wrong horse battery"):
        assert bob.post(f"{PAGE}/removal", {"password": wrong}).status_code == 422
    assert type_in(app.test_client(), EMAILS["bob"]).location == STEP
    assert bob.post(f"{PAGE}/removal", {"password": PASSWORD}).location == "/settings/security"
    assert type_in(app.test_client(), EMAILS["bob"]).location == "/"
    assert actions(app, bob)[:2] == ["two_factor_turned_off", "two_factor_turned_on"]
    assert bob.post(f"{PAGE}/recovery-codes", {"password": PASSWORD}).status_code == 409


def test_an_old_session_is_asked_for_the_password_first(app: Flask, bob: Person) -> None:
    assert 'name="password"' not in bob.get(PAGE).text
    with app.app_context(), transaction():
        session().execute(sa.update(SignIn).values(started_at=now() - timedelta(minutes=61)))
    page = bob.get(PAGE).text
    sealed, secret = parts_of(page)
    assert 'name="password"' in page
    given = {"sealed": sealed, "code": code_of(secret)}
    assert bob.post(PAGE, given).status_code == 422
    assert bob.post(PAGE, given | {"password": PASSWORD}).status_code == 200


def test_the_terminal_resets_it(app: Flask, bob: Person) -> None:
    turn_on(bob)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["reset-two-factor", "--email", EMAILS["bob"]])
    assert done.exit_code == 0 and "of Bob is off" in done.output
    assert type_in(app.test_client(), EMAILS["bob"]).location == "/"
    assert actions(app, bob)[0] == "two_factor_reset"
    for email in (EMAILS["bob"], "nobody@example.com"):
        assert runner.invoke(args=["reset-two-factor", "--email", email]).exit_code == 1


def test_its_secrets_are_rotated_with_the_others(app: Flask, bob: Person) -> None:
    secret, _ = turn_on(bob)
    before = app.extensions["settings"]
    try:
        app.extensions["settings"] = replace(before, encryption_key=("a new key, of at least 32 characters",))
        result = app.test_cli_runner().invoke(args=["rotate-keys"])
        assert "1 saved password encrypted anew" in result.output
        assert enter(at_second_step(app), code_of(secret)).location == "/"
    finally:
        app.extensions["settings"] = before


def test_an_old_session_is_asked_for_the_password_before_it_is_required(app: Flask, alice: Person) -> None:
    turn_on(alice)
    with app.app_context(), transaction():
        session().execute(sa.update(SignIn).values(started_at=now() - timedelta(minutes=61)))
    assert 'name="password"' in alice.get("/settings/security").text
    refused = alice.post("/settings/security/account", {"required": "y"})
    assert refused.status_code == 422 and 'id="password-error"' in refused.text
    required = {"required": "y", "password": PASSWORD}
    assert alice.post("/settings/security/account", required).status_code == 303
    assert actions(app, alice)[0] == "two_factor_required"


def test_a_secret_that_no_key_reads_is_logged(
    app: Flask, bob: Person, caplog: pytest.LogCaptureFixture
) -> None:
    secret, [recovery, *_] = turn_on(bob)
    with app.app_context(), transaction():
        session().execute(sa.update(TwoFactor).values(secret="of another key"))
    browser = at_second_step(app)
    assert enter(browser, code_of(secret)).status_code == 422
    assert "two_factor_secret_unreadable" in caplog.text and secret not in caplog.text
    assert enter(browser, recovery).location == "/"


def test_an_account_can_require_it(app: Flask, alice: Person, bob: Person, sam: Person) -> None:
    setting = "/settings/security/account"
    assert bob.post(setting, {"required": "y"}).status_code == 403
    assert alice.post(setting, {"required": "y"}).status_code == 409, "not before she uses it herself"
    turn_on(alice)
    assert alice.post(setting, {"required": "y"}).status_code == 303
    assert actions(app, alice)[0] == "two_factor_required"
    program = program_of(app, bob, "report:view")
    for person in (bob, sam):
        for address in ("/", "/contacts", "/settings/security", "/settings/tokens"):
            assert person.get(address).location == PAGE, address
        assert person.post("/settings/profile/name", {"name": "X"}).location == PAGE
        assert person.htmx("get", "/contacts").status_code == 204, "nothing loads the page again and again"
        assert "requires two-factor authentication" in person.get(PAGE).text
    assert program.get("/workflows").status_code == 200
    turn_on(bob)
    assert bob.get("/contacts").status_code == 200
    assert bob.post(f"{PAGE}/removal", {"password": PASSWORD}).status_code == 409
    assert sign_in(app, "mallory").get("/").status_code == 200
    leaving = app.test_client()
    type_in(leaving, EMAILS["vera"])
    data = {"csrf_token": token_on(leaving.get(PAGE).text)}
    assert leaving.post("/sign-out", data=data).status_code == 303
    assert alice.post(setting, {}).status_code == 303
    assert sam.get("/").status_code == 200
