"""A job follows its workflow: paused with it, going on with it, and told when it is archived (B-01, B-27)."""

import pytest

from app.platform.errors import Conflict
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active, draft


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def change(trial: Trial, what, workflow: str) -> None:
    with trial.acting():
        what(trial.actor, workflow)


def big(trial: Trial, workflow: str) -> str:
    many = lines(*addresses(100))
    return trial.started(many, workflow, missing="create", batch_size=10)


def test_a_workflow_that_does_not_run_takes_nobody(trial: Trial, app, bob, workflow):
    with pytest.raises(Conflict) as refused:
        trial.start(lines("a@example.com"), draft(app, bob.actor, "Not yet"))
    assert refused.value.code == "WORKFLOW_NOT_ACTIVE"
    change(trial, workflows.pause, workflow)
    with pytest.raises(Conflict) as refused:
        trial.start(lines("a@example.com"), workflow)
    assert refused.value.code == "WORKFLOW_NOT_ACTIVE"


def test_a_dry_run_cannot_be_started_once_the_workflow_is_paused(trial: Trial, workflow):
    job = trial.draft(lines("a@example.com"), workflow)
    trial.plan(job)
    change(trial, workflows.pause, workflow)
    with pytest.raises(Conflict):
        trial.start_draft(job)
    assert trial.job(job).status == "draft"
    change(trial, workflows.activate, workflow)
    trial.start_draft(job)
    trial.finish(job)


def test_pausing_the_workflow_pauses_its_job_and_activating_resumes_it(trial: Trial, workflow):
    job = big(trial, workflow)
    first = trial.batches(job)[0]
    trial.run_batch(first.id)
    change(trial, workflows.pause, workflow)
    trial.run_tasks()
    assert trial.job(job).status == "paused"
    assert [batch.status for batch in trial.batches(job)].count("pending") >= 4
    for _ in range(3):
        trial.sweep()
        trial.run_tasks()
    done = [batch.status for batch in trial.batches(job)].count("completed")
    assert trial.job(job).status == "paused" and done < 10
    change(trial, workflows.activate, workflow)
    trial.change_batches(job, lease_until=None)  # a minute later
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 100}


def test_a_job_that_is_planned_while_its_workflow_is_paused_waits(trial: Trial, workflow):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    change(trial, workflows.pause, workflow)
    trial.run_tasks()
    assert trial.job(job).status == "paused" and trial.job(job).started_at is None
    change(trial, workflows.activate, workflow)
    trial.finish(job)
    trial.holds(job)


def test_a_job_whose_last_batch_ends_after_the_pause_is_over(trial: Trial, workflow):
    job = trial.started(lines(*addresses(3)), workflow, missing="create")
    [batch] = trial.batches(job)
    trial.run_batch(batch.id)
    assert trial.job(job).status == "completed"
    # The same with a pause between the batch and the end of the job, as when another process comes between.
    trial.change_job(job, status="paused", finished_at=None)
    trial.sweep()
    assert trial.job(job).status == "completed"
    trial.holds(job)


def test_archived_meanwhile(trial: Trial, workflow):  # WORKFLOW_INACTIVE
    job = trial.started(lines("a@example.com", "no address", "A@example.com"), workflow, missing="create")
    change(trial, workflows.pause, workflow)
    change(trial, workflows.archive, workflow)
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == [
        "WORKFLOW_INACTIVE",
        "VALIDATION_ERROR no_at",
        "DUPLICATE_IN_SELECTION 1",
    ]
    assert trial.job(job).status == "completed_with_errors"
    assert trial.contact("a@example.com") is None, "nobody is made for nothing"


def test_archived_while_paused(trial: Trial, workflow):
    job = trial.started(lines("a@example.com"), workflow, missing="create")
    change(trial, workflows.pause, workflow)
    trial.dispatch()
    assert trial.job(job).status == "paused"
    change(trial, workflows.archive, workflow)
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    assert trial.outcomes(job) == ["WORKFLOW_INACTIVE"]


def test_the_workflow_is_gone(trial: Trial, workflow):  # WORKFLOW_NOT_FOUND
    job = trial.started(lines("a@example.com"), workflow, missing="create")
    trial.change_job(job, workflow_id=999_999)
    trial.finish(job)
    assert trial.outcomes(job) == ["WORKFLOW_NOT_FOUND"]
