"""A forgotten password is reset with a link from an email, or on the server (P-02)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application.security import passwords
from app.accounts.infrastructure import queries
from app.accounts.presentation.security.password_emails import about_tokens
from app.activity.infrastructure.queries import audit_entries
from app.notifications.application.telling import EMAILS as SENT
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform import queue
from app.platform.attempts import attempt_limiter
from app.platform.database import session
from tests.people import EMAILS, PASSWORD, Person, program_of
from tests.rooms.accounts.sign_in_page import fail, token_on, type_in
from tests.services.mail_server import MailServer, mail_server

NEW = "violet tractor sings at noon"
PROFILE = "/settings/profile"
BASE = "https://muster.example.com"


@pytest.fixture(scope="module")
def running() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch, running: MailServer) -> MailServer:
    """The mail server of the installation, without messages."""
    running.received.clear()
    settings = replace(
        app.extensions["settings"], mail_url=f"smtp://127.0.0.1:{running.port}", public_url=BASE
    )
    monkeypatch.setitem(app.extensions, "settings", settings)
    return running


def ask(browser: FlaskClient, email: str, sender: str = "192.0.2.1") -> Any:
    data = {"csrf_token": token_on(browser.get("/forgot-password").text), "email": email}
    return browser.post("/forgot-password", data=data, environ_base={"REMOTE_ADDR": sender})


def link_in(server: MailServer) -> str:
    """The path of the link in the newest message."""
    body = server.received[-1].get_body(("plain",))
    assert body is not None
    found = re.search(rf"{BASE}(/reset-password/\S+|/settings/profile/email/\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]


def choose(browser: FlaskClient, link: str, password: str = NEW) -> Any:
    page = browser.get(link)
    data = {"csrf_token": token_on(page.text), "password": password}
    return browser.post(link, data=data)


def test_a_link_sets_a_new_password_once(
    app: Flask, bob: Person, server: MailServer, run_tasks: Callable[[], bool]
) -> None:
    browser = app.test_client()
    assert 'href="/forgot-password"' in browser.get("/sign-in").text
    asked = ask(browser, " Bob@Example.com ")
    assert asked.status_code == 200 and "Check your inbox" in asked.text
    run_tasks()
    [message] = server.received
    assert (message["To"], message["Subject"]) == (EMAILS["bob"], "Reset your password")
    link = link_in(server)
    weak = choose(browser, link, "password12")
    assert weak.status_code == 422 and 'id="password-error"' in weak.text
    saved = choose(browser, link)
    assert (saved.status_code, saved.location) == (303, "/sign-in")
    assert "no-referrer" in saved.headers["Referrer-Policy"]
    assert bob.get("/").status_code == 303, "all sessions have ended"
    assert browser.get(link).status_code == 404, "it works once"
    assert type_in(app.test_client(), EMAILS["bob"], PASSWORD).status_code == 422
    assert type_in(app.test_client(), EMAILS["bob"], NEW).location == "/"
    run_tasks()
    assert [one["Subject"] for one in server.received] == ["Reset your password", "Your password was changed"]
    with app.app_context():
        assert audit_entries(bob.actor.account_id)[0].action == "password_reset"
        kept = session().scalars(sa.select(OutgoingEmail), execution_options={"cross_account": True}).all()
        assert not any(link.rpartition("/")[2] in str(vars(one)) for one in kept), "no link is stored"


def test_tokens_that_still_work_are_pointed_out(
    app: Flask, bob: Person, server: MailServer, run_tasks: Callable[[], bool]
) -> None:
    program, browser = program_of(app, bob), app.test_client()
    ask(browser, EMAILS["bob"])
    run_tasks()
    assert choose(browser, link_in(server)).status_code == 303
    run_tasks()
    body = server.received[-1].get_body(("plain",))
    assert body is not None
    assert about_tokens(1) in " ".join(body.get_content().split())
    assert "Your API tokens still work." in browser.get("/sign-in").text
    assert program.get("/me").status_code == 200, "integrations go on"
    assert about_tokens(0) == "" and "in 2 accounts" in about_tokens(2)
    type_in(browser, EMAILS["bob"], NEW)
    changed = {"password": NEW, "new_password": PASSWORD, "csrf_token": token_on(browser.get(PROFILE).text)}
    assert browser.post(f"{PROFILE}/password", data=changed).status_code == 303
    assert "Your API tokens still work." in browser.get(PROFILE).text


def test_emails_of_jobs_neither_prevent_a_reset_nor_hide_it(
    app: Flask, bob: Person, server: MailServer, run_tasks: Callable[[], bool]
) -> None:
    with app.app_context():
        limiter = attempt_limiter(SENT)
        for _ in range(limiter.limit):
            limiter.begin([f"account:{bob.actor.account_id}"])
    browser = app.test_client()
    ask(browser, EMAILS["bob"])
    run_tasks()
    assert choose(browser, link_in(server)).status_code == 303
    run_tasks()
    assert [one["Subject"] for one in server.received] == ["Reset your password", "Your password was changed"]


def test_a_new_password_lifts_the_lock_of_its_person_alone(
    app: Flask, server: MailServer, run_tasks: Callable[[], bool]
) -> None:
    for number in range(5):
        fail(app, 1, EMAILS["bob"], sender=f"203.0.113.{number + 1}")
    fail(app, 5, EMAILS["bob"], sender="192.0.2.1")
    fail(app, 5, "guess@example.com", sender="192.0.2.1")
    assert type_in(app.test_client(), EMAILS["bob"], sender="198.51.100.7").status_code == 429
    ask(app.test_client(), EMAILS["bob"])
    run_tasks()
    assert choose(app.test_client(), link_in(server)).status_code == 303
    assert type_in(app.test_client(), EMAILS["bob"], NEW, sender="192.0.2.1").status_code == 429
    assert type_in(app.test_client(), EMAILS["bob"], NEW, sender="198.51.100.7").location == "/"


def test_nobody_learns_who_has_an_account(
    app: Flask, server: MailServer, run_tasks: Callable[[], bool]
) -> None:
    pages = [ask(app.test_client(), email) for email in (EMAILS["bob"], "nobody@example.com")]
    known, unknown = (
        re.sub(r'content="[^"]+"|value="[^"]+"|X-CSRFToken[^}]+', "", page.text) for page in pages
    )
    assert known.replace(EMAILS["bob"], "nobody@example.com") == unknown
    run_tasks()
    assert [one["To"] for one in server.received] == [EMAILS["bob"]]
    assert ask(app.test_client(), "bob").status_code == 422
    assert ask(app.test_client(), "").status_code == 422


def test_requests_are_limited(app: Flask, server: MailServer) -> None:
    for email in (EMAILS["bob"], "nobody@example.com"):
        answers = [ask(app.test_client(), email, f"192.0.2.{number}").status_code for number in range(1, 5)]
        assert answers == [200, 200, 200, 429], email
    for number in range(20):
        ask(app.test_client(), f"guess{number}@example.com", "198.51.100.7")
    assert ask(app.test_client(), "one.more@example.com", "198.51.100.7").status_code == 429


def test_a_link_expires_and_dies_with_the_address(
    app: Flask,
    bob: Person,
    server: MailServer,
    run_tasks: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(app.test_client(), EMAILS["bob"])
    run_tasks()
    link = link_in(server)
    assert app.test_client().get(link).status_code == 200
    with monkeypatch.context() as an_hour_later:
        an_hour_later.setitem(app.config, "SECURITY_RESET_PASSWORD_WITHIN", timedelta(seconds=-1))
        assert app.test_client().get(link).status_code == 404
    assert app.config["SECURITY_RESET_PASSWORD_WITHIN"] == timedelta(hours=1)
    assert app.test_client().get(link[:-3]).status_code == 404
    changed = {"email": "robert@example.com", "password": PASSWORD}
    assert bob.post("/settings/profile/email", changed).status_code == 303
    run_tasks()
    assert bob.post(link_in(server)).status_code == 303
    assert app.test_client().get(link).status_code == 404, "whoever reads the old inbox gets nothing"


def test_an_installation_without_email_says_whom_to_ask(app: Flask) -> None:
    page = app.test_client().get("/forgot-password").text
    assert "Ask your administrator" in page and "flask set-password" in page
    assert 'name="email"' not in page
    posted = app.test_client()
    data = {"csrf_token": token_on(posted.get("/sign-in").text), "email": EMAILS["bob"]}
    assert posted.post("/forgot-password", data=data).status_code == 409


def test_without_a_queue_the_page_says_so(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("queue", "queue_backoff"):
        monkeypatch.setitem(app.extensions, part, app.extensions[part])
    queue.init(app, "redis://127.0.0.1:1")
    for email in (EMAILS["bob"], "nobody@example.com"):
        assert ask(app.test_client(), email).status_code == 503


def test_the_terminal_sets_a_password(app: Flask, bob: Person) -> None:
    runner = app.test_cli_runner()
    command = ["set-password", "--email", EMAILS["bob"]]
    weak = runner.invoke(args=command, input="password12\npassword12\n")
    assert weak.exit_code == 1 and "list of leaked passwords" in weak.output
    made = runner.invoke(args=command, input=f"{NEW}\n{NEW}\n")
    assert made.exit_code == 0 and NEW not in made.output, made.output
    assert bob.get("/").status_code == 303, "all sessions have ended"
    assert type_in(app.test_client(), EMAILS["bob"], NEW).location == "/"
    unknown = runner.invoke(args=["set-password", "--email", "nobody@example.com"])
    assert unknown.exit_code == 1 and "No user has the email address" in unknown.output
    with app.app_context():
        entry = audit_entries(bob.actor.account_id)[0]
        assert (entry.action, entry.origin) == ("password_set", "terminal")


def test_of_two_at_the_same_moment_one_wins(app: Flask, bob: Person) -> None:
    with app.app_context():
        mark = queries.user(bob.actor.user_id or 0).fs_uniquifier
        passwords.reset_password(bob.actor.user_id or 0, mark, NEW, str, "192.0.2.1")
        with pytest.raises(passwords.NotFound):
            passwords.reset_password(bob.actor.user_id or 0, mark, NEW, str, "192.0.2.1")
