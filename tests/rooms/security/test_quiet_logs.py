"""Failures are logged with a traceback and without personal data."""

import json
import logging
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.contacts.infrastructure.tables import Contact
from app.platform.database import transaction
from app.platform.logs import JsonLine, log
from tests.people import Person
from tests.rooms.bulk_enrollment.trial import trigger

SECRET = "ann.private@example.com"
ROW = {"email": SECRET, "email_key": SECRET, "status": "active"}
FAILURES = [
    pytest.param([ROW, ROW], id="taken"),
    pytest.param([ROW | {"status": None}], id="missing"),
    pytest.param(
        [ROW | {"status": SECRET * 2}],
        id="too long",
        marks=pytest.mark.only_on("postgresql", "SQLite doesn't enforce lengths"),
    ),
]


class Kept(logging.Handler):
    """Keeps what the process's own handler would write."""

    def __init__(self) -> None:
        super().__init__()
        [real] = [one for one in logging.getLogger().handlers if isinstance(one.formatter, JsonLine)]
        self.real, self.lines = real, list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.real.format(record))


@pytest.fixture
def lines(app: Flask):
    kept = Kept()
    log.addHandler(kept)
    yield kept.lines
    log.removeHandler(kept)


@pytest.mark.parametrize("rows", FAILURES)
def test_a_failed_statement_tells_no_values(
    app: Flask, alice: Person, lines, rows: list[dict[str, Any]]
) -> None:
    with app.app_context(), pytest.raises(DBAPIError) as failed, transaction() as session:
        for row in rows:
            session.execute(sa.insert(Contact.__table__), row | {"account_id": alice.actor.account_id})
    assert not lines
    log.error("request_failed", exc_info=failed.value)
    [line] = lines
    told = json.loads(line)
    assert told["event"] == "request_failed" and told["trace"].startswith("Traceback")
    assert "INSERT INTO contacts" in told["trace"]
    assert SECRET not in line and "private" not in line


def test_a_page_that_fails_tells_no_values(app: Flask, alice: Person, lines) -> None:
    """Through the whole way that a request's failure takes to the log."""
    with trigger(
        app,
        "contacts",
        "INSERT",
        "NEW.email IS NOT NULL",
        "SELECT RAISE(ABORT, 'refused')",
        "RAISE EXCEPTION 'refused' USING DETAIL = NEW.email",
    ):
        sent = {"email": SECRET, "first_name": "Private", "consent_basis": "customer"}
        answer = alice.post("/contacts", sent)
    assert answer.status_code >= 500 and SECRET not in answer.text
    [line] = [line for line in lines if "trace" in json.loads(line)]
    assert "refused" in line and SECRET not in line and "rivate" not in line
