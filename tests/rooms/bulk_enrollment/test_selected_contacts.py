"""Contacts selected in the list are added to a workflow: options, check, start, and the job's pages and
downloads speak of them (B-18, B-19, B-22)."""

import csv
import io
import re

import pytest

from app.contacts.application import selecting
from tests.rooms.bulk_enrollment.jobs import all_jobs, words_of
from tests.rooms.bulk_enrollment.trial import Trial, set_status
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active, draft
from tests.unit.workflows.documents import definition, email

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}


@pytest.fixture
def ids(app, bob) -> dict[str, int]:
    return {
        name: add(app, bob.actor, f"{name}@example.com", first_name=name.capitalize(), tags=["lead"])
        for name in ("ann", "ben", "cleo")
    }


@pytest.fixture
def workflow(app, bob) -> str:
    return active(app, bob.actor, "Welcome")


def once_in(page: str) -> str:
    return re.search(r'name="once"[^>]* value="([^"]+)"', page)[1]


def test_a_workflow_that_begins_on_a_date_is_checked_before_it_starts(app, bob, ids):
    trigger = {"type": "date_reached", "enabled": True, "config": {"field": "contact.birthday"}}
    birthday = active(app, bob.actor, "Birthday", definition=definition(email("hello"), trigger=trigger))
    selection = bob.post("/contacts/selections", {"contact": [ids["ann"]]}).location.rpartition("/")[2]
    options = f"/workflows/{birthday}/enroll/selections/{selection}"
    answer = bob.post(options, {"act": "start", "once": once_in(bob.get(options).text)})
    assert answer.status_code == 303 and answer.location.startswith("/enrollments/checks/")


def test_ticked_contacts_from_the_list_to_the_report(trial: Trial, bob, workflow, ids):
    set_status(trial, ben="unsubscribed")
    made = bob.post("/contacts/selections", {"contact": [ids["ann"], ids["ben"]]}).location
    selection = made.rpartition("/")[2]
    choose = re.search(r'href="([^"]+)">(?:<svg.*?</svg>)?Add to workflow', bob.get(made).text)[1]
    straight = bob.post("/contacts/selections", {"contact": [ids["ann"]], "use": "workflow"})
    assert re.fullmatch(r"/enrollments/new\?selection=\d+", straight.location)
    unknown = bob.post("/contacts/selections", {"contact": [ids["ann"]], "use": "nothing"})
    assert unknown.status_code == 404
    page = bob.get(choose).text
    assert "Add 2 selected contacts" in page
    options = re.search(r'href="(/workflows/[^"]+/enroll/selections/\d+)"', page)[1]
    assert options == f"/workflows/{workflow}/enroll/selections/{selection}"
    page = bob.get(options).text
    assert (
        "2 selected contacts" in page
        and "Existing contacts" not in page
        and "file" not in words_of(page.partition("</main>")[0]).split("Options")[1]
    )
    check = bob.post(options, {"act": "check", "tags": "Spring", "once": once_in(page)}).location
    trial.plan(check.rpartition("/")[2])
    page = bob.get(check).text
    words = words_of(page)
    assert "1 person will be added to Welcome." in words and "row 1 Ann" in words
    assert "line" not in words.partition("Before you start")[2] and "Back to options" in words
    back = re.search(r'href="([^"]+)"[^>]*>Back to options', page)[1].replace("&amp;", "&")
    assert 'value="Spring"' in bob.get(back).text
    job = bob.post(f"{check}/start").location
    public_id = job.rpartition("/")[2]
    trial.finish(public_id)
    trial.holds(public_id)
    page = bob.get(job).text
    words = words_of(page)
    assert "1 person was added to Welcome." in words and "Contacts Selected contacts 2 people" in words
    assert "Upload corrected file" not in words and "New contacts" not in words and ", line" not in words
    assert "ben@example.com" in words and "CSV with names and addresses" in words
    rows = list(csv.DictReader(io.StringIO(bob.get(f"{job}/rows.csv").data.decode("utf-8-sig"))))
    assert [(row["contact_id"], row["email"], row["outcome"]) for row in rows] == [
        (str(ids["ann"]), "ann@example.com", "ENROLLED"),
        (str(ids["ben"]), "ben@example.com", "CONTACT_BLOCKED"),
    ]
    assert "Added to Welcome from Selected contacts" in bob.get(f"/contacts/{ids['ann']}").text


def test_a_segment_is_started_at_once_and_only_once(trial: Trial, app, bob, workflow, ids):
    with app.app_context():
        segment = selecting.save_segment(bob.actor, "My leads", LEADS).id
    upload = bob.get(f"/workflows/{workflow}/enroll").text
    for words in ("From your contacts", "From a segment", "Paste a list"):
        assert words in upload
    listed = re.search(r'href="([^"]+)">From a segment', upload)[1].replace("&amp;", "&")
    opened = re.search(r'href="([^"]+)"><strong>My leads', bob.get(listed).text)[1].replace("&amp;", "&")
    page = bob.get(opened).text
    assert "Add people to Welcome" in page and "Select all 3 contacts that match" in page
    given = {"segment": segment, "all": "1", "then": f"workflow.{workflow}"}
    options = bob.post("/contacts/selections", given).location
    page = bob.get(options).text
    assert "Segment:</strong> My leads" in page
    send = {"act": "start", "once": once_in(page)}
    job = bob.post(options, send).location
    assert bob.post(options, send).location == job and len(all_jobs(app)) == 1
    running = words_of(bob.get(job).text)
    assert "Adding people in the segment “My leads” to Welcome." in running
    trial.finish(job.rpartition("/")[2])
    words = words_of(bob.get(job).text)
    assert "All 3 people were added to Welcome." in words and "Filter Has the tag “lead”" in words
    assert "My leads" in words_of(bob.get("/enrollments").text)


def test_a_pasted_list_goes_straight_to_its_workflow(bob, workflow, ids):
    page = bob.get(f"/contacts/selections/new?then=workflow.{workflow}").text
    assert "Add people to Welcome" in page
    given = {"entries": "ann@example.com", "then": f"workflow.{workflow}"}
    assert bob.post("/contacts/selections/pasted", given).location.startswith(
        f"/workflows/{workflow}/enroll/"
    )


def test_an_inactive_workflow_is_activated_on_the_way(app, bob, ids):
    workflow = draft(app, bob.actor, "Offer")
    with app.app_context():
        selection = selecting.select_contacts(bob.actor, [ids["ann"]]).id
    options = f"/workflows/{workflow}/enroll/selections/{selection}"
    page = bob.get(options).text
    assert "Offer is a draft" in page and "Start now" not in page
    act = re.search(r'name="act" value="(activate[^"]*)"', page)[1]
    page = bob.post(options, {"act": act, "tags": "Kept"}).text
    assert "Start now" in page and 'value="Kept"' in page


def test_problems_are_shown_where_they_are(app, alice, bob, workflow, ids):
    from app.accounts.application import change_limits
    from app.platform.settings import current

    with app.app_context():
        selection = selecting.select_contacts(bob.actor, [ids["ann"], ids["ben"]]).id
        change_limits(alice.actor, {"contacts_per_job": 1}, current())
    options = f"/workflows/{workflow}/enroll/selections/{selection}"
    page = bob.post(options, {"act": "start", "tags": "x" * 90, "batch_size": "many"})
    assert page.status_code == 422 and "Tags can have up to 60 characters" in page.text
    assert "Enter a whole number" in page.text
    page = bob.post(options, {"act": "start"})
    assert page.status_code == 400 and "you selected 2" in page.text and not all_jobs(app)


def test_it_belongs_to_the_account_and_needs_a_permission(app, bob, vera, mallory, workflow, ids):
    with app.app_context():
        selection = selecting.select_contacts(bob.actor, [ids["ann"]]).id
    theirs = active(app, mallory.actor, "Elsewhere")
    for person, target, status in ((mallory, workflow, 404), (mallory, theirs, 404), (vera, workflow, 403)):
        options = f"/workflows/{target}/enroll/selections/{selection}"
        assert person.get(options).status_code == status
        assert person.post(options, {"act": "start"}).status_code == status
    assert bob.get(f"/contacts?then=workflow.{theirs}").status_code == 404
    assert bob.get("/contacts?then=nothing.x").status_code == 404
    assert mallory.get(f"/enrollments/new?selection={selection}").status_code == 404
    assert not all_jobs(app)
