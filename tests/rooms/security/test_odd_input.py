"""Malformed input is rejected or ignored; it never causes an internal error."""

import io
from collections.abc import Callable
from itertools import cycle
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.application import terminal_actor
from app.accounts.infrastructure.tables import Account
from app.contacts.application.tags import MOST_AT_ONCE
from app.files.domain.headers.words import meaning_of
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.database import session
from tests.people import Person
from tests.rooms.home.setup_page import fill_in
from tests.services.hangs import no_hang

NUMBERS = (
    "-1",
    "0",
    "1" * 30,
    "0" * 12 + "9" * 40,
    "2147483648",
    "9223372036854775808",
    "²",
    "٣",
    "1e9",
    "\0",
)
FAULTY = b"Email,Note\nann@@example.com,\nbob@@example.com,\n"


@pytest.fixture
def job(alice: Person, run_tasks: Callable[[], bool]) -> str:
    """URL of a job with problem rows."""
    file = {"file": (io.BytesIO(FAULTY), "people.csv")}
    mapping = alice.post("/contacts/import", file, content_type="multipart/form-data").headers["Location"]
    chosen = {
        "column-0": "email",
        "missing": "create",
        "consent_basis": "opt_in",
        "once": "1",
        "act": "start",
    }
    answer = alice.post(mapping, chosen)
    assert answer.status_code == 303
    run_tasks()
    return str(answer.headers["Location"])


def test_numbers_that_are_none(alice: Person, job: str) -> None:
    assert "two @ signs" in alice.get(job).text
    sorts = cycle(("row", "-address", "code"))
    for name in ("after", "before", "q", "rows"):
        for number, sort in zip(NUMBERS, sorts, strict=False):
            answer = alice.get(f"{job}?{urlencode({name: number, 'sort': sort})}")
            assert answer.status_code == 200, (name, number, sort)
    for number in NUMBERS:
        assert alice.get(f"/contacts/filter?{urlencode({'act': f'add-{number}'})}").status_code == 200, number


@pytest.mark.parametrize("name", ["Agen\0cy", "\x1bAgency", "Agen\u202ecy"])
def test_names_lose_what_cannot_be_kept_or_seen(app: Flask, alice: Person, name: str) -> None:
    sent = alice.post("/settings", {"account_name": name, "time_zone": "UTC", "country": "DE"})
    assert sent.status_code == 303
    with app.app_context():
        assert (
            session().scalar(sa.select(Account.name).where(Account.id == alice.actor.account_id)) == "Agency"
        )


def test_a_first_visit_with_what_cannot_be_kept(fresh_app: Flask) -> None:
    answer = fill_in(fresh_app.test_client(), name="Ali\0ce", account_name="\0Sommer")
    assert answer.status_code == 303
    with fresh_app.app_context():
        owner = terminal_actor(None)
        assert (owner.name, owner.account_name) == ("Alice", "Sommer")


def test_a_one_time_key_that_cannot_be_kept(app: Flask, alice: Person) -> None:
    with app.app_context():
        system = sa.select(WorkflowTemplate.public_id).where(WorkflowTemplate.account_id.is_(None)).limit(1)
        template = session().scalar(system)
    for key in ("\0", "a\0b", "x" * 65):
        answer = alice.post(f"/templates/{template}/clone", {"name": "Mine", "idempotency_key": key})
        assert answer.status_code == 422


def test_thousands_of_tags_at_once(alice: Person) -> None:
    tags = ",".join(f"tag {number}" for number in range(MOST_AT_ONCE + 1))
    answer = alice.post("/contacts", {"email": "many@example.com", "consent_basis": "opt_in", "tags": tags})
    assert answer.status_code == 422
    assert f"up to {MOST_AT_ONCE} tags" in answer.text


def test_a_header_of_a_hundred_thousand_words_is_no_work() -> None:
    with no_hang():
        assert meaning_of("1 " * 60_000 + "email") is None


def test_readiness_is_cheap_to_ask_for(app: Flask) -> None:
    """/readyz is public, so repeated requests must be cheap."""
    browser = app.test_client()
    browser.get("/readyz")
    with no_hang(5):
        for _ in range(20):
            browser.get("/readyz")
