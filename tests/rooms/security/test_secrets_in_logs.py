"""Nothing that all processes write, to logs or to the terminal, has a secret in it."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from app.platform.places import log_folder
from app.platform.settings import Settings
from tests.people import PASSWORD
from tests.rooms.accounts.sign_in_page import token_on
from tests.services.installation import Installation
from tests.services.plain_client import Session, exchange, fetch

pytestmark = pytest.mark.one_database

FORM = "application/x-www-form-urlencoded"
SECRET = "hush"
"""A part of every secret below, so that no log may have it."""

FORMS = {
    "/settings/profile/password": {"password": "hush-now", "new_password": "hush-hush-hush now"},
    "/settings/profile/email": {"email": "hush@example.com", "password": "hush-now"},
    "/settings/email": {
        "host": "127.0.0.1",
        "port": "1",
        "security": "tls",
        "user": "me",
        "password": "hush-mail",
    },
    "/settings/email/mailbox": {"host": "127.0.0.1", "port": "1", "user": "me", "password": "hush-box"},
    "/settings/email/providers": {"provider": "mailgun", "secret": "hush-provider"},
    "/settings/sms": {"account_sid": f"AC{'0' * 32}", "token": "hush-sms", "sender": "+15005550006"},
    "/settings/webhook": {"url": "https://hooks.example.com/?key=hush-hook"},
    "/contacts": {"email": "hush@example.com", "first_name": "Hush-hush", "consent_basis": "opt_in"},
    "/forgot-password": {"email": "hush@example.com"},
    "/reset-password/hush-link": {"password": "hush-hush-hush now"},
    "/u/hush-link": {"act": "all", "undo": "hush-undo"},
}
LINKS = (
    "/reset-password/hush-link",
    "/u/hush-link",
    "/c/hush-link",
    "/sign-in?next=/hush",
    "/hush/%00%ff",
    "/hush\x7f",
)


def test_no_log_has_a_secret(muster: Installation, session: Session) -> None:
    signed_in = {"Cookie": session.cookie, "X-CSRFToken": session.csrf_token, "Content-Type": FORM}
    before = {path.name: path.stat().st_size for path in logs_of(muster)}
    _, page, cookie = fetch(muster.port, "GET", "/sign-in")
    wrong = {"email": "hush@example.com", "password": "hush-now", "csrf_token": token_on(page)}
    fetch(muster.port, "POST", "/sign-in", urlencode(wrong), {"Cookie": cookie, "Content-Type": FORM})
    statuses = [
        fetch(muster.port, "POST", place, urlencode(form), signed_in)[0] for place, form in FORMS.items()
    ]
    assert 400 not in statuses, "forged forms are refused before anything is read"
    for place in LINKS:
        exchange(muster.port, f"GET {place} HTTP/1.1\r\nHost: hush\r\nCookie: muster=hush\r\n\r\n".encode())
    exchange(muster.port, b"GET /hush HTTP/9.hush\r\nHush: hush\x00\r\n\r\n")
    _, page, _ = fetch(
        muster.port, "POST", "/settings/tokens", "name=Hush&scopes=report%3Aview&days=30", signed_in
    )
    [token] = {
        word for word in page.replace('"', " ").replace("<", " ").split() if word.startswith("muster_")
    }
    for authorization in (f"Bearer {token}", "Bearer muster_hush", "Basic hush"):
        fetch(muster.port, "GET", "/api/v1/contacts?filter=hush", headers={"Authorization": authorization})
    secrets = (
        SECRET,
        PASSWORD,
        token,
        session.cookie.partition("=")[2],
        (muster.data_dir / "secret_key").read_text(),
    )
    written = {path.name: path.read_bytes().decode() for path in logs_of(muster)}
    written["terminal"] = muster.output
    for name, text in written.items():
        found = [secret for secret in secrets if secret.lower() in text.lower()]
        assert not found, f"{name}: {found}"
    added = written["web.log"].encode()[before["web.log"] :].decode().splitlines()
    events = [json.loads(line)["event"] for line in added if line.startswith("{")]
    assert {"sign_in_failed", "token_refused", "request_answered"} <= set(events), "it was logged at all"


def logs_of(muster: Installation) -> list[Path]:
    return sorted(log_folder(Settings.from_environment(muster.environment)).glob("*.log"))
