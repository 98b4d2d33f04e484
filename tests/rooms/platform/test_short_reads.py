"""Selects that go to the driver: same rows, same guard, same errors as through SQLAlchemy."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.application import actor_of
from app.contacts.application import add_contact
from app.contacts.domain import ConsentBasis
from app.contacts.infrastructure.tables import Contact
from app.platform import tenancy
from app.platform.database import BigInt, db, session
from app.platform.database.engine import PLANS_KEPT_SECONDS
from app.platform.database.many_rows import execute_built
from app.platform.database.short_reads import read_built
from tests.people import Person

_contacts = Contact.__table__.c
BY_EMAIL = sa.select(Contact.__table__).where(
    _contacts.account_id == sa.bindparam("of_account", type_=BigInt),
    _contacts.email_key == sa.bindparam("email"),
    _contacts.created_at < sa.bindparam("until", type_=_contacts.created_at.type),
)


@pytest.fixture
def values(app: Flask, alice: Person) -> Iterator[dict[str, Any]]:
    """The values with which BY_EMAIL finds a contact of Alice's, in a context that acts for her account."""
    with app.app_context(), tenancy.acting_for(alice.actor.account_id):
        given = {"email": "ann@example.com", "first_name": "Ann", "birthday": "1990-05-04"}
        add_contact(alice.actor, given, consent_basis=ConsentBasis.OPT_IN, consent_source="Fair", tags=["a"])
        yield {
            "of_account": alice.actor.account_id,
            "email": "ann@example.com",
            "until": datetime(2100, 1, 1, tzinfo=UTC),
        }


def backend_pid() -> int:
    return int(session().connection().connection.driver_connection.info.backend_pid)  # type: ignore[union-attr]


def test_the_rows_are_the_same(values: dict[str, Any]) -> None:
    [row] = read_built(BY_EMAIL, values)
    assert row == list(execute_built(BY_EMAIL, values).one())
    assert read_built(BY_EMAIL, values | {"email": "nobody@example.com"}) == []


def test_another_account_is_refused(values: dict[str, Any], mallory: Person) -> None:
    with pytest.raises(tenancy.WrongAccount):
        read_built(BY_EMAIL, values | {"of_account": mallory.actor.account_id})
    with pytest.raises(tenancy.WrongAccount):
        read_built(sa.select(_contacts.id), {})


def test_a_list_as_parameter_is_refused(values: dict[str, Any]) -> None:
    ids = sa.select(_contacts.id).where(_contacts.id.in_(sa.bindparam("ids", expanding=True)))
    with pytest.raises(TypeError):
        read_built(ids, {"ids": [1]})


def test_an_error_is_reported_as_usual(values: dict[str, Any]) -> None:
    too_large = sa.func.abs(sa.literal(-(2**63), sa.BigInteger))
    with pytest.raises(sa.exc.DBAPIError):
        read_built(sa.select(too_large), {})
    session().rollback()
    assert len(read_built(BY_EMAIL, values)) == 1


@pytest.mark.only_on("postgresql", "only servers prepare statements")
def test_a_statement_is_prepared_once(values: dict[str, Any]) -> None:
    for _ in range(3):
        assert len(read_built(BY_EMAIL, values)) == 1
        session().rollback()
    found = session().execute(
        sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%email_key%'"),
        execution_options={"cross_account": True},
    )
    assert found.scalar_one() == 1


@pytest.mark.only_on("postgresql", "SQLite has no connections that break")
@pytest.mark.parametrize("is_fresh", [False, True])
def test_a_lost_connection_is_replaced(app: Flask, values: dict[str, Any], is_fresh: bool) -> None:
    read_built(BY_EMAIL, values)
    lost, driver = backend_pid(), session().connection().connection.driver_connection
    session().rollback()
    session().close()
    with psycopg.connect(app.extensions["settings"].database_url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [lost])
    if is_fresh:
        with pytest.raises(sa.exc.DBAPIError) as failure:
            read_built(BY_EMAIL, values)
        assert failure.value.connection_invalidated
        session().rollback()
    else:
        driver.used_at -= 60  # type: ignore[union-attr]
    assert len(read_built(BY_EMAIL, values)) == 1
    assert backend_pid() != lost


@pytest.mark.only_on("postgresql", "only the connection of a server says so")
def test_a_token_is_looked_up_without_a_transaction(app: Flask, alice: Person) -> None:
    with app.app_context():
        users = sa.select(sa.literal(1)).select_from(sa.table("users")).limit(1)
        read_built(users, {}, cross_account=True)
        driver: Any = session().connection().connection.driver_connection
        assert driver.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert actor_of(alice.actor.user_id or 0, None, "x").account_id == alice.actor.account_id


@pytest.mark.only_on("postgresql", "SQLite has no connections that break")
def test_a_connection_that_ends_after_the_last_read_harms_nobody(app: Flask) -> None:
    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with db.engine.connect() as connection:
            before = connection.exec_driver_sql("SELECT 1").scalar()
    for _ in range(2):
        with app.app_context():
            served_by = session().connection().connection.driver_connection.info.backend_pid
            session().execute(sa.text("SELECT 1"))
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [served_by])
    with app.app_context():
        assert session().scalar(sa.text("SELECT 1")) == before


@pytest.mark.only_on("postgresql")
def test_plans_are_made_anew_after_a_while(app: Flask) -> None:
    """They may be those for tables that were small."""
    backend = sa.text("SELECT pg_backend_pid()")
    with app.app_context():
        with db.engine.connect() as connection:
            before = connection.scalar(backend)
        with db.engine.connect() as connection:
            assert connection.scalar(backend) == before
            connection.connection._connection_record.starttime -= PLANS_KEPT_SECONDS + 1  # type: ignore[union-attr]
        with db.engine.connect() as connection:
            assert connection.scalar(backend) != before
