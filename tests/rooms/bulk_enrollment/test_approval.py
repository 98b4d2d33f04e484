"""Jobs above a size wait until a second person approves them: who may, what they see, and none slips by."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.application import add_person
from app.accounts.domain import Role
from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.control import approvals, schedule, stopping
from app.bulk_enrollment.application.jobs.start import JobRequest, start_job
from app.bulk_enrollment.domain.brakes.rules import Brakes
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.selection import FilterSelection
from app.notifications.application.kinds import system_email_of
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform.clock import now
from app.platform.database import session
from app.platform.errors import Conflict, NotAllowed, NotFound
from app.workflows import application as workflows
from tests.people import EMAILS, Person
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def strict(trial: Trial) -> Trial:
    """Bob's account wants a second person for more than 20 rows."""
    trial.limit(unapproved_rows=20)
    return trial


def big(trial: Trial, workflow: str | None, rows: int = 21, **choices) -> str:
    return trial.started(lines(*addresses(rows)), workflow, missing="create", batch_size=10, **choices)


def state(trial: Trial, job: str) -> tuple[str, str | None]:
    found = trial.job(job)
    return found.status, found.paused_by


def work(trial: Trial) -> None:
    for _ in range(3):
        trial.run_tasks()
        trial.sweep()


def approve(trial: Trial, person: Person, job: str) -> None:
    with trial.acting():
        approvals.approve_job(person.actor, job)


def refuse(trial: Trial, person: Person, job: str) -> None:
    with trial.acting():
        approvals.refuse_job(person.actor, job)


def actions(trial: Trial) -> list[tuple[str, str]]:
    with trial.acting():
        entries = session().query(AuditEntry).order_by(AuditEntry.id).all()
    return [(one.action, one.user_name) for one in entries if one.action in ("job_approved", "job_refused")]


def test_a_large_job_waits_and_runs_when_it_is_approved(strict: Trial, bob, alice, workflow):
    job = big(strict, workflow)
    work(strict)
    assert state(strict, job) == ("paused", "approval") and strict.progress(job).processed == 0
    page = words_of(page_of(bob, job))
    assert "Waiting for approval" in page and "Alice can approve it." in page
    assert "Bob started this job. With 21 rows, it waits for another person’s approval." in page
    assert "Approve " not in page.replace("can approve it", "") and "Resume" not in page
    theirs = page_of(alice, job)
    assert (
        f'action="/enrollments/{job}/approval"' in theirs and f"/enrollments/{job}/approval/refusal" in theirs
    )
    assert "If it is approved, this is what happens" in words_of(theirs)
    assert "it waits for another person’s approval" in words_of(alice.get("/").text)
    assert "Waiting for approval" in words_of(alice.get("/enrollments").text)
    assert alice.post(f"/enrollments/{job}/approval").status_code == 303
    strict.finish(job)
    strict.holds(job)
    assert strict.job(job).totals == {"ENROLLED": 21}
    page, decided_at = page_of(bob, job), strict.job(job).approval_at
    assert "Approved by Alice" in words_of(page)
    assert decided_at is not None and f'datetime="{decided_at.isoformat()}"' in page
    assert actions(strict) == [("job_approved", "Alice")]
    assert "Alice approved" in words_of(bob.get("/activity").text)


def test_those_who_may_approve_are_told_once(strict: Trial, app, bob, alice, vera, mallory, workflow):
    job = big(strict, workflow)
    work(strict)
    title = "Welcome (people.csv): needs approval"
    page = words_of(alice.get("/notifications").text)
    assert page.count(title) == 1
    assert "Bob started this job. With 21 rows, it waits for another person’s approval." in page
    for person in (bob, vera, mallory):
        assert title not in words_of(person.get("/notifications").text)
    with strict.acting():
        assert session().scalars(sa.select(OutgoingEmail)).all() == [], "without a mail server"
    approve(strict, alice, job)
    work(strict)
    assert words_of(alice.get("/notifications").text).count(title) == 1


def test_they_get_an_email_unless_they_do_not_want_any(strict: Trial, app, bob, alice, workflow, monkeypatch):
    settings = replace(app.extensions["settings"], mail_url="smtp://127.0.0.1:1", mail_from="m@example.com")
    monkeypatch.setitem(app.extensions, "settings", settings)
    job = big(strict, workflow, notify_email="carol@example.net")
    with strict.acting():
        [one] = session().scalars(sa.select(OutgoingEmail)).all()
    assert (one.address, one.kind, one.subject_id) == (EMAILS["alice"], "job_needs_approval", job)
    assert "Not sent yet" not in words_of(page_of(bob, job)), "that is the email to Carol"
    with app.app_context():
        told = system_email_of(one.kind, one.facts, one.subject_id)
    assert told.subject == "Welcome (people.csv): needs approval"
    assert "waits for another person’s approval" in told.text and f"/enrollments/{job}" in told.text
    assert 'name="approvals"' in alice.get("/settings/profile").text
    assert alice.post("/settings/profile/emails", {}).status_code == 303
    big(strict, active(app, bob.actor, "Spring"))
    with strict.acting():
        assert len(session().scalars(sa.select(OutgoingEmail)).all()) == 1
    assert "Spring (people.csv): needs approval" in words_of(alice.get("/notifications").text)
    assert "updated the profile of Alice (approval emails)" in words_of(alice.get("/activity").text)


def test_a_job_up_to_the_size_does_not_wait(strict: Trial, workflow):
    job = strict.run(lines(*addresses(20)), workflow, missing="create")
    assert strict.job(job).approval is None


def test_it_is_off_unless_set(trial: Trial, workflow):
    job = trial.run(lines(*addresses(30)), workflow, missing="create")
    assert trial.job(job).approval is None


def test_an_import_waits_too(strict: Trial, alice):
    job = big(strict, None)
    work(strict)
    assert state(strict, job) == ("paused", "approval")
    approve(strict, alice, job)
    strict.finish(job)
    assert strict.job(job).totals == {"CREATED": 21}


def test_who_may_decide(strict: Trial, app, bob, alice, vera, mallory, sam, workflow):
    job = big(strict, workflow)
    for use_case in (approvals.approve_job, approvals.refuse_job):
        for person in (bob, vera):
            with app.app_context(), pytest.raises(NotAllowed):
                use_case(person.actor, job)
        for stranger in (mallory, sam):
            with app.app_context(), pytest.raises(NotFound):
                use_case(stranger.actor, job)
    for address in ("approval", "approval/refusal"):
        assert bob.post(f"/enrollments/{job}/{address}").status_code == 403
        assert vera.post(f"/enrollments/{job}/{address}").status_code == 403
        assert mallory.post(f"/enrollments/{job}/{address}").status_code == 404
    assert state(strict, job) == ("paused", "approval")
    with strict.acting():
        assert approvals.approvers_of(bob.actor, strict.job(job)) == ["Alice"]
        assert approvals.may_decide(alice.actor, strict.job(job))
        assert not approvals.may_decide(bob.actor, strict.job(job))


def test_who_starts_a_dry_run_of_somebody_else_is_its_starter(strict: Trial, app, bob, alice, workflow):
    job = strict.draft(lines(*addresses(21)), workflow, missing="create")
    strict.plan(job)
    alice.post(f"/enrollments/checks/{job}/start")
    strict.plan(job)
    assert state(strict, job) == ("paused", "approval")
    with app.app_context(), pytest.raises(NotAllowed):
        approvals.approve_job(alice.actor, job)
    approve(strict, bob, job)
    strict.finish(job)


def test_nobody_goes_around_it(strict: Trial, bob, alice, workflow):
    job = big(strict, workflow)
    for person in (bob, alice):
        with strict.acting(), pytest.raises(Conflict):
            stopping.resume_job(person.actor, job)
        person.post(f"/enrollments/{job}/pause/removal")
        person.post(f"/enrollments/{job}/pause")
    with strict.acting():
        workflows.pause(alice.actor, workflow)
    strict.sweep()
    with strict.acting():
        workflows.activate(alice.actor, workflow)
    work(strict)
    assert state(strict, job) == ("paused", "approval") and strict.progress(job).processed == 0


def test_rows_that_were_not_known_at_the_start_count(strict: Trial, workflow):
    """The size is compared again when all rows are read: a limit set meanwhile holds as well."""
    job = strict.start(lines(*addresses(15)), workflow, missing="create")
    strict.limit(unapproved_rows=10)
    strict.plan(job)
    assert state(strict, job) == ("paused", "approval")


@pytest.mark.parametrize("is_scheduled", [False, True])
def test_an_approval_does_not_cover_rows_that_come_later(
    strict: Trial, app, bob, alice, workflow, is_scheduled
):
    """Whoever may tag people could otherwise have 21 approved and add a thousand."""
    for number in range(21):
        add(app, bob.actor, f"p{number}@example.com", tags=["lead"])
    options = JobOptions(scheduled_at=now() + timedelta(hours=1) if is_scheduled else None)
    with strict.acting():
        wanted = JobRequest(FilterSelection(LEADS), options, workflow)
        job = start_job(strict.actor, wanted).public_id
    approve(strict, alice, job)
    for number in range(3):
        add(app, bob.actor, f"late{number}@example.com", tags=["lead"])
    if is_scheduled:
        with strict.acting():
            schedule.start_scheduled_job(strict.actor, job)
    work(strict)
    assert state(strict, job) == ("paused", "approval") and strict.job(job).total == 24
    assert "Approved by" not in words_of(page_of(bob, job))
    assert "With 24 rows, it waits" in words_of(alice.get("/notifications").text)
    approve(strict, alice, job)
    strict.finish(job)
    assert strict.job(job).totals == {"ENROLLED": 24}
    assert actions(strict) == [("job_approved", "Alice")] * 2


def test_refusing_cancels_it(strict: Trial, bob, alice, workflow):
    job = big(strict, workflow)
    assert alice.post(f"/enrollments/{job}/approval/refusal").status_code == 303
    page = words_of(page_of(bob, job))
    assert strict.job(job).status == "cancelling"
    assert "Refused by Alice. Nobody was added." in page and "Canceling. Nobody" not in page
    strict.finish(job)
    strict.holds(job)
    assert strict.job(job).totals == {"CANCELLED": 21}
    assert "Refused by Alice" in words_of(page_of(bob, job))
    assert actions(strict) == [("job_refused", "Alice")]
    log = words_of(bob.get("/activity").text)
    assert "paused the enrollment in Welcome until another person approves it" in log
    assert "Alice refused the enrollment in Welcome" in log
    with pytest.raises(Conflict):
        approve(strict, alice, job)


def test_deciding_before_the_rows_are_read(strict: Trial, alice, workflow):
    one = strict.start(lines(*addresses(21)), workflow, missing="create")
    approve(strict, alice, one)
    approve(strict, alice, one)  # twice does no harm
    strict.finish(one)
    assert strict.job(one).totals == {"ENROLLED": 21}
    other = strict.start(lines(*addresses(21, 100)), workflow, missing="create")
    refuse(strict, alice, other)
    assert strict.job(other).status == "cancelled"
    assert actions(strict) == [("job_approved", "Alice"), ("job_refused", "Alice")]


def test_the_starter_may_cancel(strict: Trial, workflow):
    job = big(strict, workflow)
    strict.cancel(job)
    strict.finish(job)
    assert strict.job(job).totals == {"CANCELLED": 21}


def test_what_needs_no_approval_cannot_be_approved(trial: Trial, alice, workflow):
    job = big(trial, workflow)
    for decide in (approve, refuse):
        with pytest.raises(Conflict):
            decide(trial, alice, job)


def test_a_paused_workflow_holds_an_approved_job(strict: Trial, alice, workflow):
    job = big(strict, workflow)
    with strict.acting():
        workflows.pause(alice.actor, workflow)
    approve(strict, alice, job)
    assert state(strict, job) == ("paused", "workflow")
    with strict.acting():
        workflows.activate(alice.actor, workflow)
    strict.finish(job)
    assert strict.job(job).totals == {"ENROLLED": 21}


def test_after_the_approval_comes_the_canary(strict: Trial, alice, workflow):
    job = big(strict, workflow, brakes=Brakes(canary_rows=5))
    approve(strict, alice, job)
    work(strict)
    assert state(strict, job) == ("paused", PausedBy.CANARY) and strict.progress(job).succeeded == 5


def test_members_of_the_agency_may_decide_in_its_accounts(app, sam, run_tasks):
    trial = Trial(app, sam.actor, run_tasks)
    trial.limit(unapproved_rows=5)
    workflow = active(app, sam.actor)
    job = trial.started(lines(*addresses(6)), workflow, missing="create")
    assert "Alice or Bob can approve it." in words_of(page_of(sam, job))


def test_the_limit_of_the_agency_holds_below_it(app, alice, sam, run_tasks):
    Trial(app, alice.actor, run_tasks).limit(unapproved_rows=5)
    trial = Trial(app, sam.actor, run_tasks)
    job = trial.started(lines(*addresses(6)), active(app, sam.actor), missing="create")
    assert state(trial, job) == ("paused", "approval")


def test_setting_the_size(alice: Person, trial: Trial, workflow):
    page = words_of(alice.get("/settings/limits").text)
    assert "Rows without approval no limit" in page
    assert alice.post("/settings/limits", {"unapproved_rows": "20"}).status_code == 303
    assert "Rows without approval up to 20" in words_of(alice.get("/settings/limits").text)
    assert state(trial, big(trial, workflow)) == ("paused", "approval")
    alice.post("/settings/limits", {"unapproved_rows": ""})
    assert "Rows without approval no limit" in words_of(alice.get("/settings/limits").text)


def test_everybody_who_may_decide_is_named(strict: Trial, app, bob, alice, workflow):
    with app.app_context():
        add_person(
            alice.actor,
            email="carol@example.com",
            password="correct horse battery",
            hash_password=lambda text: text[::-1],
            name="Carol",
            role=Role.MARKETER,
        )
    assert "Alice or Carol can approve it." in words_of(page_of(bob, big(strict, workflow)))


def test_alone_in_the_account_one_is_told_what_can_be_done(app, mallory, run_tasks):
    trial = Trial(app, mallory.actor, run_tasks)
    trial.limit(unapproved_rows=5)
    job = trial.started(lines(*addresses(6)), active(app, mallory.actor), missing="create")
    page = page_of(mallory, job)
    assert "Nobody else in your account can approve it. Raise or clear “Rows without approval”" in words_of(
        page
    )
    assert 'href="/settings/limits#unapproved_rows"' in page and "team member" not in page
    assert "Nobody else in your account can approve jobs" in words_of(mallory.get("/settings/limits").text)
