"""Whoever resets a password, or turns on two-factor authentication, has the last word: what was checked
before does not count afterwards."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_security import hash_password

from app.accounts.application.profile import change_email, change_password
from app.accounts.application.security import two_factor
from app.accounts.application.security.passwords import reset_password
from app.accounts.application.sessions import begin_session
from app.accounts.infrastructure import queries
from app.accounts.infrastructure import two_factor as secrets_store
from app.accounts.infrastructure.tables import SignIn, User
from app.accounts.infrastructure.user_datastore import user_datastore
from app.platform.database import session
from app.platform.errors import Conflict, Invalid
from app.platform.tenancy import acting_for
from tests.people import PASSWORD, Person
from tests.rooms.accounts.test_two_factor import code_of

CHOSEN = "violet tractor sings at noon"


def reset(person: Person) -> str:
    """Reset the password; return its hash."""
    user = queries.user(person.actor.user_id or 0)
    reset_password(user.id, user.fs_uniquifier, CHOSEN, hash_password, "127.0.0.1")
    return kept(person).password


def kept(person: Person) -> User:
    session().expire_all()
    return queries.user(person.actor.user_id or 0)


def test_a_password_that_was_checked_before_a_reset_changes_nothing_after_it(app: Flask, bob: Person) -> None:
    def reset_meanwhile(_password: str, _password_hash: str) -> bool:
        reset(bob)
        return True

    with app.app_context(), acting_for(bob.actor.account_id):
        with pytest.raises(Invalid):
            change_password(
                bob.actor, PASSWORD, "green boats drift at dawn", reset_meanwhile, hash_password, ""
            )
        after = kept(bob).password
        with pytest.raises(Invalid):
            change_email(bob.actor, "mallory@example.net", PASSWORD, reset_meanwhile, "")
        assert kept(bob).email == "bob@example.com"
        assert kept(bob).password != after, "the second reset counts, too"


def test_nobody_signs_in_with_a_password_that_was_checked_before_a_reset(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        user = kept(bob)
        user_id, mark = user.id, user.fs_uniquifier
        password_hash = reset(bob)
        with pytest.raises(Conflict, match="Sign in again"):
            begin_session(user_id, mark, False)
        assert session().scalars(sa.select(SignIn).where(SignIn.user_id == user_id)).all() == []

        stale = kept(bob)
        with session().no_autoflush:
            stale.password = "a renewed hash of the former password"
            sa.orm.attributes.set_committed_value(stale, "fs_uniquifier", mark)
            user_datastore().commit()
        assert kept(bob).password == password_hash
        current = kept(bob)
        assert begin_session(user_id, current.fs_uniquifier, False)


def test_nobody_signs_in_without_a_code_that_is_asked_for_meanwhile(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        mark, user_id = kept(bob).fs_uniquifier, bob.actor.user_id or 0
        sealed = two_factor.begin(bob.actor)
        secret = two_factor.secret_in(bob.actor, sealed) or ""
        two_factor.turn_on(bob.actor, sealed, code_of(secret), "")
        with pytest.raises(Conflict, match="Sign in again"):
            begin_session(user_id, mark, False)
        known = secrets_store.of_user(user_id)
        assert known is not None
        before = known.turned_on_at - timedelta(seconds=1)
        assert not secrets_store.use_counter(user_id, known.last_counter + 1, before), "another secret"
