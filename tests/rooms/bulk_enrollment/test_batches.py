"""A batch: all or nothing, halved around a bad row, settled by exactly one (B-05, B-06, B-10)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.jobs import failing, run
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.store import claims as store
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines, trigger
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

REFUSE = {"sqlite": "SELECT RAISE(ABORT, 'not this one')", "postgresql": "RAISE EXCEPTION 'not this one'"}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def enrolled(trial: Trial, job: str) -> int:
    return trial.outcomes(job).count("ENROLLED")


def test_a_row_that_the_database_refuses_fails_alone(trial: Trial, app, bob, workflow):  # B-10
    """Three of 100, the first and the last among them."""
    ids = [add(app, bob.actor, address) for address in addresses(30)]
    bad = (1, 17, 30)
    refused = ", ".join(str(ids[number - 1]) for number in bad)
    with trigger(app, "enrollments", "INSERT", f"NEW.contact_id IN ({refused})", **REFUSE):
        job = trial.run(lines(*addresses(30), "nobody@example.com", "wrong"), workflow, tags=["Spring"])
    outcomes = trial.outcomes(job)
    for number in range(1, 31):
        assert outcomes[number - 1] == ("ENROLLMENT_ERROR" if number in bad else "ENROLLED")
    assert outcomes[30:] == ["CONTACT_NOT_FOUND", "VALIDATION_ERROR no_at"]
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt, batch.succeeded, batch.failed, batch.skipped) == (
        "completed",
        1,
        27,
        4,
        1,
    )


def test_a_contact_that_cannot_be_made_fails_alone(trial: Trial, app, workflow):  # B-10
    with trigger(app, "contacts", "INSERT", "NEW.email_key = 'p5@example.com'", **REFUSE):
        job = trial.run(lines(*addresses(9)), workflow, missing="create")
    outcomes = trial.outcomes(job)
    assert outcomes.pop(4) == "ENROLLMENT_ERROR" and outcomes == ["ENROLLED"] * 8
    assert trial.contact("p5@example.com") is None and trial.contact("p6@example.com") is not None


def test_an_import_is_halved_too(trial: Trial, app):  # B-10
    with trigger(app, "contacts", "INSERT", "NEW.email_key = 'p5@example.com'", **REFUSE):
        job = trial.run(lines(*addresses(9)), None, missing="create")
    outcomes = trial.outcomes(job)
    assert outcomes.pop(4) == "ENROLLMENT_ERROR" and outcomes == ["CREATED"] * 8


def test_an_enrollment_that_silently_does_not_come_to_be_is_told(trial: Trial, app, workflow):
    silent = {"sqlite": "SELECT RAISE(IGNORE)", "postgresql": "RETURN NULL"}
    with trigger(app, "enrollments", "INSERT", "NEW.contact_id > 0", **silent):
        job = trial.run(lines(*addresses(2)), workflow, missing="create")
    assert trial.outcomes(job) == ["ENROLLMENT_ERROR", "ENROLLMENT_ERROR"]
    again = trial.run(lines(*addresses(2)), workflow)
    assert trial.outcomes(again) == ["ENROLLED", "ENROLLED"]


def test_two_runners_do_a_batch_once(trial: Trial, app, workflow):  # B-05
    job = trial.started(lines(*addresses(50)), workflow, missing="create")
    [batch] = trial.batches(job)
    assert at_once(app, *[lambda: trial.run_batch(batch.id)] * 4) == [None] * 4
    trial.holds(job)
    assert trial.batches(job)[0].attempt == 1 and enrolled(trial, job) == 50


def test_what_a_runner_did_that_was_thought_dead_is_undone(trial: Trial, app, bob, workflow):  # B-05
    """Its attempt is another's now, so it must not settle: neither before the other is done nor after."""
    job = trial.started(lines(*addresses(5)), workflow, missing="create")
    [batch] = trial.batches(job)
    account_id = bob.actor.account_id
    with trial.acting(), transaction():
        dead = store.claim(account_id, batch.id, now(), None)
    assert dead is not None
    trial.change_batches(job, lease_until=now() - timedelta(seconds=1))
    trial.dispatch()
    with trial.acting():
        trial.process(job, dead)
    assert trial.outcomes(job) == [""] * 5 and trial.contact("p1@example.com") is None
    trial.run_tasks()
    assert enrolled(trial, job) == 5
    with trial.acting():
        trial.process(job, dead)
        failing.put_off(trial.job(job), dead, TimeoutError())
        failing.give_up(trial.job(job), dead, Outcome.DATABASE_ERROR)
    trial.holds(job)
    [batch] = trial.batches(job)
    assert (batch.attempt, batch.status, enrolled(trial, job)) == (2, "completed", 5)


def test_who_was_thought_dead_does_not_settle_what_another_runs(trial: Trial, bob, workflow):  # B-05
    job = trial.started(lines(*addresses(5)), workflow, missing="create")
    [batch] = trial.batches(job)

    def claim():
        trial.dispatch()
        with trial.acting(), transaction():
            return store.claim(bob.actor.account_id, batch.id, now(), None)

    def process(one):
        with trial.acting():
            trial.process(job, one)

    dead = claim()
    trial.change_batches(job, lease_until=now() - timedelta(seconds=1))
    alive = claim()
    assert (dead.attempt, alive.attempt) == (1, 2)
    process(dead)
    assert trial.outcomes(job) == [""] * 5 and trial.batches(job)[0].status == "processing"
    process(alive)
    trial.run_tasks()
    trial.holds(job)
    assert enrolled(trial, job) == 5


def test_exactly_one_ends_the_job(trial: Trial, app, bob, workflow):  # B-12
    job = trial.started(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    number = trial.job(job).id
    calls = [lambda at=batch.id: trial.run_batch(at) for batch in trial.batches(job)]
    assert at_once(app, *calls) == [None] * 3
    calls = [lambda: run.finish_if_done(bob.actor.account_id, number)] * 3
    assert at_once(app, *calls) == [False] * 3, "it is over already"
    with trial.acting():
        ends = session().scalars(sa.select(AuditEntry).where(AuditEntry.action == "job_finished")).all()
    assert len(ends) == 1 and ends[0].facts["outcomes"] == {"ENROLLED": 30}
    trial.holds(job)


def test_the_figures_add_up_at_every_moment_and_never_go_back(trial: Trial, workflow):  # B-06
    many = [*addresses(40), "wrong", *addresses(9)]
    job = trial.started(lines(*many), workflow, missing="create", batch_size=10)
    seen = []
    for batch in trial.batches(job):
        trial.run_batch(batch.id)
        trial.dispatch()
        progress = trial.progress(job)
        assert progress.processed == progress.succeeded + progress.failed + progress.skipped
        seen.append((progress.processed, progress.percent))
        trial.holds(job)
    assert seen == [(10, 20.0), (20, 40.0), (30, 60.0), (40, 80.0), (50, 100.0)]
    assert trial.job(job).totals == {"ENROLLED": 40, "VALIDATION_ERROR": 1, "DUPLICATE_IN_SELECTION": 9}
