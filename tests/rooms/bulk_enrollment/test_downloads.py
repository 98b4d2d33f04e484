"""Rows as a file: own columns untouched, outcome and reason behind, fit to be uploaded again (B-25)."""

import csv
import io

import pytest

from app.activity.infrastructure.queries import audit_entries
from app.bulk_enrollment.application.report import download
from tests.rooms.bulk_enrollment.jobs import MIXED, page_of, people, shown, start_job, words_of
from tests.rooms.workflows.drafts import active


def rows_of(person, job, **asked):
    """(raw text, rows of cells) of a download."""
    answer = person.get(f"/enrollments/{job}/rows.csv", query_string=asked)
    assert answer.status_code == 200, answer.text
    text = answer.data.decode("utf-8-sig")
    delimiter = ";" if text.partition("\r\n")[0].count('";"') else ","
    return text, list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_all_rows_with_what_became_of_each(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    _, rows = rows_of(bob, job)
    assert rows[0] == ["First name", "Email", "outcome", "reason"]
    assert [row[2] for row in rows[1:]] == [
        "ENROLLED",
        "VALIDATION_ERROR",
        "ENROLLED",
        "DUPLICATE_IN_SELECTION",
        "VALIDATION_ERROR",
        "VALIDATION_ERROR",
    ]
    assert rows[2] == ["Ben", "ben at example.com", "VALIDATION_ERROR", "The address has no @ sign."]
    assert rows[4][3] == "Duplicate of row 1 (kept)."


@pytest.mark.parametrize(
    ("outcome", "rows"),
    [
        ("failed", [2, 5, 6]),
        ("ENROLLED", [1, 3]),
        ("DUPLICATE_IN_SELECTION,ENROLLED", [1, 3, 4]),
        ("all", [1, 2, 3, 4, 5, 6]),
        ("TIMEOUT_ERROR", []),
    ],
)
def test_some_outcomes(app, bob, run_tasks, outcome, rows):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    _, everything = rows_of(bob, job)
    _, some = rows_of(bob, job, outcome=outcome)
    assert some[1:] == [everything[row] for row in rows]
    assert bob.get(f"/enrollments/{job}/rows.csv?outcome=FAILED'").status_code == 422


def test_the_failed_rows_are_corrected_and_uploaded_again_as_they_are(app, bob, run_tasks):
    workflow = active(app, bob.actor)
    job = start_job(app, bob.actor, MIXED, workflow_id=workflow, file_name="guests.csv")
    run_tasks()
    text, _ = rows_of(bob, job, outcome="failed")
    mended = text.replace("ben at example.com", "ben@example.com")
    again = start_job(app, bob.actor, mended, workflow_id=workflow, file_name="guests-failed.csv")
    run_tasks()
    assert "1 person was added to Welcome. It now has 3 people enrolled. 2 rows need fixing." in words_of(
        page_of(bob, again)
    )
    _, rows = rows_of(bob, again, outcome="all")
    assert rows[0] == ["First name", "Email", "outcome", "reason"], "replaced, not doubled"
    assert rows[1] == ["Ben", "ben@example.com", "ENROLLED", "Added to the workflow."]
    assert rows[2][2:] == ["VALIDATION_ERROR", "The row has no email address."]


def test_the_person_s_own_cells_come_back_as_they_stood(app, bob, run_tasks):
    text = (
        "Email;Note;Note;Amount\r\n"
        'ann@example.com;"two\r\nlines";  spaced  ;1,50\r\n'
        "ben@example.com;short\r\n"
        "cleo@example.com;a;b;c;sticks out\r\n"
        'dora@example.com;"a ""quote""";Grüße;=1+1\r\n'
    )
    job = start_job(app, bob.actor, text)
    run_tasks()
    raw, rows = rows_of(bob, job)
    assert rows[0] == ["Email", "Note", "Note", "Amount", "outcome", "reason"], "names stay, twice as well"
    assert rows[1][:4] == ["ann@example.com", "two\r\nlines", "  spaced  ", "1,50"]
    assert rows[2][:4] == ["ben@example.com", "short", "", ""]
    assert rows[3] == ["cleo@example.com", "a", "b", "c", "ENROLLED", "Added to the workflow.", "sticks out"]
    assert rows[4][1:4] == ['a "quote"', "Grüße", "'=1+1"]
    assert '"Email";"Note"' in raw, "the delimiter of the file"


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A1", "+49 151", "-1", "@x", "\tx", "\uff1d1"])
def test_no_cell_runs_in_a_spreadsheet_and_the_pair_round_trips(app, bob, run_tasks, cell):
    workflow = active(app, bob.actor)
    job = start_job(app, bob.actor, f'Name,Email,=Sum\n"{cell}",bad,1\n', workflow_id=workflow)
    run_tasks()
    text, rows = rows_of(bob, job)
    for line in rows:
        assert not any(value[:1] in "=+-@\t\r\uff1d" for value in line if value), line
    again = start_job(app, bob.actor, text, workflow_id=workflow)
    run_tasks()
    assert rows_of(bob, again)[1] == rows


def test_a_file_without_a_header_gets_one(app, bob, run_tasks):
    job = start_job(app, bob.actor, "ann@example.com,Ann\nben@example.com,Ben\n")
    run_tasks()
    _, rows = rows_of(bob, job)
    assert len(rows) == 3 and rows[0][2:] == ["outcome", "reason"]
    assert rows[1][:2] == ["ann@example.com", "Ann"]


@pytest.mark.parametrize(
    ("file_name", "sent_as"),
    [
        ("guests.csv", "attachment; filename=guests-failed.csv"),
        ('a"b;c.csv', 'attachment; filename="a\\"b;c-failed.csv"'),
        ("Gäste.csv", "attachment; filename=Gaste-failed.csv; filename*=UTF-8''G%C3%A4ste-failed.csv"),
        ("no ending", 'attachment; filename="no ending-failed.csv"'),
    ],
)
def test_the_name_of_the_file(app, bob, run_tasks, file_name, sent_as):
    job = start_job(app, bob.actor, MIXED, file_name=file_name)
    run_tasks()
    answer = bob.get(f"/enrollments/{job}/rows.csv?outcome=failed")
    assert answer.headers["Content-Disposition"] == sent_as
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf"), "so that Excel reads it as UTF-8"


def test_a_job_that_was_cancelled_before_its_plan(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(3))
    bob.post(f"/enrollments/{job}/cancellation")
    run_tasks()
    _, rows = rows_of(bob, job)
    assert [row[2] for row in rows[1:]] == ["CANCELLED"] * 3
    assert len(rows_of(bob, job, outcome="CANCELLED")[1]) == 4


def test_a_job_under_way_says_nothing_of_rows_to_come(app, bob):
    job = start_job(app, bob.actor, people(3))
    _, rows = rows_of(bob, job)
    assert [row[2:] for row in rows[1:]] == [["", ""]] * 3
    assert len(rows_of(bob, job, outcome="failed")[1]) == 1


def test_the_ledger_is_read_in_slices(app, bob, run_tasks, monkeypatch):
    monkeypatch.setattr(download, "SLICE", 7)
    job = start_job(app, bob.actor, people(50))
    run_tasks()
    _, rows = rows_of(bob, job)
    assert [row[1] for row in rows[1:]] == [f"person{number}@example.com" for number in range(1, 51)]
    assert {row[2] for row in rows[1:]} == {"ENROLLED"}


def test_it_is_sent_while_it_is_made(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(2000))
    run_tasks()
    with bob.get(f"/enrollments/{job}/rows.csv") as answer:
        assert answer.is_streamed and "Content-Length" not in answer.headers
        assert len(list(answer.iter_encoded())) > 1


def test_downloads_are_written_down(app, bob, vera, run_tasks):  # B-29
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    rows_of(vera, job, outcome="failed")
    with app.app_context():
        entry = audit_entries(bob.actor.account_id)[0]
    assert (entry.action, entry.subject_id, entry.user_name) == ("job_downloaded", job, "Vera")
    assert shown(app, bob.actor, job).failed == 3
