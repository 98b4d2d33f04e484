"""Jobs of contacts that somebody listed: by id, by address, by phone number (B-19, B-22)."""

import pytest

from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report.dry_runs import dry_run_of
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import ManualSelection
from app.platform.errors import Invalid, NotAllowed, TooMuch
from tests.rooms.bulk_enrollment.trial import Trial, set_status
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def ids(trial: Trial, app, bob) -> dict[str, int]:
    """Contacts with these names, by name."""
    names = ("ann", "ben", "cleo")
    for place, name in enumerate(names):
        add(app, bob.actor, f"{name}@example.com", phone=f"+4930123456{place}")
    return {name: trial.contact(f"{name}@example.com").id for name in names}


def begin(trial: Trial, make, entries, workflow, kind="contact_id", **options) -> str:
    with trial.acting():
        wanted = JobRequest(ManualSelection(tuple(map(str, entries)), kind), JobOptions(**options), workflow)
        return make(trial.actor, wanted).public_id


def test_contacts_by_id(trial: Trial, app, mallory, workflow, ids):
    add(app, mallory.actor, "elsewhere@example.com")
    set_status(trial, ben="unsubscribed")
    listed = [ids["ann"], ids["ben"], ids["cleo"], ids["ann"], 999_999, "x", ""]
    job = begin(trial, start.start_job, listed, workflow, tags=("Spring",))
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == [
        "ENROLLED",
        "CONTACT_BLOCKED unsubscribed",
        "ENROLLED",
        "DUPLICATE_IN_SELECTION 1",
        "CONTACT_NOT_FOUND",
        "VALIDATION_ERROR no_id",
        "VALIDATION_ERROR id_blank",
    ]
    assert [(row.row_number, row.line) for row in trial.rows(job)][-1] == (7, 7)
    assert [one.job_id for one in trial.enrollments("ann@example.com")] == [trial.job(job).id]


def test_a_contact_of_another_account_is_not_found(trial: Trial, app, mallory, workflow, ids):
    add(app, mallory.actor, "elsewhere@example.com")
    theirs = max(ids.values()) + 1
    job = begin(trial, start.start_job, [theirs], workflow)
    trial.finish(job)
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"]


def test_addresses_that_were_typed(trial: Trial, workflow, ids):
    typed = ["Ann@Example.com ", "new@example.com", "no address", "ann@example.com"]
    job = begin(trial, start.start_job, typed, workflow, "email", missing="create", consent_basis="customer")
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == [
        "ENROLLED",
        "ENROLLED",
        "VALIDATION_ERROR no_at",
        "DUPLICATE_IN_SELECTION 1",
    ]
    assert trial.contact("new@example.com").consent_basis == "customer"


def test_phone_numbers_are_read_with_the_country_of_the_account(trial: Trial, workflow, ids):
    job = begin(trial, start.start_job, ["030 1234560", "+4930123456 1"], workflow, "phone")
    trial.finish(job)
    assert trial.outcomes(job) == ["ENROLLED", "ENROLLED"]
    assert [row.contact_id for row in trial.rows(job)] == [ids["ann"], ids["ben"]]


def test_a_dry_run_says_the_same_and_writes_nothing(trial: Trial, workflow, ids):
    draft = begin(trial, start.dry_run, [ids["ann"], ids["ann"], 999_999], workflow)
    trial.plan(draft)
    assert trial.job(draft).expected == {
        "ENROLLED": 1,
        "DUPLICATE_IN_SELECTION": 1,
        "CONTACT_NOT_FOUND": 1,
    }
    with trial.acting():
        run = dry_run_of(trial.actor, draft)
        assert run.is_ready and run.to_be_done == 1 and run.headline == "1 person will be added to Welcome."
    assert trial.enrollments("ann@example.com") == []
    trial.start_draft(draft)
    trial.finish(draft)
    trial.holds(draft)
    assert trial.outcomes(draft) == trial.verdicts(draft)


def test_it_is_known_by_what_it_is(trial: Trial, bob, workflow, ids):
    job = begin(trial, start.start_job, [ids["ann"]], workflow)
    trial.finish(job)
    with trial.acting():
        shown = show_job(trial.actor, job)
    assert shown.facts.file_name == "Selected contacts"
    assert bob.get(f"/enrollments/{job}").status_code == 200
    page = bob.get(f"/contacts/{ids['ann']}").text
    assert "Added to Welcome from Selected contacts" in page


def test_a_large_list_is_planned_in_chunks(trial: Trial, workflow, monkeypatch):
    monkeypatch.setattr("app.bulk_enrollment.application.jobs.plan.CHUNK_ROWS", 3)
    listed = [f"p{number}@example.com" for number in range(8)]
    job = begin(trial, start.start_job, listed, workflow, "email", missing="create", consent_basis="customer")
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 8}
    assert [row.identifier for row in trial.rows(job)] == listed


def test_what_is_refused(trial: Trial, vera, workflow):
    trial.limit(contacts_per_job=2)
    with pytest.raises(Invalid) as empty:
        begin(trial, start.start_job, [], workflow)
    assert empty.value.facts["fields"] == {"entries": "Choose at least one contact."}
    with pytest.raises(Invalid) as nobody_new:
        begin(trial, start.start_job, [1], workflow, missing="create", consent_basis="customer")
    assert set(nobody_new.value.facts["fields"]) == {"missing"}
    with pytest.raises(TooMuch) as too_many:
        begin(trial, start.start_job, [1, 2, 3], workflow)
    assert too_many.value.facts == {"limit": 2, "count": 3}
    with trial.acting(), pytest.raises(NotAllowed):
        start.start_job(vera.actor, JobRequest(ManualSelection(("1",)), workflow_id=workflow))
    assert trial.count_jobs() == 0


def test_its_rows_can_be_downloaded(trial: Trial, bob, workflow, ids):
    job = begin(trial, start.start_job, [ids["ann"]], workflow)
    trial.finish(job)
    answer = bob.get(f"/enrollments/{job}/rows.csv")
    assert answer.status_code == 200
    assert answer.text.removeprefix("\ufeff").splitlines() == [
        '"contact_id","first_name","last_name","email","phone","outcome","reason"',
        f'"{ids["ann"]}","","","ann@example.com","\'+49301234560","ENROLLED","Added to the workflow."',
    ]
