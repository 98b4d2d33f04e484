"""Keys that saved passwords are encrypted with, and their rotation (P-07)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.deliveries.application import signing
from app.deliveries.infrastructure.tables import SigningSecret
from app.home.application.doctor.encryption import encryption_keys
from app.integrations.application import event_sources
from app.messaging.application.servers import mail_servers
from app.messaging.infrastructure.providers import store as providers
from app.messaging.infrastructure.providers.tables import MailProviderRow
from app.messaging.infrastructure.servers.passwords import PURPOSE, decrypted
from app.messaging.infrastructure.servers.tables import MailServerRow
from app.notifications.application import webhook_secrets, webhooks
from app.notifications.infrastructure.tables import Webhook
from app.platform import encrypted_columns
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.encryption import has_first_key
from app.platform.outgoing.rules import secret_of
from app.platform.settings import SettingError, Settings
from app.platform.tenancy import acting_for
from tests.people import Person

OLD, NEW, NEWEST, OTHER = ("o" * 32, "n" * 32, "w" * 32, "s" * 40)
SERVER = {
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "user": "a",
    "password": "geheim",
}
SetKeys = Callable[..., None]


@pytest.fixture
def set_keys(app: Flask) -> Iterator[SetKeys]:
    before = app.extensions["settings"]

    def change(*keys: str, **others: Any) -> None:
        app.extensions["settings"] = replace(before, encryption_key=keys, **others)

    yield change
    app.extensions["settings"] = before


def rotate(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["rotate-keys"])
    return result.exit_code, result.output


def saved(app: Flask, person: Person) -> str:
    with app.app_context(), acting_for(person.actor.account_id):
        session().expire_all()
        return session().scalars(sa.select(MailServerRow.password)).one()


def password(app: Flask, person: Person) -> str | None:
    text = saved(app, person)
    with app.app_context():
        return decrypted(text)


def found(app: Flask) -> str:
    with app.app_context():
        return encryption_keys().found


def test_an_installation_moves_to_a_key_of_its_own_and_on(
    app: Flask, alice: Person, mallory: Person, set_keys: SetKeys
) -> None:  # P-07
    with app.app_context():
        for person in (alice, mallory):
            with acting_for(person.actor.account_id):
                mail_servers.save_mail_server(person.actor, SERVER)
                event_sources.connect_source(person.actor, "webhook", "", "")
    assert found(app) == "4 saved passwords, encrypted with SECRET_KEY."
    set_keys(OLD)
    assert password(app, alice) == "geheim", "SECRET_KEY still reads"
    assert "4 saved passwords have an older key" in found(app)
    code, output = rotate(app)
    assert code == 0 and "4 saved passwords encrypted anew" in output and "geheim" not in output
    assert rotate(app) == (0, "0 saved passwords encrypted anew with the first key of ENCRYPTION_KEY.\n")
    set_keys(NEW, OLD, secret_key=OTHER)
    assert password(app, mallory) == "geheim", "SECRET_KEY has changed"
    rotate(app)
    set_keys(NEW)
    assert password(app, mallory) == "geheim", "the old key is gone"
    assert found(app) == "4 saved passwords, encrypted with the first key of ENCRYPTION_KEY."
    set_keys(NEWEST)
    code, output = rotate(app)
    assert code == 1 and "4 saved passwords can’t be read" in output and "flask reset-two-factor" in output
    assert "4 saved passwords can’t be read" in found(app)
    with app.app_context():
        assert "flask reset-two-factor" in encryption_keys().advice
    set_keys(NEWEST, NEW)
    assert rotate(app)[0] == 0 and password(app, alice) == "geheim", "nothing was lost meanwhile"


def test_secrets_that_sign_outlive_the_secret_key(
    app: Flask, alice: Person, set_keys: SetKeys
) -> None:  # P-07
    webhook, account_id = Webhook.__table__, alice.actor.account_id

    def secret_of_webhook() -> str:
        saved, salt = session().execute(sa.select(webhook.c.secret, webhook.c.salt), **everywhere).one()
        return webhook_secrets.secret_of(saved, account_id, salt)

    everywhere: Any = {"execution_options": {"cross_account": True, "synchronize_session": False}}
    with app.app_context(), acting_for(account_id):
        secret = webhooks.save_webhook(alice.actor, "https://example.com/hook")
        first = signing.show_secret(alice.actor)
        second = signing.replace_secret(alice.actor)
        with transaction():  # the previous release saved no secrets
            session().execute(sa.update(webhook).values(secret=""), **everywhere)
            nothing = {"secret": "", "previous_secret": ""}
            session().execute(sa.update(SigningSecret.__table__).values(**nothing), **everywhere)
        assert (secret_of_webhook(), signing.valid_secrets(account_id, now())) == (secret, [second, first])
        assert (webhook_secrets.save_secrets(), signing.save_secrets()) == (1, 2)
        assert (webhook_secrets.save_secrets(), signing.save_secrets()) == (0, 0)
    set_keys(OLD)
    assert "3 saved passwords encrypted anew" in rotate(app)[1]
    set_keys(OLD, secret_key=OTHER)
    with app.app_context(), acting_for(account_id):
        assert (secret_of_webhook(), signing.valid_secrets(account_id, now())) == (secret, [second, first])
        with transaction():  # the previous release replaces a secret
            session().execute(sa.update(webhook).values(salt="another"), **everywhere)
            one = SigningSecret.__table__
            replaced = {"previous_salt": one.c.salt, "salt": "another"}
            session().execute(sa.update(one).values(**replaced), **everywhere)
        another, valid = secret_of(OTHER, account_id, "another"), signing.valid_secrets(account_id, now())
        assert secret_of_webhook() == another == valid[0]
        assert (webhook_secrets.save_secrets(), signing.save_secrets()) == (1, 2)
        assert (webhook_secrets.save_secrets(), signing.save_secrets()) == (0, 0)
    set_keys(OLD, secret_key=NEWEST)
    with app.app_context(), acting_for(account_id):
        assert secret_of_webhook() == another and signing.valid_secrets(account_id, now()) == valid
    set_keys(NEW, secret_key=NEWEST)
    with app.app_context(), acting_for(account_id):
        assert (webhook_secrets.save_secrets(), signing.save_secrets()) == (0, 0), "the key may come back"


def test_rotation_goes_through_all_and_leaves_changes_alone(
    app: Flask, alice: Person, mallory: Person, set_keys: SetKeys, monkeypatch: pytest.MonkeyPatch
) -> None:  # P-07
    monkeypatch.setattr(encrypted_columns, "SLICE", 2)
    column = encrypted_columns.EncryptedColumn(MailProviderRow.__table__.c.key, providers.KEYS)
    with app.app_context():
        for person in (alice, mallory):
            with acting_for(person.actor.account_id), transaction():
                for name in ("mailgun", "sendgrid", "ses"):
                    providers.save(person.actor.account_id, name, providers.encrypted(name), None)
        set_keys(NEW)
        assert encrypted_columns.encrypt_anew(column) == (0, 6, 0)
        assert encrypted_columns.encrypt_anew(column) == (6, 0, 0)
        with acting_for(alice.actor.account_id), transaction():
            row = providers.provider_of(alice.actor.account_id, "ses")
            assert row is not None and providers.decrypted(row.key) == "ses"
            at = [alice.actor.account_id, "ses"]
            assert not encrypted_columns._replace(column, at, "what it was before somebody changed it")
    with app.app_context():
        assert not has_first_key("nonsense", PURPOSE)


@pytest.mark.parametrize("text", ["short", f"{OLD},", f"{OLD},{OLD}"])
def test_keys_that_are_refused(text: str) -> None:  # P-07
    with pytest.raises(SettingError) as refused:
        Settings.from_environment({"ENCRYPTION_KEY": text, "SECRET_KEY": OTHER})
    assert "ENCRYPTION_KEY" in str(refused.value) and OLD not in str(refused.value)
    assert Settings.from_environment(
        {"ENCRYPTION_KEY": f"{NEW}, {OLD}", "SECRET_KEY": OTHER}
    ).encryption_key == (NEW, OLD)
