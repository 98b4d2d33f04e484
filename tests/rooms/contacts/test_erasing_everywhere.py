"""After a contact is erased, no text of the database and no file has its address, its names, or its number,
wherever users and programs had put them (P-13)."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.fixing import editing, sheet
from app.bulk_enrollment.application.jobs import discarding, start
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import ManualSelection
from app.bulk_enrollment.infrastructure.people.tables import PastJob
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.contacts.application.selecting import segments
from app.contacts.infrastructure.tables import Tag
from app.files import application as files
from app.notifications.application import webhooks
from app.platform.clock import now
from app.platform.database import db, session, transaction
from tests.people import Person, Program
from tests.rooms.bulk_enrollment.jobs import requested
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

EMAIL, PHONE = "Zacharias.Unverzagt@example.com", "+49 30 9018277"
TRACES = ("zacharias", "unverzagt", "9018277")
ROW = f"{EMAIL},Zacharias,Unverzagt,{PHONE}"
FILE = f"Email,First name,Last name,Phone\nann@example.com,Ann,Lee,\n{ROW}\nwrong,,,\n{ROW}\n"
MAPPING = {"0": "email", "1": "first_name", "2": "last_name", "3": "phone"}
NAMES = {"first_name": "Zacharias", "last_name": "Unverzagt"}
CONTACT = NAMES | {"email": EMAIL, "phone": PHONE, "consent_basis": "opt_in"}
PLACES = {
    *("api_requests", "audit_entries", "contact_events", "contacts", "enrollment_jobs", "enrollment_rows"),
    *("fixing_rows", "notifications", "outgoing_emails", "past_jobs", "segments", "tags", "uploads"),
    "webhook_calls",
}
KEY = {"Idempotency-Key": "signup 7"}


@pytest.fixture
def trial(app: Flask, alice: Person, run_tasks: Callable[[], bool]) -> Trial:
    return Trial(app, alice.actor, run_tasks)


def texts_of_tables() -> Iterator[str]:
    """All values of all tables, as “table: value”."""
    with db.engine.connect() as connection:
        everything = connection.execution_options(cross_account=True)
        for table in db.metadata.sorted_tables:
            for row in everything.execute(sa.select(table)):
                yield from (f"{table.name}: {value}" for value in row)


def texts_of_files(folder: Path) -> Iterator[str]:
    """All files of a data folder apart from the database, which has been read through its tables."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("muster.db") and path.suffix != ".kept":
            content = path.read_bytes()
            with suppress(OSError, EOFError, zlib.error):  # not compressed, or cut off by another test
                content = gzip.decompress(content)
            yield f"{path.relative_to(folder)}: {content.decode('utf-8', 'replace')}"


def traces(app: Flask) -> list[str]:
    with app.app_context():
        found = [*texts_of_tables(), *texts_of_files(app.extensions["settings"].data_dir)]
    return [text for text in found if any(trace in text.lower() for trace in TRACES)]


def run_file(trial: Trial, workflow: str | None, **choices: object) -> str:
    """Run a job of a file that is named after the person, and tell everybody."""
    with trial.acting():
        upload = files.keep(trial.actor, io.BytesIO(FILE.encode()), f"From {EMAIL}.csv")
        given = {"mapping": MAPPING, "notify_email": "boss@example.com", **choices}
        job = start.start_job(trial.actor, requested(upload.public_id, given, workflow)).public_id
    trial.finish(job)
    return job


def expire(trial: Trial, job: str) -> None:
    """Let a job be older than jobs are kept."""
    with trial.acting(), transaction():
        session().execute(
            sa.update(EnrollmentJob)
            .where(EnrollmentJob.account_id == trial.actor.account_id, EnrollmentJob.public_id == job)
            .values(finished_at=now() - timedelta(days=400))
        )
    with trial.app.app_context():
        discarding.discard_expired()
    trial.run_tasks()


def test_nothing_is_left_anywhere(app: Flask, trial: Trial, program: Program) -> None:
    actor = trial.actor
    made = program.post("/contacts", CONTACT, headers=KEY)
    assert made.status_code == 201, made.text
    number = made.json["id"]
    changed = program.patch(f"/contacts/{number}", {"city": "Berlin"}, headers={"Idempotency-Key": "8"})
    assert changed.status_code == 200, changed.text
    other = add(app, actor, "cleo@example.com", tags=[f"Friend of {EMAIL}"])
    workflow = active(app, actor)
    with trial.acting():
        webhooks.save_webhook(actor, "https://example.com/hook")
        rule = {"field": "contact.email", "op": "equals", "value": EMAIL}
        segments.save_segment(actor, f"Only {EMAIL}", {"all": [rule]})
        gone = segments.save_segment(actor, f"Not {EMAIL}", {"all": [rule | {"op": "not_equals"}]}).id
        segments.delete_segment(actor, gone)
        contacts.unsubscribe(actor, number)
        contacts.reactivate(actor, number, f"{EMAIL} called")
    old = run_file(trial, None, missing="create", existing="overwrite", consent_basis="customer")
    kept = run_file(trial, workflow, missing="skip", tags=(f"Friend of {EMAIL}",))
    with trial.acting():
        sheet.open_sheet(actor, kept)
    trial.run_tasks()
    with trial.acting():
        row = editing.fixing_page(actor, kept).rows[0]
        editing.save_edits(actor, kept, {row.number: {"0": EMAIL}}, [])
        pasted = ManualSelection((EMAIL, "ann@example.com"), "email")
        listed = start.start_job(actor, start.JobRequest(pasted, JobOptions(), workflow)).public_id
    trial.finish(listed)
    expire(trial, old)
    with trial.acting():
        assert session().scalar(sa.select(sa.func.count()).select_from(PastJob)) == 1
    assert {text.partition(":")[0] for text in traces(app)} >= PLACES
    assert program.delete(f"/contacts/{number}").status_code == 204
    trial.run_tasks()
    left = traces(app)
    assert not left, "\n".join(left)

    again = program.post("/contacts", CONTACT, headers=KEY)
    assert (again.status_code, again.json["code"]) == (409, "CONFLICT"), again.text
    assert len(program.get("/contacts").json["data"]) == 2, "Ann and Cleo"
    with trial.acting():
        [tag] = session().scalars(sa.select(Tag))
        assert tag.name == f"Friend of [erased] {tag.id}"
        deleted = session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "segment_deleted")).one()
        assert deleted.facts["name"] == "Not [erased]"
        assert trial.job(kept).options.source_name == "From [erased].csv"
        assert contacts.contact_card(actor, other).contact.email == "cleo@example.com"
