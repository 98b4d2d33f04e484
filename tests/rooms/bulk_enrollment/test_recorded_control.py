"""What people do to a job is in the activity log, under what the job is (B-29)."""

import pytest

from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.undoing import undo_job
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


def stop_and_go(trial: Trial, job: str) -> None:
    """Pause, resume, and cancel a planned job."""
    with trial.acting():
        stopping.pause_job(trial.actor, job)
        stopping.resume_job(trial.actor, job)
        stopping.cancel_job(trial.actor, job)
    trial.finish(job)


def started(trial: Trial, workflow: str | None) -> str:
    return trial.started(lines(*addresses(20)), workflow, missing="create", batch_size=10)


@pytest.mark.parametrize(
    ("has_workflow", "name"), [(True, "the enrollment in Welcome"), (False, "the import of people.csv")]
)
def test_start_pause_resumption_and_cancellation(
    trial: Trial, bob: Person, has_workflow: bool, name: str
) -> None:
    stop_and_go(trial, started(trial, active(trial.app, bob.actor) if has_workflow else None))
    log = words_of(bob.get("/activity").text)
    for done in (f"Bob started {name}", f"Bob paused {name}", f"Bob resumed {name}", f"Bob canceled {name}"):
        assert done in log
    assert f"finished {name} (canceled, 0 succeeded)" in log


def test_an_undo_is_recorded_as_one(trial: Trial, bob: Person) -> None:
    job = started(trial, None)
    trial.finish(job)
    with trial.acting():
        undo = undo_job(trial.actor, job).public_id
    trial.plan(undo)
    stop_and_go(trial, undo)
    log = words_of(bob.get("/activity").text)
    assert "Bob undid the import of people.csv" in log
    for done in ("paused", "resumed", "canceled"):
        assert f"Bob {done} the undo of people.csv" in log
