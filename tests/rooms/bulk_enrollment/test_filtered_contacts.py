"""Jobs of contacts that meet a filter: fixed when planned, never read through Python (B-18, B-22)."""

import pytest

from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FilterSelection
from app.contacts.application import tag_contact, tags_to_choose, untag_contact
from app.platform.errors import Invalid, TooMuch
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, set_status
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def leads(app, bob, mallory) -> dict[str, int]:
    """Ids of contacts that have the tag, by name; others do not have it, or belong to somebody else."""
    ids = {}
    for name in ("ann", "ben", "cleo"):
        add(app, bob.actor, f"not-{name}@example.com")
        ids[name] = add(app, bob.actor, f"{name}@example.com", tags=["Lead"])
    add(app, mallory.actor, "elsewhere@example.com", tags=["Lead"])
    return ids


def begin(trial: Trial, make, workflow, criteria=LEADS, **options) -> str:
    with trial.acting():
        wanted = JobRequest(FilterSelection(criteria), JobOptions(**options), workflow)
        return make(trial.actor, wanted).public_id


def test_contacts_that_meet_a_filter(trial: Trial, workflow, leads):
    set_status(trial, ben="unsubscribed")
    job = begin(trial, start.start_job, workflow, tags=("Spring",))
    assert trial.job(job).total == 3
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == ["ENROLLED", "CONTACT_BLOCKED unsubscribed", "ENROLLED"]
    assert [row.contact_id for row in trial.rows(job)] == sorted(leads.values())
    assert [(row.row_number, row.line) for row in trial.rows(job)] == [(1, 1), (2, 2), (3, 3)]
    again = begin(trial, start.start_job, workflow)
    trial.finish(again)
    trial.holds(again)
    assert trial.outcomes(again)[0] == "ALREADY_ENROLLED"


def test_who_is_in_a_dry_run_is_fixed_with_it(trial: Trial, app, bob, workflow, leads):
    draft = begin(trial, start.dry_run, workflow)
    trial.plan(draft)
    assert trial.job(draft).expected == {"ENROLLED": 3}
    with trial.acting():
        tag_contact(trial.actor, add(app, bob.actor, "late@example.com"), "lead")
    trial.start_draft(draft)
    trial.finish(draft)
    trial.holds(draft)
    assert trial.job(draft).totals == {"ENROLLED": 3} and trial.enrollments("late@example.com") == []


def test_the_run_says_who_meets_the_filter_since_the_dry_run(trial: Trial, app, bob, workflow, leads):
    same = begin(trial, start.dry_run, workflow)
    trial.plan(same)
    trial.start_draft(same)
    trial.finish(same)
    draft = begin(trial, start.dry_run, workflow)
    trial.plan(draft)
    assert "Contacts changed after the check" not in bob.get(f"/enrollments/{same}").text
    with trial.acting():
        for name in ("late", "later"):
            tag_contact(trial.actor, add(app, bob.actor, f"{name}@example.com"), "lead")
        [lead] = [tag.id for tag in tags_to_choose(trial.actor) if tag.name == "Lead"]
        untag_contact(trial.actor, leads["ann"], lead)
    trial.start_draft(draft)
    trial.finish(draft)
    trial.holds(draft)
    page = words_of(bob.get(f"/enrollments/{draft}").text)
    assert "2 more contacts met the filter at the start and are not in this job." in page
    assert "1 contact in this job no longer met the filter at the start." in page
    direct = begin(trial, start.start_job, workflow)
    trial.finish(direct)
    assert "Contacts changed after the check" not in bob.get(f"/enrollments/{direct}").text


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_large_filter_is_planned_in_chunks(trial: Trial, workflow, leads, monkeypatch, size):
    monkeypatch.setattr("app.bulk_enrollment.application.jobs.plan.CHUNK_ROWS", size)
    job = begin(trial, start.start_job, workflow)
    trial.finish(job)
    trial.holds(job)
    assert [row.contact_id for row in trial.rows(job)] == sorted(leads.values())


def test_interrupted_planning_goes_on_behind_the_last_contact(trial: Trial, workflow, leads, monkeypatch):
    monkeypatch.setattr("app.bulk_enrollment.application.jobs.plan.CHUNK_ROWS", 2)
    job = begin(trial, start.start_job, workflow)
    monkeypatch.setattr("app.platform.queue.should_stop", lambda: True)
    trial.plan(job)
    assert len(trial.rows(job)) == trial.job(job).planned_rows == 2
    monkeypatch.undo()
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 3}


def test_nobody_is_left_when_it_is_planned(trial: Trial, app, bob, workflow):
    add(app, bob.actor, "ann@example.com", tags=["Lead"])
    job = begin(trial, start.start_job, workflow)
    trial.remove_contact("ann@example.com")
    trial.finish(job)
    assert (trial.job(job).status, trial.job(job).total) == ("completed", 0)
    trial.holds(job)


def test_what_is_refused(trial: Trial, workflow, leads):
    with pytest.raises(Invalid, match="No contact matches this filter"):
        begin(trial, start.start_job, workflow, {"all": [LEADS["all"][0] | {"value": ["nobody"]}]})
    with pytest.raises(Invalid):
        begin(trial, start.start_job, workflow, {"all": [{"field": "contact.shoe", "op": "is", "value": 1}]})
    trial.limit(contacts_per_job=2)
    with pytest.raises(TooMuch, match="Narrow the filter") as too_many:
        begin(trial, start.start_job, workflow)
    assert too_many.value.facts["limit"] == 2
    assert trial.count_jobs() == 0


def test_its_rows_can_be_downloaded(trial: Trial, bob, workflow, leads):
    set_status(trial, ben="bounced")
    job = begin(trial, start.start_job, workflow)
    trial.finish(job)
    answer = bob.get(f"/enrollments/{job}/rows.csv?outcome=CONTACT_BLOCKED")
    assert answer.text.removeprefix("\ufeff").splitlines() == [
        '"contact_id","first_name","last_name","email","phone","outcome","reason"',
        f'"{leads["ben"]}","","","ben@example.com","","CONTACT_BLOCKED","Email to this address bounced."',
    ]
    assert "Filtered contacts" in bob.get(f"/enrollments/{job}").text


@pytest.mark.parametrize("make", [start.start_job, start.dry_run])
def test_a_filter_that_has_outgrown_the_limit_when_it_is_read(trial: Trial, app, bob, workflow, leads, make):
    trial.limit(contacts_per_job=3)
    job = begin(trial, make, workflow)
    add(app, bob.actor, "late@example.com", tags=["Lead"])
    trial.settle()
    found = trial.job(job)
    assert found.failure == (
        "The limit is 3 contacts per job, and more match the filter now. Nobody was added. "
        "Narrow the filter, or ask an administrator to raise the limit."
    )
    assert found.status == ("failed" if make is start.start_job else "draft")
    assert trial.enrolled(job) == 0
    address = f"/enrollments/{job}" if make is start.start_job else f"/enrollments/checks/{job}"
    assert "more match the filter now" in words_of(bob.get(address).text)
