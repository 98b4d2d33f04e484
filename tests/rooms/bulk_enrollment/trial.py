"""A job tried out: a file goes in, real workers run it, and the ledger says what became of every row."""

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.accounts.infrastructure.tables import Account
from app.bulk_enrollment.application.control import schedule, stopping
from app.bulk_enrollment.application.jobs import plan, run, sweep
from app.bulk_enrollment.application.jobs import start as starting
from app.bulk_enrollment.application.report import verify
from app.bulk_enrollment.application.report.job_states import job_state
from app.bulk_enrollment.application.timing.allowance import limits_of
from app.bulk_enrollment.domain.job import Progress
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob, EnrollmentRow, RowFields
from app.bulk_enrollment.infrastructure.verification import invariants
from app.contacts.infrastructure.tables import Contact
from app.engine.infrastructure.tables import Enrollment
from app.files import application as files
from app.platform.database import db, is_sqlite, session, transaction
from app.platform.tenancy import acting_for
from tests.rooms.bulk_enrollment.jobs import requested

EMAIL = {"0": "email"}
FINISHED = ("completed", "completed_with_errors", "cancelled", "failed")


def lines(*cells: str) -> str:
    """A file of addresses; the second column is there so that an empty address is a row too."""
    return "\n".join(["Email,Note", *(f"{cell},here" for cell in cells), ""])


def addresses(count: int, first: int = 1) -> list[str]:
    return [f"p{number}@example.com" for number in range(first, first + count)]


@dataclass
class Trial:
    """What one person of an account starts, and what comes of it. Jobs are named by their public ids."""

    app: Flask
    actor: Actor
    run_tasks: Callable[[], bool]

    def start(
        self, text: str, workflow: str | None, idempotency_key: str | None = None, **choices: Any
    ) -> str:
        """Start a job; `choices` are those of `jobs.requested`. Nothing has run yet."""
        with self.acting():
            return starting.start_job(
                self.actor, self.wanted(text, workflow, idempotency_key, **choices)
            ).public_id

    def draft(self, text: str, workflow: str | None, **choices: Any) -> str:
        """Ask for a dry run. Nothing has run yet."""
        with self.acting():
            return starting.dry_run(self.actor, self.wanted(text, workflow, **choices)).public_id

    def start_draft(self, job: str) -> str:
        with self.acting():
            return starting.start_draft(self.actor, job).public_id

    def wanted(
        self, text: str, workflow: str | None, idempotency_key: str | None = None, **choices: Any
    ) -> starting.JobRequest:
        """Keep a file and say what is to be done with it; inside `acting()`. Columns that are not matched are
        not about consent."""
        upload = files.keep(self.actor, io.BytesIO(text.encode()), "people.csv")
        matched = choices.get("mapping", EMAIL)
        columns = map(str, range(len(upload.layout["columns"])))
        choices.setdefault("not_consent", [column for column in columns if column not in matched])
        if choices.get("missing") == "create":
            choices = {"consent_basis": "customer"} | choices
        choices = {"mapping": EMAIL} | choices
        return requested(upload.public_id, choices, workflow, idempotency_key=idempotency_key)

    def cancel(self, job: str) -> None:
        with self.acting():
            stopping.cancel_job(self.actor, job)

    def finish(self, *jobs: str) -> None:
        """Let workers and sweeper go on until the jobs are over."""
        for _ in range(400):
            self.run_tasks()
            if all(self.job(job).status in FINISHED for job in jobs):
                return
            self.sweep()
        raise AssertionError([self.job(job).status for job in jobs])

    def sweep(self) -> None:
        with self.app.app_context():
            schedule.start_due_jobs()
            sweep.sweep()

    def settle(self) -> None:
        """Let workers and sweeper go on until nothing is to be done now."""
        for _ in range(60):
            self.sweep()
            if not self.run_tasks():
                return
        raise AssertionError("there is always more to be done")

    def enrolled(self, job: str) -> int:
        """How many people the job has enrolled so far, counted from the enrollments themselves."""
        with self.acting():
            return invariants.enrollments_of_job(self.actor.account_id, self.job(job).id)

    def plan(self, job: str) -> None:
        """What the planning task does."""
        self.plan_number(self.job(job).id)

    def plan_number(self, job_id: int) -> None:
        with self.app.app_context():
            plan.plan_job(self.actor.account_id, job_id)

    def dispatch(self) -> None:
        with self.app.app_context():
            run.dispatch(self.actor.account_id)

    def run_batch(self, batch_id: int) -> None:
        with self.app.app_context():
            run.run_batch(self.actor.account_id, batch_id)

    def process(self, job: str, claim: Claim) -> None:
        """Do what a worker does that has claimed a batch, whether or not it still holds it."""
        with self.acting():
            read = self.job(job)
            run._do(read, claim, lambda: False, 1, limits_of(read))

    def started(self, text: str, workflow: str | None, **choices: Any) -> str:
        """A job that is planned and whose first batches are handed to the queue."""
        job = self.start(text, workflow, **choices)
        self.plan(job)
        return job

    def run(self, text: str, workflow: str | None, **choices: Any) -> str:
        """Start a job and see it to its end."""
        job = self.start(text, workflow, **choices)
        self.finish(job)
        self.holds(job)
        return job

    def job(self, public_id: str) -> EnrollmentJob:
        with self.acting():
            return starting.find_job(self.actor, public_id)

    def rows(self, job: str) -> Sequence[EnrollmentRow]:
        """The ledger in the order of the file."""
        return self._all(EnrollmentRow, job, EnrollmentRow.row_number)

    def batches(self, job: str) -> Sequence[EnrollmentBatch]:
        return self._all(EnrollmentBatch, job, EnrollmentBatch.number)

    def fields_kept(self, job: str) -> int:
        """How many rows have the values of their columns beside them."""
        return len(self._all(RowFields, job, RowFields.row_number))

    def outcomes(self, job: str) -> list[str]:
        """The outcome of every row, “CODE detail” where there is a detail; "" until its batch is settled."""
        number = self.job(job).id
        with self.acting():
            ledger = queries.ledger_slice(self.actor.account_id, number, 0, 1_000_000)
        return [
            "" if row.outcome is None else f"{Outcome(row.outcome).name} {row.detail or ''}".strip()
            for row in ledger
        ]

    def verdicts(self, job: str) -> list[str]:
        """What planning expects of every row, in the same words."""
        return [f"{Outcome(row.outcome).name} {row.detail or ''}".strip() for row in self.rows(job)]

    def holds(self, *jobs: str) -> None:
        """The invariant."""
        for job in jobs:
            with self.acting():
                broken = [check for check in verify.verify_job(self.job(job)) if not check.holds]
            assert not broken, (job, broken)

    def progress(self, job: str) -> Progress:
        """What the job's page shows."""
        with self.acting():
            return job_state(self.job(job)).progress

    def count_jobs(self) -> int:
        with self.acting():
            return session().scalar(sa.select(sa.func.count()).select_from(EnrollmentJob)) or 0

    def contact(self, address: str) -> Contact | None:
        with self.acting():
            return session().scalar(sa.select(Contact).where(Contact.email_key == address))

    def enrollments(self, address: str) -> Sequence[Enrollment]:
        with self.acting():
            return (
                session()
                .scalars(
                    sa.select(Enrollment)
                    .join(
                        Contact,
                        sa.and_(
                            Contact.id == Enrollment.contact_id, Contact.account_id == self.actor.account_id
                        ),
                    )
                    .where(Contact.email_key == address, Enrollment.account_id == self.actor.account_id)
                    .order_by(Enrollment.id)
                )
                .all()
            )

    def remove_contact(self, address: str) -> None:
        with self.acting(), transaction():
            session().execute(sa.delete(Contact).where(Contact.email_key == address))

    def change_batches(self, job: str, **values: Any) -> None:
        number = self.job(job).id
        with self.acting(), transaction():
            session().execute(
                sa.update(EnrollmentBatch).where(EnrollmentBatch.job_id == number).values(**values)
            )

    def limit(self, **limits: int) -> None:
        """Give the account limits of its own, as an administrator does."""
        with self.app.app_context(), transaction():
            account = session().get_one(Account, self.actor.account_id)
            account.limits = account.limits | limits

    def change_job(self, job: str, **values: Any) -> None:
        with self.acting(), transaction():
            session().execute(sa.update(EnrollmentJob).where(EnrollmentJob.public_id == job).values(**values))

    @contextmanager
    def acting(self) -> Iterator[None]:
        with self.app.app_context(), acting_for(self.actor.account_id):
            yield

    def _all(self, table: Any, job: str, order: Any) -> Sequence[Any]:
        number = self.job(job).id
        with self.acting():
            return session().scalars(sa.select(table).where(table.job_id == number).order_by(order)).all()


def at_once(app: Flask, *calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that begin together, each in an app context; returns what they returned or
    raised."""
    results: list[object] = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            try:
                results[place] = call()
            except Exception as failure:
                results[place] = failure

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def trigger(app: Flask, table: str, event: str, when: str, sqlite: str, postgresql: str) -> Iterator[None]:
    """A trigger of the database itself that acts on rows of `table` for which `when` holds: the body of a
    trigger on SQLite, of a PL/pgSQL function on PostgreSQL, which runs as the owner of the tables."""
    with app.app_context():
        if is_sqlite():
            made = [f"CREATE TRIGGER tried BEFORE {event} ON {table} WHEN {when} BEGIN {sqlite}; END"]
            gone = ["DROP TRIGGER tried"]
        else:
            made = [
                "CREATE OR REPLACE FUNCTION tried() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
                f" $$ BEGIN {postgresql}; RETURN NEW; END $$",
                f"CREATE TRIGGER tried BEFORE {event} ON {table} FOR EACH ROW WHEN ({when})"
                " EXECUTE FUNCTION tried()",
            ]
            gone = [f"DROP TRIGGER tried ON {table}", "DROP FUNCTION tried()"]
        execute_all(made)
    try:
        yield
    finally:
        with app.app_context():
            execute_all(gone)


def set_status(trial: Trial, **statuses: str) -> None:
    """Give contacts name@example.com a status, as if it had always been so."""
    with trial.acting(), transaction():
        for name, status in statuses.items():
            session().execute(
                sa.update(Contact).where(Contact.email_key == f"{name}@example.com").values(status=status)
            )


def execute_all(statements: Sequence[str]) -> None:
    with transaction():
        for statement in statements:
            session().execute(sa.text(statement), execution_options={"cross_account": True})
    db.session.remove()
