"""The start of a scheduled job is changed, a large one is approved, and rows are fixed, through the JSON API
(B-21, B-24)."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.bulk_enrollment.application.report.live_progress import live_state
from app.platform.text.pace import Drip
from tests.people import Person, Program, program_of
from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.jobs import MIXED, start_job
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active

JOBS = "/bulk-enrollment/jobs"


@pytest.fixture
def workflow(app: Flask, bob: Person) -> str:
    return active(app, bob.actor)


def scheduled(trial: Trial, workflow: str, clock: AppClock) -> str:
    """A job of five people that starts in three hours."""
    at = clock.at + timedelta(hours=3)
    return trial.start(lines(*addresses(5)), workflow, missing="create", scheduled_at=at, time_zone="UTC")


def later(clock: AppClock, **ahead: float) -> str:
    return (clock.at + timedelta(**ahead)).isoformat()


def test_the_start_is_changed(trial: Trial, program: Program, workflow: str, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    body = {"scheduled_at": later(clock, hours=1), "time_zone": "Europe/Berlin"}
    changed = program.patch(f"{JOBS}/{job}", body)
    assert changed.status_code == 200, changed.text
    assert (changed.json["status"], changed.json["time_zone"]) == ("scheduled", "Europe/Berlin")
    assert datetime.fromisoformat(changed.json["scheduled_at"]) == clock.at + timedelta(hours=1)
    read = program.get(f"{JOBS}/{job}")
    assert (read.json, read.headers["ETag"]) == (changed.json, changed.headers["ETag"])
    again = program.patch(f"{JOBS}/{job}", {"scheduled_at": later(clock, hours=2)}).json
    assert again["time_zone"] == "Europe/Berlin", "the zone stays if none is sent"
    clock.go(hours=1, minutes=59)
    trial.settle()
    assert trial.job(job).status == "scheduled"
    clock.go(minutes=1)
    trial.settle()
    assert trial.enrolled(job) == 5
    over = program.patch(f"{JOBS}/{job}", {"scheduled_at": later(clock, hours=1)})
    assert (over.status_code, over.json["code"]) == (409, "JOB_FINISHED")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scheduled_at": "2020-01-01T00:00:00Z"}, "scheduled_at"),
        ({"scheduled_at": "2199-01-01T00:00:00Z"}, "scheduled_at"),
        ({"scheduled_at": "2026-12-02T09:00:00"}, "scheduled_at"),
        ({"scheduled_at": "tomorrow"}, "scheduled_at"),
        ({"scheduled_at": None}, "scheduled_at"),
        ({"scheduled_at": 1796000000}, "scheduled_at"),
        ({"scheduled_at": "2026-12-02T09:00:00Z", "time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "Europe/Berlin"}, "scheduled_at"),
        ({}, "scheduled_at"),
        ({"scheduled_at": "2026-12-02T09:00:00Z", "start": "now"}, "start"),
    ],
)
def test_an_impossible_start_is_refused(
    trial: Trial, program: Program, workflow: str, clock: AppClock, body: Any, field: str
) -> None:
    job = scheduled(trial, workflow, clock)
    refused = program.patch(f"{JOBS}/{job}", body)
    assert (refused.status_code, list(refused.json["fields"])) == (422, [field]), refused.text
    assert trial.job(job).options.scheduled_at == clock.at + timedelta(hours=3)


def test_it_starts_at_once(trial: Trial, program: Program, workflow: str, clock: AppClock) -> None:
    job = scheduled(trial, workflow, clock)
    started = program.post(f"{JOBS}/{job}/start")
    assert (started.status_code, started.json["status"]) == (200, "pending"), started.text
    assert started.json["scheduled_at"] is None
    again = program.post(f"{JOBS}/{job}/start")
    assert (again.status_code, again.json["code"]) == (409, "CONFLICT")
    trial.settle()
    assert trial.enrolled(job) == 5


def test_of_two_changes_of_the_same_version_one_is_made(
    app: Flask, trial: Trial, program: Program, workflow: str, clock: AppClock
) -> None:
    job = scheduled(trial, workflow, clock)
    seen = {"If-Match": program.get(f"{JOBS}/{job}").headers["ETag"]}
    answers: dict[int, Any] = {}

    def change(hours: int) -> None:
        one = Program(program.actor, app.test_client(), program.token)
        body = {"scheduled_at": later(clock, hours=hours)}
        answers[hours] = one.patch(f"{JOBS}/{job}", body, headers=seen)

    threads = [threading.Thread(target=change, args=(hours,)) for hours in (5, 6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers.values()) == [200, 412, 412]
    [made] = [hours for hours, answer in answers.items() if answer.status_code == 200]
    assert trial.job(job).options.scheduled_at == clock.at + timedelta(hours=made)


def test_who_may_change_it(
    app: Flask, trial: Trial, vera: Person, bob: Person, mallory: Person, workflow: str, clock: AppClock
) -> None:
    job = scheduled(trial, workflow, clock)
    body = {"scheduled_at": later(clock, hours=1)}
    for person, status in ((vera, 403), (mallory, 404)):
        one = program_of(app, person)
        assert one.patch(f"{JOBS}/{job}", body).status_code == status
        assert one.post(f"{JOBS}/{job}/start").status_code == status
    reader = program_of(app, bob, "report:view", "contact:manage")
    assert reader.patch(f"{JOBS}/{job}", body).status_code == 403
    assert trial.job(job).options.scheduled_at == clock.at + timedelta(hours=3)
    starter = program_of(app, bob, "workflow:manage")
    assert starter.patch(f"{JOBS}/{job}", body).status_code == 200


def test_a_missed_start_is_told(trial: Trial, program: Program, workflow: str, clock: AppClock) -> None:
    start = clock.at + timedelta(hours=1)
    job = trial.start(lines(*addresses(5)), workflow, missing="create", scheduled_at=start)
    assert program.get(f"{JOBS}/{job}").json["needs_attention"] is None
    clock.go(days=2)
    trial.sweep()
    for path in (f"{JOBS}/{job}", f"{JOBS}/{job}/progress"):
        shown = program.get(path).json
        assert (shown["status"], shown["needs_attention"]) == ("scheduled", "missed_start")
    listed = program.get(JOBS).json["data"][0]
    assert (listed["id"], listed["needs_attention"]) == (job, "missed_start")
    started = program.post(f"{JOBS}/{job}/start")
    assert (started.status_code, started.json["needs_attention"]) == (200, None)
    trial.settle()
    assert trial.enrolled(job) == 5


def test_a_second_person_decides(
    app: Flask, trial: Trial, program: Program, bob: Person, workflow: str
) -> None:
    trial.limit(unapproved_rows=3)
    first, second = (
        trial.start(lines(*addresses(5, start)), workflow, missing="create") for start in (1, 11)
    )
    trial.settle()
    bobs = program_of(app, bob)
    shown, progress = bobs.get(f"{JOBS}/{first}").json, bobs.get(f"{JOBS}/{first}/progress").json
    assert shown["paused_by"] == "approval"
    assert shown["needs_attention"] == progress["needs_attention"] == "waits_for_approval"
    for act in ("approve", "refuse"):
        own = bobs.post(f"{JOBS}/{first}/{act}")
        assert (own.status_code, own.json["code"]) == (403, "NOT_ALLOWED"), own.text
    assert program.post(f"{JOBS}/{first}/resume").status_code == 409
    for _ in range(2):
        assert program.post(f"{JOBS}/{first}/approve").status_code == 200
    refused = program.post(f"{JOBS}/{second}/refuse")
    assert refused.status_code == 200 and refused.json["status"] in ("cancelling", "cancelled")
    assert program.post(f"{JOBS}/{second}/approve").status_code == 409
    trial.settle()
    assert (trial.enrolled(first), trial.enrolled(second)) == (5, 0)


def test_a_row_is_fixed_and_retried(app: Flask, trial: Trial, program: Program, alice: Person) -> None:
    job = start_job(app, alice.actor, MIXED)
    early = program.patch(f"{JOBS}/{job}/failures/2", {})
    assert (early.status_code, early.json["code"]) == (409, "CONFLICT")
    trial.finish(job)
    row = program.patch(f"{JOBS}/{job}/failures/2", {})
    assert row.status_code == 200, row.text
    cells = {cell["column"]: (cell["value"], cell["problem"]) for cell in row.json["cells"]}
    assert cells["Email"] == ("ben at example.com", "The address has no @ sign.")
    assert (row.json["state"], row.json["row"], row.json["line"]) == ("open", 2, 3)
    wrong = program.patch(f"{JOBS}/{job}/failures/2", {"values": {"Email": "ben@@example.com"}}).json
    assert (wrong["state"], wrong["problem"]) == ("open", "The address has two @ signs.")
    fixed = program.patch(f"{JOBS}/{job}/failures/2", {"values": {"Email": "ben@example.com"}}).json
    assert (fixed["state"], fixed["problem"]) == ("ready", "")
    left = program.patch(f"{JOBS}/{job}/failures/5", {"leave_out": True}).json
    assert left["state"] == "left_out"
    unknown = program.patch(f"{JOBS}/{job}/failures/6", {"values": {"Shoe": "9"}})
    assert (unknown.status_code, list(unknown.json["fields"])) == (422, ["values.Shoe"])
    for number in ("1", "4", "999", "99999999999999999999", "0"):
        assert program.patch(f"{JOBS}/{job}/failures/{number}", {}).status_code == 404, number
    retry = program.post(f"{JOBS}/{job}/retry-failures").json
    assert retry["total"] == 1
    trial.finish(retry["id"])
    assert program.get(f"{JOBS}/{retry['id']}").json["outcomes"] == {"ENROLLED": 1}
    taken = program.patch(f"{JOBS}/{job}/failures/2", {"values": {"Email": "ben2@example.com"}})
    assert taken.status_code == 404


def test_who_may_fix_rows(app: Flask, trial: Trial, alice: Person, vera: Person, mallory: Person) -> None:
    job = start_job(app, alice.actor, MIXED)
    trial.finish(job)
    for person, status in ((vera, 403), (mallory, 404)):
        one = program_of(app, person)
        assert one.patch(f"{JOBS}/{job}/failures/2", {}).status_code == status


def test_an_undo_says_before_what_it_changes(trial: Trial, program: Program, workflow: str) -> None:
    job = trial.run(lines("ann@example.com", "ben@example.com"), workflow, missing="create")
    path = f"{JOBS}/{job}/undo/dry-run"
    assert program.get(path).status_code == 409
    asked = program.post(path)
    assert (asked.status_code, asked.json["status"]) == (202, "planning"), asked.text
    trial.settle()
    ready = program.get(path).json
    assert (ready["status"], ready["total"], ready["outcomes"]) == ("ready", 2, {"CONTACT_REMOVED": 2})
    assert len(program.get("/contacts").json["data"]) == 2, "nothing has changed"
    undo = program.post(f"{JOBS}/{job}/undo").json
    assert program.get(path).json["job_id"] == undo["id"]


def test_jobs_are_found_by_date(trial: Trial, program: Program, workflow: str, clock: AppClock) -> None:
    old = trial.start(lines("ann@example.com"), workflow, missing="create")
    clock.go(days=2)
    new = trial.start(lines("ben@example.com"), workflow, missing="create")
    day = (clock.at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ids(query: str) -> list[str]:
        return [one["id"] for one in program.get(f"{JOBS}?{query}").json["data"]]

    assert (ids(f"created_from={day}"), ids(f"created_before={day}")) == ([new], [old])
    assert ids(f"created_from={day}&created_before={day}") == []
    refused = program.get(f"{JOBS}?created_from=yesterday")
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["created_from"])


def test_what_was_asked_for_is_shown(program: Program, workflow: str) -> None:
    drip = {
        "people": 2,
        "every": 1,
        "unit": "hours",
        "opens": "09:00",
        "closes": "24:00",
        "weekdays": ["monday", "friday"],
        "time_zone": "Europe/Berlin",
    }
    brakes = {"canary_rows": 10, "canary_percent": None, "failed_percent": None, "failed_rows": 5}
    body = {
        "selection": {"type": "manual", "emails": ["a@example.com"]},
        "options": {"drip": drip, "brakes": brakes, "notify_email": "bob@example.com"},
    }
    job = program.post(f"/bulk-enrollment/workflows/{workflow}/jobs", body)
    assert job.status_code == 201, job.text
    for shown in (job.json, program.get(JOBS).json["data"][0]):
        assert (shown["drip"], shown["brakes"], shown["notify_email"]) == (drip, brakes, "bob@example.com")


def test_a_segment_is_enrolled(
    app: Flask, trial: Trial, program: Program, mallory: Person, workflow: str
) -> None:
    for name in ("ann", "ben"):
        body = {"email": f"{name}@example.com", "tags": [name], "consent_basis": "opt_in"}
        assert program.post("/contacts", body).status_code == 201
    rule = {"all": [{"field": "tags", "op": "has_any", "value": ["ann"]}]}
    segment = program.post("/segments", {"name": "Anns", "filter": rule}).json["id"]
    jobs = f"/bulk-enrollment/workflows/{workflow}/jobs"
    job = program.post(jobs, {"selection": {"type": "filter", "segment_id": segment}})
    assert job.status_code == 201, job.text
    trial.finish(job.json["id"])
    assert program.get(f"{JOBS}/{job.json['id']}").json["outcomes"] == {"ENROLLED": 1}
    for selection, field in (
        ({"type": "filter"}, "selection"),
        ({"type": "filter", "filter": rule, "segment_id": segment}, "selection"),
        ({"type": "filter", "segment_id": segment + 1}, "selection.segment_id"),
    ):
        refused = program.post(jobs, {"selection": selection})
        assert list(refused.json["fields"]) == [field], refused.text


def test_people_without_a_value_are_left_out(trial: Trial, program: Program, workflow: str) -> None:
    for name, more in (("ann", {"city": "Bath"}), ("ben", {})):
        body = {"email": f"{name}@example.com", "consent_basis": "opt_in"} | more
        assert program.post("/contacts", body).status_code == 201
    chosen = {"type": "manual", "emails": ["ann@example.com", "ben@example.com"]}
    jobs = f"/bulk-enrollment/workflows/{workflow}/jobs"
    refused = program.post(jobs, {"selection": chosen | {"only_with": "contact.shoe"}})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["selection.only_with"])
    job = program.post(jobs, {"selection": chosen | {"only_with": "contact.city"}}).json["id"]
    trial.finish(job)
    outcomes = program.get(f"{JOBS}/{job}").json["outcomes"]
    assert outcomes == {"ENROLLED": 1, "VALUE_MISSING": 1}


def test_the_time_left_of_a_drip_is_that_of_its_plan(
    trial: Trial, program: Program, workflow: str, clock: AppClock
) -> None:
    """Two people every hour: five are in after two hours, whatever the pace of the first."""
    drip = Drip(people=2, every=1, unit="hours")
    job = trial.start(lines(*addresses(5)), workflow, missing="create", drip=drip)
    trial.settle()
    progress = program.get(f"{JOBS}/{job}/progress").json
    assert (progress["succeeded"], progress["rate"], progress["seconds_left"]) == (2, None, 7200), progress
    with trial.acting():
        assert live_state(trial.actor.account_id, job).data == progress
    refused = program.send("PUT", f"{JOBS}/{job}/drip", {"people": 1, "every": 91, "unit": "days"})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["every"]), refused.text
    slower = program.send("PUT", f"{JOBS}/{job}/drip", {"people": 1, "unit": "hours"})
    assert (slower.status_code, slower.json["drip"]["people"]) == (200, 1), slower.text
    assert program.delete(f"{JOBS}/{job}/drip").json["drip"] is None
    trial.settle()
    done = program.get(f"{JOBS}/{job}").json
    assert (done["status"], done["outcomes"]) == ("completed", {"ENROLLED": 5})
    assert program.delete(f"{JOBS}/{job}/drip").status_code == 409
