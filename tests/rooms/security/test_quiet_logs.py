"""Failures are logged with a traceback and without personal data."""

import logging
import sys

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.contacts.infrastructure.tables import Contact
from app.platform.database import transaction
from app.platform.logs import JsonLine
from tests.people import Person

SECRET = "ann.private@example.com"
ROW = {"email": SECRET, "email_key": SECRET, "status": "active"}


@pytest.mark.parametrize("failure", ["taken", "too long", "missing"])
def test_a_failed_statement_tells_no_values(app: Flask, alice: Person, failure: str) -> None:
    rows = {
        "taken": [ROW, ROW],
        "too long": [ROW | {"status": SECRET * 2}],
        "missing": [ROW | {"status": None}],
    }[failure]
    with app.app_context():
        try:
            with transaction() as session:
                for row in rows:
                    session.execute(
                        sa.insert(Contact.__table__), row | {"account_id": alice.actor.account_id}
                    )
                session.rollback()
        except DBAPIError:
            told = logged()
        else:  # SQLite does not enforce lengths
            return
    assert "INSERT INTO contacts" in told
    assert SECRET not in told
    assert "private" not in told


def logged() -> str:
    record = logging.LogRecord("muster", logging.ERROR, "", 0, "request_failed", None, sys.exc_info())
    return JsonLine().format(record)
