"""How much an account may start: rows of a job, unfinished jobs, and who may at all (B-04, B-28)."""

import pytest

from app.bulk_enrollment.application.jobs import start
from app.platform.errors import Conflict, Invalid, LimitReached, NotAllowed, NotFound, TooMuch
from tests.people import Person
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def test_too_many_rows_say_limit_and_count_and_make_no_job(trial: Trial, workflow):
    trial.limit(contacts_per_job=3)
    for begin in (trial.start, trial.draft):
        with pytest.raises(TooMuch) as refused:
            begin(lines(*addresses(4)), workflow)
        assert refused.value.code == "CONTACT_LIMIT_EXCEEDED"
        assert refused.value.facts == {"limit": 3, "count": 4}
        assert "The limit is 3 contacts per job; this file has 4." in refused.value.message
    assert trial.count_jobs() == 0
    trial.run(lines(*addresses(3)), workflow)


def test_imports_have_a_limit_of_their_own(trial: Trial):
    trial.limit(contacts_per_job=3, import_rows=5)
    trial.run(lines(*addresses(5)), None, missing="create")
    with pytest.raises(TooMuch):
        trial.start(lines(*addresses(6)), None, missing="create")


def test_the_eleventh_unfinished_job_is_refused(trial: Trial, workflow):
    jobs = [trial.start(lines("a@example.com"), workflow) for _ in range(10)]
    draft = trial.draft(lines("a@example.com"), workflow)
    with pytest.raises(LimitReached) as refused:
        trial.start(lines("a@example.com"), workflow)
    assert refused.value.code == "JOB_LIMIT_REACHED" and refused.value.facts == {"limit": 10}
    with pytest.raises(LimitReached):
        trial.start_draft(draft)
    trial.cancel(jobs[0])
    trial.start_draft(draft)
    with pytest.raises(LimitReached):
        trial.start(lines("a@example.com"), workflow)


def test_an_account_may_have_another_number_of_jobs(trial: Trial, workflow):
    trial.limit(unfinished_jobs=1)
    trial.start(lines("a@example.com"), workflow)
    with pytest.raises(LimitReached):
        trial.start(lines("a@example.com"), workflow)


def test_who_may_only_look_starts_and_cancels_nothing(trial: Trial, app, vera: Person, workflow, run_tasks):
    job = trial.start(lines("a@example.com"), workflow)
    draft = trial.draft(lines("a@example.com"), workflow)
    with trial.acting():
        wanted = trial.wanted(lines("b@example.com"), workflow)
    theirs = Trial(app, vera.actor, run_tasks)
    with theirs.acting():
        for begin in (start.start_job, start.dry_run):
            with pytest.raises(NotAllowed):
                begin(vera.actor, wanted)
    for deed in (lambda: theirs.start_draft(draft), lambda: theirs.cancel(job)):
        with pytest.raises(NotAllowed):
            deed()


def test_strangers_find_nothing(trial: Trial, app, mallory: Person, workflow, run_tasks):
    job = trial.start(lines("a@example.com"), workflow)
    draft = trial.draft(lines("a@example.com"), workflow)
    with trial.acting():
        wanted = trial.wanted(lines("b@example.com"), workflow)
    theirs = Trial(app, mallory.actor, run_tasks)
    with theirs.acting(), pytest.raises(NotFound):
        start.start_job(mallory.actor, wanted)
    for deed in (lambda: theirs.start_draft(draft), lambda: theirs.cancel(job), lambda: theirs.job(job)):
        with pytest.raises(NotFound):
            deed()
    with pytest.raises(NotFound):
        theirs.start(lines("a@example.com"), workflow)


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"mapping": {"1": "first_name"}}, "mapping"),
        ({"mapping": {"0": "email", "1": "email"}}, "mapping"),
        ({"missing": "create", "consent_basis": ""}, "consent_basis"),
        ({"batch_size": 9}, "batch_size"),
        ({"batch_size": 501}, "batch_size"),
        ({"identifier": "contact_id", "mapping": {"0": "contact_id"}, "missing": "create"}, "missing"),
    ],
)
def test_a_choice_that_makes_no_sense(trial: Trial, workflow, choices, field):
    with pytest.raises(Invalid) as refused:
        trial.start(lines("a@example.com"), workflow, **choices)
    assert field in refused.value.facts["fields"]


def test_what_failed_cannot_be_started(trial: Trial, workflow):
    draft = trial.draft(lines("a@example.com"), workflow)
    trial.change_job(draft, status="failed", failure="It is broken.")
    with pytest.raises(Conflict) as refused:
        trial.start_draft(draft)
    assert refused.value.message == "It is broken."
