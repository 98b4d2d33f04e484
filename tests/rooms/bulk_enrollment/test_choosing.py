"""“Add people” leads to a workflow, wherever one starts; and adding says beforehand what it does."""

import re

from tests.rooms.files.mapping_pages import checked, enroll_page, text_of, uploaded
from tests.rooms.workflows.drafts import active, draft
from tests.unit.workflows.documents import definition, email

BIRTHDAY = {"type": "date_reached", "enabled": True, "config": {"field": "contact.birthday"}}
PEOPLE = b"Email,First name\nann@example.com,Ann\nbo@example.com,Bo\n"
CREATE = {"column-0": "email", "column-1": "first_name", "missing": "create", "consent_basis": "opt_in"}


def test_active_workflows_are_offered_and_others_have_to_be_activated(app, bob, mallory):
    running = active(app, bob.actor, "Running")
    sleeping = draft(app, bob.actor, "Sleeping")
    active(app, mallory.actor, "Elsewhere")
    page = bob.get("/enrollments/new").text
    assert f'href="/workflows/{running}/enroll"' in page
    assert f'href="/workflows/{sleeping}"' in page and f'href="/workflows/{sleeping}/enroll"' not in page
    assert "Elsewhere" not in page
    assert "Sleeping" not in bob.get("/enrollments/new?q=runn").text
    assert "No workflow found" in bob.get("/enrollments/new?q=nothing").text


def test_without_a_workflow_it_leads_to_the_templates(bob, vera):
    assert 'href="/templates"' in bob.get("/enrollments/new").text
    assert vera.get("/enrollments/new").status_code == 403


def test_home_and_enrollments_lead_there(app, bob, run_tasks):
    assert 'href="/enrollments/new"' in bob.get("/enrollments").text
    workflow = active(app, bob.actor)
    check = checked(bob, uploaded(bob, workflow, PEOPLE), **CREATE)
    run_tasks()
    bob.post(f"{check}/start")
    for page in ("/", "/enrollments"):
        assert 'href="/enrollments/new"' in bob.get(page).text, page


def test_what_happens_is_said_before_the_start(app, bob, run_tasks):
    workflow = active(app, bob.actor, "Birthday", definition=definition(email(), trigger=BIRTHDAY))
    said = "start at step 1 once you start the workflow, not on their birthday."
    upload = uploaded(bob, workflow, PEOPLE)
    check = checked(bob, upload, **CREATE)
    run_tasks()
    for page in (enroll_page(workflow), upload, check):
        text = text_of(bob.get(page).text)
        assert said in text, page
        assert "People wait at step 1 until you start it." in text, page
    started = bob.post(f"{check}/start").headers["Location"]
    page = bob.get(started).text
    assert "People wait at step 1 until you start it." in text_of(page)
    assert f'href="/workflows/{workflow}">Go to the workflow to start it' in page
    run_tasks()
    assert "People wait at step 1 until you start it." in text_of(bob.get(started).text), "the job is over"


def test_a_job_promises_no_start_that_is_past(app, bob, run_tasks):
    workflow = active(app, bob.actor)
    bob.post(f"/workflows/{workflow}/people/start")
    check = checked(bob, uploaded(bob, workflow, PEOPLE), **CREATE)
    run_tasks()
    job = bob.post(f"{check}/start").headers["Location"]
    promise = "People start right away and get its messages."
    for page in (enroll_page(workflow), job):
        assert promise in text_of(bob.get(page).text), page
    seen = re.search(r'name="seen" value="([^"]+)"', bob.get(job).text)[1]
    run_tasks()
    assert promise not in text_of(bob.get(job).text)
    panel = bob.get(f"{job}/panel?seen={seen}").text
    assert 'hx-target="#job-people"' in panel and promise not in panel


def test_an_import_starts_nobody(bob):
    text = text_of(bob.get("/contacts/import").text)
    assert "step 1" not in text and "Nobody gets a message" not in text


def test_above_the_limit_the_page_says_what_works(app, alice, bob):
    workflow = active(app, bob.actor)
    alice.post("/settings/limits", {"contacts_per_job": "1"})
    upload = uploaded(bob, workflow, PEOPLE)
    upload_id = upload.rpartition("/")[2]
    page = bob.get(upload).text
    assert f'href="/contacts/import/{upload_id}"' in page
    assert "ask an owner or admin to raise the limit under Settings, Limits" in text_of(page)
    assert 'href="/settings/limits">Raise the limit' in alice.get(upload).text
    alice.post("/settings/limits", {"contacts_per_job": "2"})
    assert "over the limit" not in bob.get(upload).text


def test_statuses_are_offered_but_dry_runs_are_not(app, bob):
    active(app, bob.actor)
    page = bob.get("/enrollments?status=failed").text
    assert 'value="failed"' in page and 'value="scheduled"' in page and 'value="draft"' not in page
