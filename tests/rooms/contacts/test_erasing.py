"""Erasing a contact (P-13): personal data is gone everywhere, and figures stay right."""

import gzip
import io
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.tables import AuditEntry, ContactEvent
from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report.verify import verify_job
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FilterSelection, ManualSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.contacts.application import erasing
from app.contacts.application.selecting import segments
from app.contacts.application.selecting.selections import find_selection, select_matching
from app.contacts.infrastructure.tables import Contact, ContactTag, Erasure
from app.engine.infrastructure.tables import Enrollment
from app.files import application as files
from app.files.application.reading import opened_text
from app.files.infrastructure.tables import Upload
from app.platform.clock import now
from app.platform.database import db, session
from tests.people import Person, program_of
from tests.rooms.bulk_enrollment.jobs import requested, words_of
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active

TEXT = (
    "Email,Name,Phone,Birthday\n"
    "ann@example.com,Ann Lee,+49 30 901820,1990-01-01\n"
    "ben@example.com,Benjamin Zwirner,+49 30 901821,soon-zwirner\n"
    '"BEN@example.com","Benjamin\nZwirner again",,\n'
    "cleo@example.com,Cleo Sun,,\n"
)
MAPPING = {"0": "email", "1": "full_name", "2": "phone", "3": "birthday"}
TRACES = ("ben@example", "zwirner", "901821", "benjamin")


@pytest.fixture
def trial(app: Flask, bob: Person, run_tasks) -> Trial:
    return Trial(app, bob.actor, run_tasks)


def contact_id(trial: Trial, email: str = "ben@example.com") -> int:
    with trial.acting():
        return session().scalars(sa.select(Contact.id).where(Contact.email_key == email)).one()


def everything(trial: Trial) -> str:
    """All texts of the database and of the stored files, in lower case."""
    found = []
    with trial.acting(), db.engine.connect() as connection:
        all_accounts = connection.execution_options(cross_account=True)
        for table in db.metadata.sorted_tables:
            for row in all_accounts.execute(sa.select(table)):
                found += [f"{table.name}: {value}" for value in row]
    folder: Path = trial.app.extensions["settings"].uploads_dir
    with trial.acting():  # the folder has files of other tests, too
        known = set(session().scalars(sa.select(Upload.public_id)))
    for path in folder.rglob("*"):
        if path.is_file() and path.name.partition(".")[0] in known:
            content = gzip.decompress(path.read_bytes())
            found.append(f"{path.suffix}: {content.decode('utf-8', 'replace')}")
            if content[:2] == b"PK":
                book = openpyxl.load_workbook(io.BytesIO(content))
                found += [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    return "\n".join(found).lower()


def traces(trial: Trial) -> list[str]:
    text = everything(trial)
    return [line for line in text.splitlines() if any(trace in line for trace in TRACES)]


def erase(bob: Person, trial: Trial, email: str = "ben@example.com") -> int:
    number = contact_id(trial, email)
    answer = bob.post(f"/contacts/{number}/erasure")
    assert (answer.status_code, answer.location) == (303, "/contacts"), answer.text
    trial.run_tasks()
    return number


@pytest.mark.parametrize("has_workflow", [True, False], ids=["enrolled", "imported"])
def test_the_page_that_asks_counts_what_the_timeline_shows(bob, trial, has_workflow):
    workflow = active(trial.app, bob.actor) if has_workflow else None
    trial.run(TEXT, workflow, missing="create", mapping=MAPPING, tags=("VIP",))
    number = contact_id(trial)
    timeline = re.search(r'<ol class="time-line">(.*?)</ol>', bob.get(f"/contacts/{number}").text, re.DOTALL)
    assert timeline and timeline[1].count("<li>") == (2 if has_workflow else 1)
    asked = words_of(bob.get(f"/contacts/{number}/erasure").text)
    assert f"Timeline entries: {timeline[1].count('<li>')}. Tags: 1." in asked


def test_nothing_is_left_and_figures_stay(bob, trial):
    workflow = active(trial.app, bob.actor)
    first = trial.run(TEXT, workflow, missing="create", mapping=MAPPING, tags=("VIP",))
    second = trial.run(TEXT, None, missing="skip", existing="overwrite", mapping=MAPPING)
    number = contact_id(trial)
    bob.post(f"/contacts/{number}/tags", {"name": "Zwirner family"})
    words = words_of(bob.get(f"/contacts/{number}/erasure").text)
    assert "Removed from 1 active workflow." in words and "1 job added or changed this contact." in words
    bob.post(f"/contacts/{number}/unsubscription")
    bob.post(f"/contacts/{number}/reactivation", {"reason": "Benjamin called"})
    before = {job: trial.job(job).totals for job in (first, second)}
    assert "active workflow" not in words_of(bob.get(f"/contacts/{number}/erasure").text)
    assert traces(trial)
    erase(bob, trial)
    left = [line for line in traces(trial) if not line.startswith(("tags: zwirner family", "tags: "))]
    assert left == []
    assert {job: trial.job(job).totals for job in (first, second)} == before
    with trial.acting():
        for job in (first, second):
            assert [check.says for check in verify_job(trial.job(job)) if not check.holds] == []
        statuses = {one.contact_id: one.status for one in session().scalars(sa.select(Enrollment))}
        assert statuses[number] == "withdrawn" and len(statuses) == 3
        for table in (ContactEvent, ContactTag):
            assert not list(session().scalars(sa.select(table.contact_id).where(table.contact_id == number)))
        assert not list(session().scalars(sa.select(Erasure)))
        rows = session().scalars(sa.select(EnrollmentRow).where(EnrollmentRow.contact_id == number)).all()
        assert {row.identifier for row in rows} == {None}
    assert bob.get(f"/contacts/{number}").status_code == 404


def test_pages_work_without_the_person(bob, trial):
    workflow = active(trial.app, bob.actor)
    job = trial.run(TEXT, workflow, missing="create", mapping=MAPPING)
    erase(bob, trial)
    assert bob.get(f"/enrollments/{job}").status_code == 200
    assert "Deleted" in bob.get(f"/enrollments/{job}/rows/2").text
    assert bob.get(f"/workflows/{workflow}/people").status_code == 200
    rows = bob.get(f"/enrollments/{job}/rows.csv").text
    assert "erased@erased.invalid" in rows and "zwirner" not in rows.lower()
    assert "Ann Lee" in rows and "Cleo Sun" in rows
    log = words_of(bob.get("/activity").text)
    assert "Bob erased a contact" in log and "zwirner" not in log.lower()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_files_in_other_encodings(bob, trial, encoding):
    text = TEXT.replace("Ann Lee", "Änne Müller").replace("Cleo Sun", "Cléo Größe")
    with trial.acting():
        upload = files.keep(trial.actor, io.BytesIO(text.encode(encoding)), "people.csv")
        before = [(row.number, row.line, tuple(row.cells)) for row in files.untouched_rows(upload)]
    trial.run("Email,Note\nben@example.com,x\n", None, missing="create")
    erase(bob, trial)
    with trial.acting():
        upload = files.upload_by_id(trial.actor.account_id, upload.id)
        after = [(row.number, row.line, tuple(row.cells)) for row in files.untouched_rows(upload)]
        content = opened_text(upload).read()
    assert content[:2] == text.encode(encoding)[:2] or encoding == "cp1252", "the byte order mark stays"
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert (after[0], after[3]) == (before[0], before[3])
    assert "zwirner" not in content.decode(encoding).lower()


def test_workbooks(bob, trial):
    book = openpyxl.Workbook()
    for row in (
        ("Email", "Name"),
        ("ann@example.com", "Ann"),
        ("ben@example.com", "Benjamin Zwirner"),
        ("cleo@example.com", "Cleo"),
    ):
        book.active.append(row)
    other = book.create_sheet("More")
    other.append(("Email", "Name"))
    other.append(("ben@example.com", "Zwirner"))
    content = io.BytesIO()
    book.save(content)
    with trial.acting():
        upload = files.keep(trial.actor, io.BytesIO(content.getvalue()), "people.xlsx")
        chosen = {
            "mapping": {"0": "email", "1": "full_name"},
            "missing": "create",
            "consent_basis": "customer",
        }
        job = start.start_job(trial.actor, requested(upload.public_id, chosen)).public_id
    trial.finish(job)
    erase(bob, trial)
    assert traces(trial) == []
    with trial.acting():
        assert [check.says for check in verify_job(trial.job(job)) if not check.holds] == []
    assert "ann@example.com" in bob.get(f"/enrollments/{job}/rows.csv").text


def test_a_job_that_is_not_over_stops_it(bob, trial):
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    number = contact_id(trial)
    job = trial.start(TEXT, None, existing="overwrite", mapping=MAPPING)
    answer = bob.post(f"/contacts/{number}/erasure")
    assert answer.status_code == 409 and "isn’t finished" in answer.text
    trial.finish(job)
    erase(bob, trial)
    assert traces(trial) == []


def test_dry_runs_with_the_person_are_discarded(bob, trial):
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    draft = trial.draft(TEXT, None, existing="overwrite", mapping=MAPPING)
    trial.plan(draft)
    erase(bob, trial)
    assert bob.get(f"/enrollments/checks/{draft}").status_code == 404
    assert traces(trial) == []


def test_an_erasure_whose_task_was_lost_goes_on(app, bob, trial, monkeypatch):
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    bob.post(f"/contacts/{contact_id(trial)}/erasure")
    from redis import Redis

    Redis.from_url(app.extensions["settings"].redis_url).flushall()
    assert traces(trial), "files are cleaned by the task"
    monkeypatch.setattr(erasing, "UNTOUCHED", erasing.UNTOUCHED * 0)
    with app.app_context():
        erasing.resume_erasures()
    trial.run_tasks()
    assert traces(trial) == []


def test_only_the_person_is_erased(bob, trial):
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    ann = contact_id(trial, "ann@example.com")
    erase(bob, trial)
    page = bob.get(f"/contacts/{ann}").text
    assert "Ann" in page and "people.csv, row 1" in re.sub("<[^>]+>", "", page)


def test_viewers_and_others_cannot(vera, mallory, bob, trial):
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    number = contact_id(trial)
    assert vera.get(f"/contacts/{number}/erasure").status_code == 403
    assert vera.post(f"/contacts/{number}/erasure").status_code == 403
    assert "/erasure" not in vera.get(f"/contacts/{number}").text
    assert mallory.post(f"/contacts/{number}/erasure").status_code == 404
    assert contact_id(trial) == number


def test_the_audit_log_names_nobody(bob, trial):
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    number = erase(bob, trial)
    with trial.acting():
        entries = session().scalars(
            sa.select(AuditEntry).where(AuditEntry.subject == "contact", AuditEntry.subject_id == str(number))
        )
        assert [(entry.action, entry.facts) for entry in entries] == [("contact_erased", {})]


def test_filters_no_longer_name_the_person(bob, trial):
    """Segments, selections, and the filters of jobs."""
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    workflow = active(trial.app, bob.actor)
    rule = {"field": "contact.email", "op": "in_list", "value": ["BEN@example.com", "ann@example.com"]}
    phone = {"field": "contact.phone", "op": "starts_with", "value": "030 901821"}
    in_berlin = {"all": [phone | {"value": "+49 30"}]}
    with trial.acting():
        ours = segments.save_segment(bob.actor, "Like Ben@example.com", {"all": [{"any": [rule]}, phone]}).id
        other = segments.save_segment(bob.actor, "Berlin", in_berlin).id
        kept = select_matching(bob.actor, {"all": [rule]}).id
        wanted = start.JobRequest(FilterSelection({"all": [rule]}), JobOptions(), workflow)
        job = start.start_job(bob.actor, wanted).public_id
    trial.finish(job)
    page = words_of(bob.get(f"/contacts/{contact_id(trial)}/erasure").text)
    assert "1 segment will no longer name this person." in page
    erase(bob, trial)
    left = [line for line in traces(trial) if not line.startswith("audit_entries: ")]
    assert left == []
    with trial.acting():
        changed = segments.find_segment(bob.actor, ours)
        only_ann = rule | {"value": ["ann@example.com"]}
        nobody = {"field": "contact.phone", "op": "equals", "value": "[erased] 0"}
        assert changed.criteria == {"all": [{"any": [only_ann]}, nobody]}
        assert changed.name == f"Like [erased] {ours}"
        assert segments.find_segment(bob.actor, other).criteria == in_berlin
        assert find_selection(bob.actor, kept).criteria == {"all": [only_ann]}
    assert trial.job(job).selection.criteria == {"all": [only_ann]}
    assert "No contacts" in words_of(bob.get("/contacts", query_string={"segment": ours}).text)


def test_lists_name_the_person_no_longer(bob, trial):
    """Whatever became of the job, and although a retry numbers its rows anew."""
    workflow = active(trial.app, bob.actor)
    trial.run(TEXT, None, missing="create", mapping=MAPPING)
    others = [f"p{number}@example.com" for number in range(10)]
    people = ManualSelection((*others, "ann@example.com", "Ben <BEN@example.com>"), "email")
    at = now() + timedelta(hours=1)
    with trial.acting():
        options = JobOptions(missing="create", consent_basis="customer", batch_size=10)
        halted = start.start_job(trial.actor, JobRequest(people, options, workflow)).public_id
        never = start.start_job(
            trial.actor,
            JobRequest(people, JobOptions(scheduled_at=at, notify_email="Ben@example.com"), workflow),
        ).public_id
    trial.plan(halted)
    trial.run_batch(trial.batches(halted)[0].id)
    for job in (halted, never):
        trial.cancel(job)
    trial.finish(halted, never)
    with trial.acting():
        again = retry_failures(trial.actor, halted).public_id
    trial.finish(again)
    assert trial.job(again).totals == {"ENROLLED": 2}
    erase(bob, trial)
    assert traces(trial) == []
    for job in (halted, never, again):
        assert trial.job(job).selection.entries == (*others, "ann@example.com", "erased")
    assert trial.job(never).options.notify_email == ""


def test_a_repeated_request_returns_nobody_who_was_erased(app, bob, trial):
    program = program_of(app, bob)
    body = {"email": "ben@example.com", "last_name": "Zwirner", "consent_basis": "opt_in"}
    key = {"Idempotency-Key": "ben"}
    made = program.post("/contacts", body, headers=key)
    assert made.status_code == 201
    program.patch(f"/contacts/{made.json['id']}", {"email": "other@example.com"})
    assert program.post("/contacts", body, headers=key).text == made.text
    erase(bob, trial, "other@example.com")
    refused = program.post("/contacts", body, headers=key)
    assert (refused.status_code, refused.json["code"]) == (409, "CONFLICT")
    assert "erased since" in refused.json["detail"]
    assert traces(trial) == []
