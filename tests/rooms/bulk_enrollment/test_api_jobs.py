"""Jobs through the JSON API: list, progress, rows, control (B-06, B-13, B-16, B-23, B-25, B-27)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bulk_enrollment.application.report.progress_object import progress_object
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.domain.job import DRY_RUN, JobStatus
from app.bulk_enrollment.presentation.api.jobs import Status
from app.platform.api.paging import write_cursor
from app.platform.database import db
from tests.people import Person, Program, program_of
from tests.rooms.bulk_enrollment.jobs import MIXED, people, start_job
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active

NOBODY = "0190a0a0-0000-7000-8000-000000000000"
JOBS = "/bulk-enrollment/jobs"


def pages(program: Program, path: str) -> list[list[Any]]:
    """The items of each page, following the Link header to the end."""
    found = []
    while path:
        answer = program.get(path)
        assert answer.status_code == 200, answer.text
        found.append(answer.json["data"])
        link = answer.headers.get("Link", "")
        assert bool(link) == (answer.json["next_cursor"] is not None)
        path = link.removeprefix("</api/v1").removesuffix('>; rel="next"')
    return found


def begun(app: Flask, alice: Person, trial: Trial, batches: int = 0, rows: int = 30) -> str:
    """A job of which so many of its batches of 10 rows are done."""
    job = start_job(app, alice.actor, people(rows), batch_size=10)
    trial.plan(job)
    for batch in trial.batches(job)[:batches]:
        trial.dispatch()
        trial.run_batch(batch.id)
    return job


def test_the_list_is_paged_and_filtered(app: Flask, program: Program, alice: Person, trial: Trial) -> None:
    workflow = active(app, alice.actor, "Spring")
    made = [start_job(app, alice.actor, people(1), workflow_id=workflow) for _ in range(4)]
    imported = start_job(app, alice.actor, people(1), None)
    trial.finish(*made[:3])
    assert [[one["id"] for one in page] for page in pages(program, f"{JOBS}?limit=2")] == [
        [imported, made[3]],
        [made[2], made[1]],
        [made[0]],
    ]
    trial.finish(made[3])

    def ids(query: str) -> list[str]:
        return [one["id"] for page in pages(program, f"{JOBS}?limit=3&{query}") for one in page]

    assert ids("kind=import") == [imported]
    assert ids(f"workflow={workflow}") == made[::-1]
    assert ids(f"workflow={workflow}&status=completed&kind=enroll") == made[::-1]
    assert ids("status=failed") == ids(f"workflow={NOBODY}") == ids("workflow=x") == []
    assert ids("status=unfinished") == []
    assert all(one["percent"] == 100 for one in program.get(JOBS).json["data"])


def test_every_status_can_be_asked_for() -> None:
    assert set(Status.__args__) == {"unfinished"} | {
        status.value for status in JobStatus if status not in DRY_RUN
    }


@pytest.mark.parametrize(
    "path",
    [
        f"{JOBS}?status=draft",
        f"{JOBS}?cursor=x",
        f"{JOBS}?limit=1000",
        f"{JOBS}?kind=undoing",
        f"{JOBS}?order=id",
        "{one}/failures?sort=name",
        "{one}/failures?outcome=NOTHING",
        "{one}/failures?search=" + "x" * 300,
        "{one}/failures?search=%00",
        "{one}/failures?cursor=x",
        "{one}/rows.csv?outcome=NOTHING",
        "{one}/progress?verbose=1",
    ],
)
def test_bad_questions_are_refused(app: Flask, program: Program, alice: Person, path: str) -> None:
    job = start_job(app, alice.actor, people(1))
    answer = program.get(path.replace("{one}", f"{JOBS}/{job}"))
    assert (answer.status_code, answer.json["code"]) == (422, "VALIDATION_ERROR"), answer.text


def test_progress_adds_up_at_every_step(app: Flask, program: Program, alice: Person, trial: Trial) -> None:
    job = begun(app, alice, trial)
    seen = []
    for batch in trial.batches(job):
        trial.dispatch()
        trial.run_batch(batch.id)
        progress = program.get(f"{JOBS}/{job}/progress").json
        shown = program.get(f"{JOBS}/{job}").json
        assert progress["succeeded"] + progress["failed"] + progress["skipped"] == progress["processed"]
        assert {name: shown[name] for name in ("processed", "succeeded", "percent", "batches", "status")} == {
            name: progress[name] for name in ("processed", "succeeded", "percent", "batches", "status")
        }
        with trial.acting():
            expected = progress_object(job, show_job(alice.actor, job).state.progress)
        timed = ("rate", "seconds_left")
        assert {**progress, **dict.fromkeys(timed)} == {**expected, **dict.fromkeys(timed)}
        seen.append((progress["processed"], progress["percent"], progress["current_batch"]))
    assert seen == [(10, 33.3, 2), (20, 66.6, 3), (30, 100.0, 3)]
    assert program.get(f"{JOBS}/{job}/progress").json["status"] == "completed"


def test_progress_is_read_with_one_statement(
    app: Flask, program: Program, alice: Person, trial: Trial
) -> None:
    job = begun(app, alice, trial, batches=1)
    path = f"{JOBS}/{job}/progress"
    program.get(path)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SET", "PRAGMA")):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    for _ in range(3):
        start_job(app, alice.actor, people(1), workflow=None)
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert program.get(path).status_code == 200
        counts = [len(statements)]
        statements.clear()
        assert len(program.get(JOBS).json["data"]) == 4
        counts.append(len(statements))
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert counts == [2, 4], statements  # one of them for the token; figures of all unfinished jobs are two


def test_pause_resume_cancel(app: Flask, program: Program, alice: Person, trial: Trial) -> None:
    job = begun(app, alice, trial, batches=1)
    one = f"{JOBS}/{job}"
    for _ in range(2):
        paused = program.post(f"{one}/pause")
        assert (paused.status_code, paused.json["status"], paused.json["paused_by"]) == (
            200,
            "paused",
            "person",
        )
    for _ in range(2):
        resumed = program.post(f"{one}/resume")
        assert (resumed.status_code, resumed.json["status"], resumed.json["paused_by"]) == (
            200,
            "processing",
            None,
        )
    cancelled = program.post(f"{one}/cancel")
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelling")
    trial.finish(job)
    trial.holds(job)
    done = program.get(one).json
    assert done["status"] == "cancelled" and done["outcomes"]["CANCELLED"] == done["skipped"]
    assert done["succeeded"] + done["failed"] + done["skipped"] == done["total"] == 30
    assert sum(done["outcomes"].values()) == 30
    progress = program.get(f"{one}/progress").json
    assert (progress["processed"], progress["skipped"]) == (done["processed"], done["skipped"])
    for action in ("pause", "resume", "cancel"):
        refused = program.post(f"{one}/{action}")
        assert (refused.status_code, refused.json["code"]) == (409, "JOB_FINISHED")


def test_a_job_that_has_not_begun_is_canceled_at_once(app: Flask, program: Program, alice: Person) -> None:
    job = start_job(app, alice.actor, people(3))
    refused = program.post(f"{JOBS}/{job}/pause")
    assert (refused.status_code, refused.json["code"]) == (409, "CONFLICT")
    cancelled = program.post(f"{JOBS}/{job}/cancel").json
    assert (cancelled["status"], cancelled["skipped"], cancelled["processed"]) == ("cancelled", 3, 0)
    assert cancelled["outcomes"] == {"CANCELLED": 3}
    progress = program.get(f"{JOBS}/{job}/progress").json
    assert (progress["skipped"], progress["processed"], progress["percent"]) == (3, 0, 0.0)


def test_failures_say_who_why_and_when(
    app: Flask, program: Program, alice: Person, run_tasks: Callable[[], bool]
) -> None:
    job = start_job(app, alice.actor, MIXED)
    run_tasks()
    one = f"{JOBS}/{job}/failures"
    found = [row for page in pages(program, f"{one}?limit=2") for row in page]
    assert [(row["row"], row["line"], row["code"], row["counts_as"]) for row in found] == [
        (2, 3, "VALIDATION_ERROR", "failed"),
        (4, 5, "DUPLICATE_IN_SELECTION", "skipped"),
        (5, 6, "VALIDATION_ERROR", "failed"),
        (6, 7, "VALIDATION_ERROR", "failed"),
    ]
    assert (found[0]["email"], found[0]["message"]) == ("ben at example.com", "The address has no @ sign.")
    assert (found[0]["retryable"], found[0]["batch"], found[0]["contact_id"]) == (False, 1, None)
    assert found[0]["at"].endswith("Z")

    def rows(query: str) -> list[int]:
        return [row["row"] for page in pages(program, f"{one}?limit=2&{query}") for row in page]

    assert rows("sort=-row") == [6, 5, 4, 2]
    assert rows("outcome=failed") == rows("outcome=VALIDATION_ERROR") == [2, 5, 6]
    assert rows("outcome=skipped") == [4]
    assert rows("outcome=DUPLICATE_IN_SELECTION&outcome=VALIDATION_ERROR") == [2, 4, 5, 6]
    assert rows("outcome=TIMEOUT_ERROR") == []
    assert rows("search=EXAMPLE.com&sort=code") == [2, 4]
    assert rows("search=script") == rows("search=6") == [6]
    assert rows("search=%25") == []
    assert len(rows("sort=identifier")) == len(rows("sort=-identifier")) == 4
    assert program.get(f"{one}?cursor={write_cursor(2**40)}").status_code == 200


def test_failures_of_a_running_job_are_those_that_are_settled(
    app: Flask, program: Program, alice: Person, trial: Trial
) -> None:
    text = "Email\n" + "".join(f"bad {number}\n" for number in range(20))
    job = start_job(app, alice.actor, text, batch_size=10, mapping={"0": "email"})
    trial.plan(job)
    assert pages(program, f"{JOBS}/{job}/failures") == [[]]
    trial.dispatch()
    trial.run_batch(trial.batches(job)[0].id)
    [found] = pages(program, f"{JOBS}/{job}/failures?outcome=failed&limit=50")
    assert [row["row"] for row in found] == list(range(1, 11))


def test_rows_are_downloaded(
    app: Flask, program: Program, alice: Person, run_tasks: Callable[[], bool]
) -> None:
    job = start_job(app, alice.actor, MIXED, file_name="Gäste.csv")
    run_tasks()
    answer = program.get(f"{JOBS}/{job}/rows.csv")
    assert answer.mimetype == "text/csv" and "G%C3%A4ste-all.csv" in answer.headers["Content-Disposition"]
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0] == '"First name","Email","outcome","reason"' and len(lines) == 7
    some = program.get(f"{JOBS}/{job}/rows.csv?outcome=ENROLLED&outcome=skipped").text.splitlines()
    assert len(some) == 4
    assert len(program.get(f"{JOBS}/{job}/rows.csv?outcome=failed").text.splitlines()) == 4
    empty = program.get(f"{JOBS}/{job}/rows.csv?outcome=TIMEOUT_ERROR").text.splitlines()
    assert len(empty) == 1


def test_who_may_not(
    app: Flask, program: Program, alice: Person, vera: Person, mallory: Person, trial: Trial
) -> None:
    job = begun(app, alice, trial)
    imported = start_job(app, alice.actor, people(1), None)
    reads = ("", "/progress", "/failures", "/rows.csv")
    actions = ("pause", "resume", "cancel")
    for refused in (program_of(app, vera), program_of(app, alice, "report:view")):
        assert len(refused.get(JOBS).json["data"]) == 2
        for path in reads:
            assert refused.get(f"{JOBS}/{job}{path}").status_code == 200
        for action in actions:
            assert refused.post(f"{JOBS}/{job}/{action}").status_code == 403
            assert refused.post(f"{JOBS}/{imported}/{action}").status_code == 403
    for_contacts = program_of(app, alice, "contact:manage")
    assert for_contacts.post(f"{JOBS}/{job}/cancel").status_code == 403
    assert for_contacts.post(f"{JOBS}/{imported}/cancel").status_code == 200
    elsewhere = program_of(app, mallory)
    assert elsewhere.get(JOBS).json == {"data": [], "next_cursor": None}
    for public_id in (job, NOBODY, "x", "%2e%2e"):
        for path in reads:
            answer = elsewhere.get(f"{JOBS}/{public_id}{path}")
            assert (answer.status_code, answer.json["code"]) == (404, "JOB_NOT_FOUND"), path
        for action in actions:
            answer = elsewhere.post(f"{JOBS}/{public_id}/{action}")
            assert (answer.status_code, answer.json["code"]) == (404, "JOB_NOT_FOUND")
    assert json.loads(program.get(f"{JOBS}/{job}").text)["status"] == "queued"
