"""What is signed, encrypted, or hashed uses algorithms that count as safe, and is for one purpose only."""

import base64
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from flask_security.recoverable import generate_reset_password_token, reset_password_token_status
from itsdangerous import URLSafeSerializer

from app import create_app
from app.accounts.infrastructure import queries
from app.platform.encryption import decrypted, encrypted, opened, sealed
from app.platform.settings import Settings
from tests.people import EMAILS
from tests.rooms.accounts.sign_in_page import type_in

pytestmark = pytest.mark.one_database

SHA256_BYTES = 32


def signature_of(token: str) -> bytes:
    text = token.rpartition(".")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_signatures_are_made_with_sha256(app: Flask, stranger: FlaskClient) -> None:
    type_in(stranger)
    cookie = stranger.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with app.test_request_context():
        user = queries.user_by_email(EMAILS["alice"])
        reset = generate_reset_password_token(user)
    for token in (cookie.value, reset, URLSafeSerializer("key").dumps("text")):
        assert len(signature_of(token)) == SHA256_BYTES


def test_a_token_is_for_one_purpose(app: Flask, stranger: FlaskClient) -> None:
    type_in(stranger)
    cookie = stranger.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    with app.test_request_context():
        assert reset_password_token_status(cookie.value)[1:] == (True, None), "a session resets no password"
        assert decrypted(encrypted("text", "one purpose"), "another purpose") is None
        assert opened(sealed(7, "one purpose"), "another purpose") is None


def test_what_was_changed_is_not_decrypted(app: Flask) -> None:
    with app.app_context():
        text = encrypted("open sesame", "a purpose")
        assert decrypted(text, "a purpose") == "open sesame"
        for place in (10, len(text) // 2, len(text) - 4):
            changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            assert decrypted(changed, "a purpose") is None
        number = sealed(7, "a purpose")
        assert opened(number[:-1] + ("0" if number[-1] != "0" else "1"), "a purpose") is None


def test_passwords_are_hashed_with_argon2id(tmp_path: Path) -> None:
    """By an app of its own: those of the other tests hash quickly."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"}
    with create_app(Settings.from_environment(settings)).app_context():
        assert hash_password("correct horse battery").startswith("$argon2id$v=19$m=65536,t=3,")
