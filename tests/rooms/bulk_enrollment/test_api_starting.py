"""Jobs, imports, and dry runs started through the JSON API (B-01, B-18 to B-20, B-22)."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.platform.clock import now
from tests.people import Person, Program, program_of
from tests.rooms.bulk_enrollment.jobs import all_jobs
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active, draft

NOBODY = "0190a0a0-0000-7000-8000-000000000000"
FILE = "E-mail,Given name\nann@example.com,Ann\nben@@example.com,Ben\ncleo@example.com,Cleo\n"
ASKS = "Email,Status\nann@example.com,Active\nben@example.com,Archived\n"


@pytest.fixture
def workflow(app: Flask, bob: Person) -> str:
    return active(app, bob.actor)


@pytest.fixture
def finish(trial: Trial, program: Program) -> Callable[[Any], Any]:
    """Function that sees the job of a response to its end and returns it as the API does."""

    def run(answer: Any) -> Any:
        assert answer.status_code == 201, answer.text
        job = answer.json["id"]
        assert answer.headers["Location"] == f"/api/v1/bulk-enrollment/jobs/{job}"
        trial.finish(job)
        trial.holds(job)
        done = program.get(f"/bulk-enrollment/jobs/{job}").json
        assert done["succeeded"] + done["failed"] + done["skipped"] == done["total"] == done["processed"]
        assert sum(done["outcomes"].values()) == done["total"] and done["percent"] == 100.0
        return done

    return run


def jobs_of(workflow: str) -> str:
    return f"/bulk-enrollment/workflows/{workflow}/jobs"


def upload(program: Program, text: str) -> str:
    answer = program.send(
        "POST", "/uploads?file_name=people.csv", data=text.encode(), content_type="text/csv"
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def csv(upload_id: str, **more: Any) -> dict[str, Any]:
    return {"selection": {"type": "csv", "upload_id": upload_id} | more}


def manual(**more: Any) -> dict[str, Any]:
    return {"selection": {"type": "manual"} | more}


def test_a_file_is_enrolled(program: Program, workflow: str, finish: Callable[[Any], Any]) -> None:
    file = upload(program, FILE)
    body = csv(
        file,
        mapping={"E-mail": "email", "1": "first_name"},
        missing_contacts="create",
        consent_basis="opt_in",
    )
    body["options"] = {"tags": ["spring", "Fair"], "batch_size": 10}
    answer = program.post(jobs_of(workflow), body)
    begun = answer.json
    assert (begun["status"], begun["total"], begun["processed"]) == ("pending", 3, 0)
    assert (begun["selection_type"], begun["upload_id"], begun["source_name"]) == ("csv", file, "people.csv")
    assert (begun["workflow_id"], begun["workflow_name"], begun["workflow_version"]) == (
        workflow,
        "Welcome",
        1,
    )
    assert begun["created_by"] == "Alice" and begun["tags"] == ["spring", "Fair"]
    done = finish(answer)
    assert done["outcomes"] == {"ENROLLED": 2, "VALIDATION_ERROR": 1}
    assert (done["status"], done["succeeded"], done["failed"]) == ("completed_with_errors", 2, 1)
    [cleo, _] = program.get("/contacts").json["data"]
    assert (cleo["first_name"], cleo["tags"]) == ("Cleo", ["Fair", "spring"])
    assert cleo["consent"]["basis"] == "opt_in"


def test_without_a_mapping_columns_are_guessed(
    program: Program, workflow: str, finish: Callable[[Any], Any]
) -> None:
    body = csv(upload(program, FILE), missing_contacts="create", consent_basis="opt_in")
    assert finish(program.post(jobs_of(workflow), body))["outcomes"]["ENROLLED"] == 2
    assert program.get("/contacts").json["data"][0]["first_name"] == "Cleo"


def test_columns_that_are_not_mapped_are_not_used(
    program: Program, workflow: str, finish: Callable[[Any], Any]
) -> None:
    body = csv(
        upload(program, FILE), mapping={"E-mail": "email"}, missing_contacts="create", consent_basis="other"
    )
    finish(program.post(jobs_of(workflow), body))
    assert program.get("/contacts").json["data"][0]["first_name"] is None


def test_people_are_listed_by_id_address_or_number(
    app: Flask, program: Program, alice: Person, workflow: str, finish: Callable[[Any], Any]
) -> None:
    ann = add(app, alice.actor, "ann@example.com", phone="+49301234567")
    ben = add(app, alice.actor, "ben@example.com")
    done = finish(program.post(jobs_of(workflow), manual(contact_ids=[ann, 999_999, ann])))
    assert done["outcomes"] == {"ENROLLED": 1, "CONTACT_NOT_FOUND": 1, "DUPLICATE_IN_SELECTION": 1}
    assert done["selection_type"] == "manual"
    emails = manual(
        emails=["BEN@example.com", "new@example.com"], missing_contacts="create", consent_basis="customer"
    )
    assert finish(program.post(jobs_of(workflow), emails))["outcomes"] == {"ENROLLED": 2}
    done = finish(program.post(jobs_of(workflow), manual(phones=["030 1234567"])))
    assert done["outcomes"] == {"ALREADY_ENROLLED": 1}
    assert ben


def test_a_filter_selects(
    app: Flask, program: Program, alice: Person, workflow: str, finish: Callable[[Any], Any]
) -> None:
    add(app, alice.actor, "ann@example.com", tags=["lead"])
    add(app, alice.actor, "ben@example.com")
    rule = {"field": "tags", "op": "has_any", "value": ["lead"]}
    answer = program.post(jobs_of(workflow), {"selection": {"type": "filter", "filter": {"all": [rule]}}})
    done = finish(answer)
    assert (done["outcomes"], done["selection_type"]) == ({"ENROLLED": 1}, "filter")
    rule["value"] = ["nobody"]
    refused = program.post(jobs_of(workflow), {"selection": {"type": "filter", "filter": {"all": [rule]}}})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["selection.filter"])


def test_open_questions_about_consent_stop_the_start(
    app: Flask, program: Program, workflow: str, finish: Callable[[Any], Any]
) -> None:
    file = upload(program, ASKS)
    new = {"missing_contacts": "create", "consent_basis": "opt_in"}
    for mapping in (None, {"Email": "email"}):
        answer = program.post(jobs_of(workflow), csv(file, mapping=mapping, **new))
        assert (answer.status_code, answer.json["code"]) == (409, "CONFIRMATION_NEEDED")
        [question] = answer.json["questions"]["columns"]
        assert question["name"] == "Status" and question["is_open"]
        assert "mapping" in answer.json["how_to_answer"]
    yes = csv(file, mapping={"Email": "email", "Status": "consent"}, **new)
    answer = program.post(jobs_of(workflow), yes)
    assert answer.status_code == 409
    assert [one["value"] for one in answer.json["questions"]["values"] if one["is_open"]] == ["Archived"]
    assert not all_jobs(app)
    yes["selection"]["consent"] = {"values": {"archived": "no"}}
    done = finish(program.post(jobs_of(workflow), yes))
    assert done["outcomes"] == {"ENROLLED": 1, "CONTACT_BLOCKED": 1}
    assert program.get("/contacts?q=ben").json["data"][0]["status"] == "unsubscribed"


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"consent": {"other_values": "leave-out"}}, 201),
        ({"consent": {"blank": {"Accepts marketing": "leave-out", "2": "yes"}}}, 201),
        ({"consent": {"blank": {"Accepts marketing": "leave-out"}}}, 409),
        ({"consent": {"other_values": "yes"}}, 409),
        ({"mapping": {"Email": "email", "Accepts marketing": "ignore", "Newsletter": "ignore"}}, 201),
        ({"mapping": {"Email": "email", "Accepts marketing": "ignore"}}, 409),
        ({"consent": {"blank": {"Club": "no"}}}, 422),
        ({"consent": {"blank": {"Newsletter": "perhaps"}}}, 422),
        ({"consent": {"words": {}}}, 422),
    ],
)
def test_what_answers_about_blank_cells(
    program: Program, workflow: str, answers: dict[str, Any], status: int
) -> None:
    file = "Email,Accepts marketing,Newsletter\na@example.com,x,x\nb@example.com,,\nc@example.com,,x\n"
    answer = program.post(jobs_of(workflow), csv(upload(program, file), **answers))
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("selection", "field"),
    [
        ({"type": "csv", "mapping": {"Mail": "email"}}, "selection.mapping.Mail"),
        ({"type": "csv", "mapping": {"9": "email"}}, "selection.mapping.9"),
        ({"type": "csv", "mapping": {"E-mail": "mail"}}, "selection.mapping.E-mail"),
        ({"type": "csv", "mapping": {"E-mail": "email", "0": "email"}}, "selection.mapping"),
        ({"type": "csv", "mapping": {"E-mail": "email", "Given name": "email"}}, "selection.mapping"),
        ({"type": "csv", "mapping": {}}, "selection.mapping"),
        ({"type": "csv", "mapping": {"E-mail": "custom:"}}, "selection.mapping.E-mail"),
        ({"type": "csv", "identifier": "phone"}, "selection.mapping"),
        ({"type": "csv", "missing_contacts": "create"}, "selection.consent_basis"),
        ({"type": "csv", "missing_contacts": "maybe"}, "selection.missing_contacts"),
        ({"type": "csv", "missing": "create"}, "selection.missing"),
        ({"type": "manual"}, "selection"),
        ({"type": "manual", "emails": ["a@example.com"], "contact_ids": [1]}, "selection"),
        ({"type": "manual", "contact_ids": []}, "selection.contact_ids"),
        ({"type": "manual", "contact_ids": ["1"]}, "selection.contact_ids.0"),
        ({"type": "manual", "contact_ids": [2**63]}, "selection.contact_ids.0"),
        (
            {"type": "manual", "contact_ids": [1], "missing_contacts": "create", "consent_basis": "other"},
            "selection.missing_contacts",
        ),
        ({"type": "filter", "filter": {}}, "selection.filter"),
        (
            {"type": "filter", "filter": {"all": [{"field": "shoe", "op": "equals", "value": 1}]}},
            "selection.filter",
        ),
        ({"type": "everybody"}, "selection.type"),
        ({}, "selection.type"),
    ],
)
def test_bad_selections_are_named(
    app: Flask, program: Program, workflow: str, selection: dict[str, Any], field: str
) -> None:
    if selection.get("type") == "csv":
        selection = {"upload_id": upload(program, FILE)} | selection
    answer = program.post(jobs_of(workflow), {"selection": selection})
    assert (answer.status_code, answer.json["code"]) == (422, "VALIDATION_ERROR"), answer.text
    assert field in answer.json["fields"], answer.json
    assert not all_jobs(app)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"batch_size": 9}, "options.batch_size"),
        ({"batch_size": "50"}, "options.batch_size"),
        ({"tags": ["a,b"]}, "options.tags"),
        ({"tags": [""]}, "options.tags"),
        ({"priority": 1}, "options.priority"),
        ({"scheduled_at": "2020-01-01T09:00:00Z"}, "options.scheduled_at"),
        ({"scheduled_at": "2100-01-01T09:00:00Z"}, "options.scheduled_at"),
        ({"scheduled_at": "0001-01-01T00:00:00+14:00"}, "options.scheduled_at"),
        ({"scheduled_at": "2100-01-01T09:00:00"}, "options.scheduled_at"),
        ({"scheduled_at": 4102480800}, "options.scheduled_at"),
        ({"scheduled_at": "soon"}, "options.scheduled_at"),
        ({"notify_email": "nobody"}, "options.notify_email"),
        ({"brakes": {"canary_rows": 0}}, "options.brakes.canary_rows"),
        ({"brakes": {"canary_rows": 5, "canary_percent": 5}}, "options.brakes.canary_rows"),
        ({"brakes": {"failed_percent": 100}}, "options.brakes.failed_percent"),
        ({"drip": {}}, "options.drip.people"),
        ({"drip": {"people": 5, "opens": "25:00"}}, "options.drip.opens"),
        ({"drip": {"people": 5, "opens": "17:00", "closes": "09:00"}}, "options.drip.closes"),
        ({"drip": {"people": 5, "weekdays": []}}, "options.drip.weekdays"),
        ({"drip": {"people": 5, "every": 500}}, "options.drip.every"),
        ({"drip": {"people": 5, "time_zone": "Mars/Base"}}, "options.time_zone"),
    ],
)
def test_bad_options_are_named(program: Program, workflow: str, options: dict[str, Any], field: str) -> None:
    for path in (jobs_of(workflow), jobs_of(workflow).replace("/jobs", "/dry-run")):
        answer = program.post(path, manual(emails=["ann@example.com"]) | {"options": options})
        assert (answer.status_code, list(answer.json["fields"])) == (422, [field]), answer.text


def test_a_canary_waits_until_the_job_is_resumed(
    app: Flask, program: Program, workflow: str, trial: Trial, run_tasks: Callable[[], bool]
) -> None:
    people = [f"person{number}@example.com" for number in range(30)]
    selection = manual(emails=people)["selection"] | {"missing_contacts": "create", "consent_basis": "opt_in"}
    body = {"selection": selection, "options": {"brakes": {"canary_rows": 10}}}
    job = program.post(jobs_of(workflow), body).json["id"]
    run_tasks()
    state = program.get(f"/bulk-enrollment/jobs/{job}").json
    assert (state["status"], state["paused_by"], state["succeeded"]) == ("paused", "canary", 10)
    assert state["needs_attention"] == "first_rows_done"
    assert program.post(f"/bulk-enrollment/jobs/{job}/resume").status_code == 200
    run_tasks()
    assert program.get(f"/bulk-enrollment/jobs/{job}").json["succeeded"] == 30


def test_a_body_that_is_no_json(program: Program, workflow: str) -> None:
    for body, kind, status in (
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"", "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"[" * 100_000, "application/json", 422),
        (b"x" * 4_000_000, "application/json", 413),
    ):
        answer = program.send("POST", jobs_of(workflow), data=body, content_type=kind)
        assert answer.status_code == status, (body[:20], answer.text)


def test_a_request_sent_twice_starts_one_job(app: Flask, program: Program, workflow: str) -> None:
    body, key = manual(emails=["ann@example.com"]), {"Idempotency-Key": "only once"}
    answers: list[Any] = []

    def post() -> None:
        client = Program(program.actor, app.test_client(), program.token)
        answers.append(client.post(jobs_of(workflow), body, headers=key))

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(all_jobs(app)) == 1
    other = program.post(jobs_of(workflow), manual(emails=["ben@example.com"]), headers=key)
    assert (other.status_code, other.json["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert program.post(jobs_of(workflow), body).status_code == 201, "without a key it is another job"


def test_a_refusal_can_be_repeated_with_the_same_key(app: Flask, program: Program, bob: Person) -> None:
    sleeping = draft(app, bob.actor)
    key = {"Idempotency-Key": "k"}
    refused = program.post(jobs_of(sleeping), manual(emails=["ann@example.com"]), headers=key)
    assert (refused.status_code, refused.json["code"]) == (409, "WORKFLOW_NOT_ACTIVE")
    again = program.post(jobs_of(active(app, bob.actor)), manual(emails=["ann@example.com"]), headers=key)
    assert again.status_code == 201


def test_limits(trial: Trial, program: Program, workflow: str) -> None:
    trial.limit(contacts_per_job=2, unfinished_jobs=1)
    answer = program.post(jobs_of(workflow), manual(contact_ids=[1, 2, 3]))
    assert (answer.status_code, answer.json["code"]) == (400, "CONTACT_LIMIT_EXCEEDED")
    assert (answer.json["limit"], answer.json["count"]) == (2, 3)
    assert program.post(jobs_of(workflow), manual(contact_ids=[1])).status_code == 201
    answer = program.post(jobs_of(workflow), manual(contact_ids=[1]))
    assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (429, "JOB_LIMIT_REACHED", 1)


def test_a_dry_run_says_what_starting_does(
    app: Flask, program: Program, workflow: str, run_tasks: Callable[[], bool], finish: Callable[[Any], Any]
) -> None:
    body = csv(upload(program, FILE), missing_contacts="create", consent_basis="opt_in")
    body["options"] = {"tags": ["spring"]}
    answer = program.post(jobs_of(workflow).replace("/jobs", "/dry-run"), body)
    assert (answer.status_code, answer.json["status"]) == (202, "planning"), answer.text
    path = answer.headers["Location"].removeprefix("/api/v1")
    assert path == f"/bulk-enrollment/dry-runs/{answer.json['id']}"
    assert program.get(f"/bulk-enrollment/jobs/{answer.json['id']}").status_code == 404, "it is no job yet"
    run_tasks()
    run = program.get(path).json
    assert (run["status"], run["total"], run["contacts_created"], run["contacts_updated"]) == (
        "ready",
        3,
        2,
        0,
    )
    assert run["outcomes"] == {"ENROLLED": 2, "VALIDATION_ERROR": 1} and run["job_id"] is None
    [sample] = run["samples"]["VALIDATION_ERROR"]
    assert (sample["row"], sample["line"], sample["identifier"]) == (2, 3, "ben@@example.com")
    assert sample["message"] and run["headline"] == "2 people will be added to Welcome."
    assert program.get("/contacts").json["data"] == []
    done = finish(program.post(f"{path}/start"))
    assert done["outcomes"] == run["outcomes"]
    again = program.post(f"{path}/start")
    assert (again.status_code, again.json["id"]) == (201, done["id"])
    started = program.get(path).json
    assert (started["status"], started["job_id"]) == ("started", done["id"])


def test_a_job_is_scheduled_and_spread(program: Program, workflow: str, trial: Trial) -> None:
    start = (now() + timedelta(days=2)).replace(microsecond=0)
    body = manual(contact_ids=[1, 2, 3]) | {
        "options": {
            "scheduled_at": start.isoformat(),
            "time_zone": "Europe/Berlin",
            "notify_email": "bob@example.com",
            "drip": {
                "people": 2,
                "unit": "hours",
                "opens": "09:00",
                "closes": "17:00",
                "weekdays": ["monday"],
            },
        }
    }
    job = program.post(jobs_of(workflow), body)
    assert (job.status_code, job.json["status"]) == (201, "scheduled"), job.text
    assert datetime.fromisoformat(job.json["scheduled_at"]) == start
    assert trial.job(job.json["id"]).options.notify_email == "bob@example.com"
    drip = trial.job(job.json["id"]).options.drip
    assert drip is not None
    assert (drip.people, drip.unit, drip.opens, drip.closes, drip.weekdays) == (2, "hours", 540, 1020, (0,))
    assert drip.zone == "Europe/Berlin"
    path = f"/bulk-enrollment/jobs/{job.json['id']}"
    assert program.get("/bulk-enrollment/jobs?status=scheduled").json["data"][0]["id"] == job.json["id"]
    assert program.post(f"{path}/cancel").json["status"] == "cancelled"


def test_a_file_is_imported(
    app: Flask, program: Program, run_tasks: Callable[[], bool], finish: Callable[[Any], Any]
) -> None:
    file = upload(program, FILE)
    refused = program.post("/contacts/import", {"upload_id": file})
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["consent_basis"])
    nothing = program.post("/contacts/import", {"upload_id": file, "missing_contacts": "skip"})
    assert (nothing.status_code, list(nothing.json["fields"])) == (422, ["missing_contacts"])
    body = {"upload_id": file, "consent_basis": "opt_in", "options": {"tags": ["list"]}}
    run = program.post("/contacts/import/dry-run", body)
    assert run.status_code == 202
    run_tasks()
    assert program.get(f"/bulk-enrollment/dry-runs/{run.json['id']}").json["outcomes"]["CREATED"] == 2
    done = finish(program.post("/contacts/import", body, headers={"Idempotency-Key": "i"}))
    assert (done["kind"], done["workflow_id"]) == ("import", None)
    assert done["outcomes"] == {"CREATED": 2, "VALIDATION_ERROR": 1}
    again = program.post("/contacts/import", body, headers={"Idempotency-Key": "i"})
    assert again.json["id"] == done["id"] and again.headers["Idempotent-Replayed"] == "true"
    asks = program.post("/contacts/import", {"upload_id": upload(program, ASKS), "consent_basis": "opt_in"})
    assert (asks.status_code, asks.json["code"]) == (409, "CONFIRMATION_NEEDED")


def test_who_may_not(
    app: Flask, program: Program, alice: Person, vera: Person, mallory: Person, workflow: str
) -> None:
    body, file = manual(emails=["ann@example.com"]), upload(program, FILE)
    dry = jobs_of(workflow).replace("/jobs", "/dry-run")
    run = program.post(dry, body).json["id"]
    start = f"/bulk-enrollment/dry-runs/{run}/start"
    for refused in (program_of(app, vera), program_of(app, alice, "report:view")):
        for path in (jobs_of(workflow), dry):
            assert refused.post(path, body).status_code == 403
        assert refused.post(start).status_code == 403
        assert (
            refused.post("/contacts/import", {"upload_id": file, "consent_basis": "other"}).status_code == 403
        )
        assert refused.get(f"/bulk-enrollment/dry-runs/{run}").status_code == 200
    elsewhere = program_of(app, mallory)
    theirs = active(app, mallory.actor)
    for answer in (
        elsewhere.post(jobs_of(workflow), body),
        elsewhere.post(dry, body),
        elsewhere.post(start),
        elsewhere.get(f"/bulk-enrollment/dry-runs/{run}"),
        elsewhere.post(jobs_of(theirs), csv(file)),
        elsewhere.post("/contacts/import", {"upload_id": file, "consent_basis": "other"}),
        program.post(jobs_of(NOBODY), body),
        program.post(jobs_of("x"), body),
        program.post(jobs_of(workflow), csv(NOBODY)),
        program.post(jobs_of(workflow), csv("../../etc")),
        program.post(jobs_of(workflow), csv(upload(program, FILE), corrects=NOBODY)),
        program.get("/bulk-enrollment/dry-runs/x"),
    ):
        assert answer.status_code == 404, answer.text
        assert answer.json["code"] in ("NOT_FOUND", "WORKFLOW_NOT_FOUND", "JOB_NOT_FOUND")
    assert not [job for job in all_jobs(app) if job.public_id != run]


def test_the_permission_to_start_is_enough(
    app: Flask, alice: Person, workflow: str, program: Program
) -> None:
    starter = program_of(app, alice, "workflow:manage")
    assert starter.post(jobs_of(workflow), manual(contact_ids=[1])).status_code == 201
    run = starter.post(jobs_of(workflow).replace("/jobs", "/dry-run"), manual(contact_ids=[1]))
    assert run.status_code == 202
    assert starter.get("/bulk-enrollment/jobs").status_code == 403
