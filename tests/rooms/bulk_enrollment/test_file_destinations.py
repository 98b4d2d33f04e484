"""The two destinations of a file, a workflow and the contacts, on the pages of files (B-01, B-04, B-28)."""

from dataclasses import replace

import pytest

from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.jobs import all_jobs
from tests.rooms.files.mapping_pages import checked, choices_on, decide, enroll_page, text_of, uploaded
from tests.rooms.workflows.drafts import active, draft


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


def test_a_draft_says_so_and_can_be_activated(app, bob):
    sleeping = draft(app, bob.actor, "Not yet")
    page = bob.get(enroll_page(sleeping)).text
    assert "Not yet is a draft" in text_of(page)
    assert "needs SMS, which isn’t connected" in text_of(page) and "Activate anyway" in page
    assert 'name="confirmed" value="1"' in page
    answer = bob.post(f"/workflows/{sleeping}/activation", {"then": "people", "confirmed": "1"})
    assert answer.headers["Location"].endswith(enroll_page(sleeping))
    assert "is a draft" not in text_of(bob.get(enroll_page(sleeping)).text)


def test_the_same_file_twice_is_asked_about(app, bob, workflow, run_tasks):
    first = uploaded(bob, workflow)
    assert "uploaded" not in text_of(bob.get(first).text)
    again = text_of(bob.get(uploaded(bob, workflow, name="copy.csv")).text)
    assert "This file was already uploaded just now as “people.csv”, but it hasn’t been used." in again
    check = checked(bob, first, missing="create", consent_basis="customer")
    run_tasks()
    job = bob.post(f"{check}/start").headers["Location"]
    page = bob.get(uploaded(bob, workflow)).text
    assert "You’ve used this file before" in text_of(page)
    assert "Added to Win-back just now . Use it again?" in text_of(page)
    assert f'href="{job}"' in page


def test_start_at_once_makes_one_job_however_often_it_is_sent(app, bob, workflow):
    address = uploaded(bob, workflow)
    form = choices_on(bob.get(address).text) | {
        "act": "start",
        "missing": "create",
        "consent_basis": "customer",
    }
    first, again = bob.post(address, form), bob.post(address, form)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    [job] = all_jobs(app)
    assert job.status == "pending"
    assert first.headers["Location"] == f"/enrollments/{job.public_id}"
    assert job.selection.mapping == {"0": "full_name", "1": "email"}


def test_too_many_rows_are_told_with_limit_and_count(app, bob, workflow, monkeypatch):  # B-04
    limited = replace(app.extensions["settings"], max_contacts_per_job=1)
    monkeypatch.setitem(app.extensions, "settings", limited)
    address = uploaded(bob, workflow)
    page = bob.get(address).text
    assert "This file is over the limit It has 2 rows; the limit is 1 per job." in text_of(page)
    upload_id = address.rpartition("/")[2]
    assert f'href="/contacts/import/{upload_id}"' in page
    for act in ("check", "start"):
        answer = decide(bob, address, act, missing="skip")
        assert answer.status_code == 400
        assert "This file is over the limit" in text_of(answer.text)
    assert all_jobs(app) == []


def test_too_many_unfinished_jobs(app, bob, workflow, monkeypatch):  # B-04
    limited = replace(app.extensions["settings"], max_unfinished_jobs=1)
    monkeypatch.setitem(app.extensions, "settings", limited)
    address = uploaded(bob, workflow)
    chosen = {"missing": "create", "consent_basis": "customer"}
    assert decide(bob, address, "start", **chosen).status_code == 303
    answer = decide(bob, address, "start", tags="late", **chosen)
    assert answer.status_code == 429
    assert "You’ve reached the limit of 1 unfinished jobs" in text_of(answer.text)
    assert 'href="/enrollments?status=unfinished"' in answer.text
    assert choices_on(answer.text)["tags"] == "late"
    assert [job.status for job in all_jobs(app)] == ["pending"]


def test_a_workflow_that_takes_nobody(app, bob):  # B-01
    sleeping = draft(app, bob.actor, "Not yet")
    address = uploaded(bob, sleeping)
    answer = decide(bob, address, missing="skip", tags="kept")
    assert answer.status_code == 409
    assert "Not yet is a draft Activate it before you add people." in text_of(answer.text)
    assert "Step 3, Send SMS, needs SMS, which isn’t connected." in text_of(answer.text)
    asked = decide(bob, address, "activate", missing="skip", tags="kept")
    assert asked.status_code == 409 and "Not yet is a draft" in text_of(asked.text)
    assert choices_on(asked.text)["tags"] == "kept"
    woken = decide(bob, address, "activate-anyway", missing="skip", tags="kept")
    assert woken.status_code == 200
    assert "is a draft" not in text_of(woken.text)
    assert choices_on(woken.text)["tags"] == "kept"
    with app.app_context():
        workflows.pause(bob.actor, sleeping)
    assert "Not yet is paused" in text_of(bob.get(address).text)
    assert all_jobs(app) == []


def test_bringing_contacts_in_without_a_workflow(app, bob, run_tasks):
    address = uploaded(bob, None)
    page = bob.get(address).text
    assert choices_on(page)["missing"] == "create"
    refused = decide(bob, address, missing="skip", existing="leave")
    assert "With these options, the file changes nothing." in text_of(refused.text)
    chosen = {"missing": "create", "consent_basis": "opt_in", "column-2": "custom:Plan"}
    started = decide(bob, address, "start", **chosen)
    assert started.status_code == 303
    run_tasks()
    [job] = all_jobs(app)
    assert (job.kind, job.status, job.totals) == ("import", "completed", {"CREATED": 2})
