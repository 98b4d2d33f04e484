"""The plan of a job: its state as queries see it; a dry run that cannot be planned leaves nothing."""

from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from app.accounts.domain import Permission, Role
from app.accounts.domain.actors import ROLE_PERMISSIONS
from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.jobs import start, sweep
from app.bulk_enrollment.application.report import to_dos
from app.bulk_enrollment.application.report.dry_runs import dry_run_of
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.infrastructure.conditions import plan_states
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.files.infrastructure import storage
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, NotAllowed, NotFound
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def plan_by_the_book(status: JobStatus, planned: bool, held: bool, failed: bool) -> str:
    """What each combination of columns means, spelled out another way than in the conditions."""
    if status in (JobStatus.DRAFT, JobStatus.PENDING, JobStatus.VALIDATING):
        return "failed" if failed else "ready" if planned else "held" if held else "waiting"
    return "not to be planned"


def test_the_plan_of_a_job_in_every_state(trial: Trial):
    job = trial.draft(lines("a@example.com"), None)
    number = trial.job(job).id
    conditions = {
        "open": (plan_states.is_open, {"waiting", "held"}),
        "waiting": (plan_states.is_waiting, {"waiting"}),
        "held": (plan_states.is_held, {"held"}),
        "ready": (plan_states.is_ready, {"ready"}),
    }
    for status, planned, held, failed in product(JobStatus, *([(False, True)] * 3)):
        trial.change_job(
            job,
            status=status.value,
            planned_at=now() if planned else None,
            lease_until=now() + timedelta(seconds=5) if held else None,
            failure="Unreadable." if failed else None,
        )
        state = plan_by_the_book(status, planned, held, failed)
        for name, (condition, states) in conditions.items():
            with trial.acting():
                query = sa.select(EnrollmentJob.id).where(EnrollmentJob.id == number, condition())
                found = session().scalar(query) is not None
            assert found == (state in states), (name, status, planned, held, failed)


@pytest.fixture
def unreadable(trial: Trial, workflow) -> str:
    """A dry run of a file that has been cut short since it was uploaded."""
    draft = trial.draft(lines(*addresses(3)), workflow)
    job = trial.job(draft)
    with trial.acting():
        upload = files.upload_by_id(job.account_id, job.upload_id)
        storage.path_of(upload.account_id, upload.public_id).write_bytes(b"\x1f\x8b no archive")
    with suppress(OSError):
        trial.plan(draft)
    return draft


def test_a_dry_run_that_cannot_be_planned_stays_hidden(trial: Trial, bob, unreadable):
    job = trial.job(unreadable)
    assert (job.status, job.planned_at, job.planned_rows) == ("draft", None, 0) and job.failure
    assert trial.rows(unreadable) == []
    with trial.acting():
        run = dry_run_of(trial.actor, unreadable)
    assert run.has_failed and not run.is_ready and not run.is_started
    page = bob.get(f"/enrollments/checks/{unreadable}").text
    assert "The file couldn’t be read" in page
    assert "hx-trigger" not in page.partition("<main")[2].partition("</main>")[0]
    assert bob.get(f"/enrollments/{unreadable}").status_code == 404
    assert unreadable not in bob.get("/enrollments").text
    assert f"/enrollments/{unreadable}" not in bob.get("/").text
    with pytest.raises(Conflict, match=job.failure[:20]):
        trial.start_draft(unreadable)
    trial.run_tasks()
    trial.sweep()
    trial.run_tasks()
    assert trial.job(unreadable).attempt == job.attempt, "nobody tries again"


def test_it_is_deleted_after_a_day_with_its_file(trial: Trial, unreadable):
    upload_id = trial.job(unreadable).upload_id
    trial.change_job(unreadable, created_at=now() - timedelta(days=2))
    with trial.acting(), transaction():
        upload = files.upload_by_id(trial.actor.account_id, upload_id)
        upload.created_at = now() - timedelta(days=2)
    with trial.app.app_context():
        sweep.discard_old_drafts()
        assert files.discard_unused() == 1
    with pytest.raises(NotFound):
        trial.job(unreadable)


def test_a_draft_that_failed_at_this_moment_is_not_started(trial: Trial, workflow):
    draft = trial.draft(lines("a@example.com"), workflow)
    trial.change_job(draft, failure="Unreadable.")
    with trial.acting(), transaction():
        assert not jobs.promote(trial.actor.account_id, trial.job(draft).id)
    assert trial.job(draft).status == "draft"


@pytest.fixture
def may(monkeypatch):
    """Give marketers these permissions alone."""

    def give(*permissions: Permission) -> None:
        monkeypatch.setitem(ROLE_PERMISSIONS, Role.MARKETER, frozenset({Permission.REPORTS, *permissions}))

    return give


@pytest.mark.parametrize("is_import", [True, False])
def test_changing_a_job_asks_for_what_its_kind_asks_for(trial: Trial, workflow, may, is_import):
    """Importing changes contacts alone, so it asks for nothing else (B-28)."""
    right, wrong = Permission.CONTACTS, Permission.WORKFLOWS
    if not is_import:
        right, wrong = wrong, right
    into = None if is_import else workflow
    draft = trial.draft(lines(*addresses(3)), into, missing="create")
    over = trial.run(lines(*addresses(3)), into, missing="create")
    running = trial.started(lines(*addresses(3)), into, missing="create")
    calls = [
        lambda: start.start_draft(trial.actor, draft),
        lambda: stopping.pause_job(trial.actor, running),
        lambda: stopping.resume_job(trial.actor, running),
        lambda: stopping.cancel_job(trial.actor, running),
        lambda: to_dos.dismiss(trial.actor, over),
        lambda: to_dos.restore(trial.actor, over),
    ]
    may(wrong)
    for call in calls:
        with trial.acting(), pytest.raises(NotAllowed):
            call()
    may(right)
    for call in calls:
        with trial.acting():
            call()
