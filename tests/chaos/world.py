"""A small account to try sequences of actions in, restored within milliseconds, with a clock of its own."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.domain import Actor
from app.bulk_enrollment.application.control import schedule
from app.bulk_enrollment.application.fixing import sheet
from app.bulk_enrollment.application.jobs import discarding, plan, run, sweep
from app.bulk_enrollment.application.report import verify
from app.bulk_enrollment.application.timing import allowance
from app.bulk_enrollment.domain import job as jobs
from app.bulk_enrollment.infrastructure import queries
from app.contacts.application import erasing
from app.files import application as files
from app.platform import clock, queue
from app.platform.tenancy import acting_for
from tests.chaos.observing import Observer, Seen
from tests.chaos.workers import Fate, Worker, take_task
from tests.people import sign_in
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active, complete
from tests.services.databases import Database

STATE = "sequences"
KNOWN = [f"p{number}@example.com" for number in range(1, 13)]
NEW = [f"n{number}@example.com" for number in range(1, 9)]
WRONG = ["wrong at example.com", ""]
REJECTED = ["rejected1@example.com", "rejected2@example.com"]  # the first one is a contact
_IS_REJECTED = "SELECT 1 FROM contacts WHERE id = NEW.contact_id AND email_key LIKE 'rejected%'"
_REJECTING = {
    "sqlite": [
        f"CREATE TRIGGER reject BEFORE INSERT ON enrollments WHEN EXISTS ({_IS_REJECTED})"
        " BEGIN SELECT RAISE(ABORT, 'rejected'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
        f" $$ BEGIN IF EXISTS ({_IS_REJECTED}) THEN RAISE integrity_constraint_violation; END IF;"
        " RETURN NEW; END $$",
        "CREATE TRIGGER reject BEFORE INSERT ON enrollments FOR EACH ROW EXECUTE FUNCTION reject()",
    ],
}
_REJECTING_NO_MORE = {
    "sqlite": [],  # its file is replaced
    "postgresql": ["DROP TRIGGER reject ON enrollments", "DROP FUNCTION reject"],
}
START = datetime(2026, 12, 1, 12, tzinfo=UTC)
BATCH = 6  # rows
PAST = "'2020-01-01 00:00:00.000000'"
CLOCK = (
    schedule.start_due_jobs,
    sweep.sweep,
    sweep.discard_old_drafts,
    discarding.discard_expired,
    discarding.resume_discarding,
    sheet.fill_abandoned_sheets,
    erasing.resume_erasures,
    allowance.forget_old_counts,
)


class Clock:
    """The app's clock. It advances by a millisecond with each look, so that what happens later is later."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = START
        owner = self

        class Moment(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                owner.at += timedelta(milliseconds=1)
                return owner.at

        monkeypatch.setattr(clock, "datetime", Moment)


class World:
    """Alice's agency with two workflows, of which the second takes people again, and thirteen contacts, of
    whom the database refuses to enroll one.

    Jobs are cut into batches of a few rows, and no lease and no wait ends unless the test says so.
    """

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.app: Flask = database.app
        patient = {"batch_retry_seconds": (600.0,) * 3, "batch_lease_seconds": 600.0}
        monkeypatch.setitem(
            self.app.extensions, "settings", replace(self.app.extensions["settings"], **patient)
        )
        monkeypatch.setattr(jobs, "SMALLEST_CUT", BATCH)
        monkeypatch.setattr(run, "ROWS_TOGETHER", 2 * BATCH)
        monkeypatch.setattr(run, "SECONDS_IN_A_ROW", 600.0)
        monkeypatch.setattr(plan, "CHUNK_ROWS", 2 * BATCH)
        self.clock = Clock(monkeypatch)
        database.restore("people")
        self.bob: Actor = sign_in(self.app, "bob").actor
        self.alice: Actor = sign_in(self.app, "alice").actor
        for address in [*KNOWN, REJECTED[0]]:
            add(self.app, self.bob, address, tags=["VIP"] if address < "p2" else [])
        self.workflows = [
            active(self.app, self.bob, name, definition=complete()) for name in ("Once", "Again")
        ]
        observer = Observer(database.url)
        observer.execute("UPDATE workflows SET enroll_again = true WHERE name = 'Again'")
        observer.log_transitions()
        observer.execute(*_REJECTING[database.kind])
        observer.close()
        database.keep(STATE)
        self.observer: Observer | None = None

    def reset(self) -> None:
        self.close()
        self.clock.at = START
        self.database.restore(STATE)
        with self.app.app_context():
            queue.connection().flushall()
        self.observer = Observer(self.database.url)

    def close(self) -> None:
        if self.observer is not None:
            self.observer.close()
            self.observer = None

    def end(self) -> None:
        self.close()
        observer = Observer(self.database.url)
        observer.log_no_more()
        observer.execute(*_REJECTING_NO_MORE[self.database.kind])
        observer.close()
        self.database.forget(STATE)

    def look(self) -> Seen:
        assert self.observer is not None
        return self.observer.look()

    def execute(self, *statements: str) -> None:
        assert self.observer is not None
        self.observer.execute(*statements)

    @contextmanager
    def acting(self) -> Iterator[None]:
        with self.app.app_context(), acting_for(self.bob.account_id):
            yield

    def upload(self, text: str) -> str:
        """Keep a file; return its public id. Inside `acting()`."""
        return files.keep(self.bob, io.BytesIO(text.encode()), "people.csv").public_id

    def let_leases_end(self) -> None:
        """Let leases and waits pass in the database, whose clock measures them."""
        self.execute(
            f"UPDATE enrollment_batches SET lease_until = {PAST} WHERE lease_until IS NOT NULL",
            f"UPDATE enrollment_batches SET next_attempt_at = {PAST} WHERE next_attempt_at IS NOT NULL",
            f"UPDATE enrollment_batches SET handed_at = {PAST} WHERE handed_at IS NOT NULL",
            f"UPDATE enrollment_jobs SET lease_until = {PAST} WHERE lease_until IS NOT NULL",
            f"UPDATE fixing_sheets SET lease_until = {PAST} WHERE lease_until IS NOT NULL",
        )

    def clock_process(self) -> None:
        """What the clock process does every second or minute."""
        with self.app.app_context():
            for task in CLOCK:
                task()

    def take_work(self) -> Callable[[], object] | None:
        """Take the next task from the queue."""
        task = take_task(self.app)
        if task is None:
            return None
        name, account_id, *ids = task
        return lambda: queue.perform(str(name), int(str(account_id)), *(int(str(one)) for one in ids))

    def work_off(self, most: int = 200) -> None:
        """Let a worker run all tasks of the queue."""
        for _ in range(most):
            work = self.take_work()
            if work is None:
                return
            Worker(self.app, work).go_on(Fate("finishes"))
        raise AssertionError("there are always more tasks")

    def broken_checks(self, seen: Seen) -> list[Any]:
        """What `verify-job` finds wrong."""
        with self.acting():
            return [
                (job.public_id, check)
                for job in seen.jobs
                if job.status not in ("draft", "discarded")
                for check in verify.verify_job(queries.job_by_id(self.bob.account_id, job.id))
                if not check.holds
            ]
