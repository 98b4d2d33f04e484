"""API tokens: made and revoked on their page, shown once, and what a program may do with one (P-05)."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.application.api_tokens import create_token, list_tokens
from app.accounts.domain.api_tokens import MAX_TOKENS
from app.accounts.infrastructure.tables import ApiToken, Membership, SignIn
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import LimitReached
from tests.people import PASSWORD, Person, Program, program_of

EVERYTHING = {"name": "Website", "scopes": ["report:view", "workflow:manage"], "days": "90"}


def created_on(page: str) -> str:
    found = re.search(r'id="token-text" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_a_token_is_created_shown_once_and_works(app: Flask, bob: Person) -> None:
    page = bob.post("/settings/tokens", EVERYTHING)
    assert page.status_code == 200
    token = created_on(page.text)
    assert token.startswith("muster_")
    assert page.headers["Cache-Control"] == "no-store"
    later = bob.get("/settings/tokens").text
    assert token not in later
    assert "Website" in later and token[:11] in later
    me = Program(bob.actor, app.test_client(), token).get("/me")
    assert me.status_code == 200
    assert me.json["name"] == "Bob" and me.json["account_name"] == "Agency"
    assert me.json["scopes"] == ["workflow:manage", "report:view"]


def test_an_old_session_is_asked_for_the_password_first(app: Flask, bob: Person) -> None:
    assert 'name="password"' not in bob.get("/settings/tokens").text
    with app.app_context(), transaction():
        session().execute(sa.update(SignIn).values(started_at=now() - timedelta(minutes=61)))
    assert 'name="password"' in bob.get("/settings/tokens").text
    for password in ("", "wrong horse battery"):
        refused = bob.post("/settings/tokens", EVERYTHING | {"password": password})
        assert (
            refused.status_code == 422
            and 'value="Website"' in refused.text
            and "token-text" not in refused.text
        )
    assert created_on(bob.post("/settings/tokens", EVERYTHING | {"password": PASSWORD}).text)


def test_only_a_hash_is_stored(app: Flask, program: Program) -> None:
    with app.app_context():
        [row] = session().execute(sa.select(ApiToken), execution_options={"cross_account": True}).scalars()
        assert program.token not in str([getattr(row, column.key) for column in ApiToken.__table__.columns])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Enter a name"),
        ({"name": "x" * 81}, "up to 80 characters"),
        ({"scopes": []}, "Choose at least one scope"),
    ],
)
def test_a_wrong_form_says_what_is_missing(bob: Person, change: dict[str, object], sentence: str) -> None:
    page = bob.post("/settings/tokens", EVERYTHING | change)
    assert page.status_code == 422
    assert sentence in page.text


def test_a_revoked_token_ends_at_once(app: Flask, bob: Person) -> None:
    program = program_of(app, bob)
    assert program.get("/me").status_code == 200
    with app.app_context():
        [listed] = list_tokens(bob.actor)
    assert bob.post(f"/settings/tokens/{listed.token.id}/revocation").status_code == 303
    answer = program.get("/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Test program" not in bob.get("/settings/tokens").text.partition("Active tokens")[2]


def test_an_expired_token_is_refused(app: Flask, program: Program) -> None:
    with app.app_context(), transaction():
        session().execute(
            sa.update(ApiToken).values(expires_at=now() - timedelta(seconds=1)),
            execution_options={"synchronize_session": False, "cross_account": True},
        )
    assert program.get("/me").status_code == 401


def test_who_leaves_the_account_takes_no_token_along(app: Flask, bob: Person) -> None:
    program = program_of(app, bob)
    with app.app_context(), transaction():
        session().execute(
            sa.delete(Membership).where(
                Membership.account_id == bob.actor.account_id, Membership.user_id == bob.actor.user_id
            ),
            execution_options={"synchronize_session": False},
        )
    assert program.get("/me").status_code == 401


def test_the_role_of_today_counts(app: Flask, bob: Person) -> None:
    program = program_of(app, bob)
    with app.app_context(), transaction():
        session().execute(
            sa.update(Membership)
            .where(Membership.account_id == bob.actor.account_id, Membership.user_id == bob.actor.user_id)
            .values(role="viewer"),
            execution_options={"synchronize_session": False},
        )
    assert program.get("/me").json["scopes"] == ["report:view"]


def test_a_marketer_sees_and_revokes_own_tokens_only(app: Flask, alice: Person, bob: Person) -> None:
    program_of(app, alice)
    program_of(app, bob)
    with app.app_context():
        assert [each.user_name for each in list_tokens(bob.actor)] == ["Bob"]
        assert [each.user_name for each in list_tokens(alice.actor)] == ["Bob", "Alice"]
        of_alice = list_tokens(alice.actor)[1].token.id
    assert bob.post(f"/settings/tokens/{of_alice}/revocation").status_code == 404
    assert alice.post(f"/settings/tokens/{of_alice}/revocation").status_code == 303


def test_the_number_of_tokens_is_limited(app: Flask, bob: Person) -> None:
    for _ in range(MAX_TOKENS):
        program_of(app, bob, "report:view")
    with app.app_context(), pytest.raises(LimitReached):
        create_token(bob.actor, name="One more", scopes=["report:view"], days=None)


def test_the_last_use_is_noted(app: Flask, bob: Person) -> None:
    program = program_of(app, bob)
    assert "Never" in bob.get("/settings/tokens").text
    program.get("/me")
    with app.app_context():
        [listed] = list_tokens(bob.actor)
        first = listed.token.last_used_at
    program.get("/me")
    with app.app_context():
        [listed] = list_tokens(bob.actor)
        assert first is not None and listed.token.last_used_at == first  # precise to a minute


def test_creating_and_revoking_is_audited(bob: Person) -> None:
    bob.post("/settings/tokens", EVERYTHING)
    page = bob.get("/activity").text
    assert "API token" in page and "Website" in page
