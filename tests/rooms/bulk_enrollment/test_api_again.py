"""Failed rows are retried, and a job is undone, through the JSON API (B-24, B-26)."""

import pytest
from flask import Flask

from app.bulk_enrollment.application.undoing import prepare_undo
from tests.people import Person, Program, program_of
from tests.rooms.bulk_enrollment.test_retry_failures import failed_rows
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active

JOBS = "/bulk-enrollment/jobs"


@pytest.fixture
def workflow(app: Flask, bob: Person) -> str:
    return active(app, bob.actor)


def test_failed_rows_are_retried_once(trial: Trial, app: Flask, program: Program, workflow: str) -> None:
    job = failed_rows(trial, app, workflow, 3, 6)
    refused = program.post(f"{JOBS}/{job}/retry-failures?outcome=NOTHING")
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["outcome"])
    none = program.post(f"{JOBS}/{job}/retry-failures?outcome=TIMEOUT_ERROR")
    assert (none.status_code, none.json["code"]) == (409, "CONFLICT")
    key = {"Idempotency-Key": "again"}
    answer = program.post(f"{JOBS}/{job}/retry-failures", headers=key)
    assert answer.status_code == 201, answer.text
    again = answer.json
    assert (again["parent_job_id"], again["total"], again["kind"]) == (job, 2, "enroll")
    assert program.post(f"{JOBS}/{job}/retry-failures", headers=key).json == again
    trial.finish(again["id"])
    done = program.get(f"{JOBS}/{again['id']}").json
    assert (done["outcomes"], done["status"]) == ({"ENROLLED": 2}, "completed")
    taken = program.post(f"{JOBS}/{job}/retry-failures")
    assert (taken.status_code, taken.json["code"], taken.json["retry"]) == (409, "CONFLICT", again["id"])


def test_a_job_is_undone_once(trial: Trial, app: Flask, program: Program, workflow: str) -> None:
    job = trial.run("Email,Note\nann@example.com,x\nben@example.com,x\n", workflow, missing="create")
    answer = program.post(f"{JOBS}/{job}/undo")
    assert answer.status_code == 201, answer.text
    undo = answer.json
    assert (undo["kind"], undo["parent_job_id"], undo["total"]) == ("undo", job, 2)
    assert program.post(f"{JOBS}/{job}/undo").json["id"] == undo["id"]
    trial.finish(undo["id"])
    done = program.get(f"{JOBS}/{undo['id']}").json
    assert done["outcomes"] == {"CONTACT_REMOVED": 2} and done["succeeded"] == done["total"] == 2
    assert program.get("/contacts").json["data"] == []
    assert [one["id"] for one in program.get(f"{JOBS}?kind=undo").json["data"]] == [undo["id"]]
    refused = program.post(f"{JOBS}/{undo['id']}/undo")
    assert (refused.status_code, refused.json["code"]) == (409, "CONFLICT")


def test_figures_of_an_undo_are_no_dry_run(trial: Trial, program: Program, workflow: str) -> None:
    job = trial.run("Email,Note\nann@example.com,x\n", workflow, missing="create")
    with trial.acting():
        draft = prepare_undo(trial.actor, job).public_id
    assert program.get(f"/bulk-enrollment/dry-runs/{draft}").status_code == 404
    assert program.post(f"/bulk-enrollment/dry-runs/{draft}/start").status_code == 409
    assert program.get(f"{JOBS}/{draft}").status_code == 404


def test_who_may_not(
    trial: Trial, app: Flask, vera: Person, alice: Person, mallory: Person, program: Program, workflow: str
) -> None:
    job = failed_rows(trial, app, workflow, 3)
    running = trial.start("Email,Note\ncleo@example.com,x\n", workflow)
    for action in ("retry-failures", "undo"):
        for refused in (program_of(app, vera), program_of(app, alice, "report:view", "contact:manage")):
            assert refused.post(f"{JOBS}/{job}/{action}").status_code == 403
        for public_id in (job, "x"):
            answer = program_of(app, mallory).post(f"{JOBS}/{public_id}/{action}")
            assert (answer.status_code, answer.json["code"]) == (404, "JOB_NOT_FOUND")
        assert program.post(f"{JOBS}/{running}/{action}").status_code == 409, "it has not finished"
