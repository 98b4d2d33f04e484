"""Planning: the whole file into the ledger with its verdicts, once, whoever else tries (B-02, B-03, B-22)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import AuditEntry
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.infrastructure.store import plan_claims
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.files.infrastructure import storage
from app.files.infrastructure.tables import Upload
from app.platform.clock import now
from app.platform.database import session, transaction
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active, version_of


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def test_duplicates_name_the_first_row_however_far_above(trial: Trial, workflow):  # B-02
    """The file is planned in chunks of 10,000 rows."""
    trial.limit(contacts_per_job=100_000)
    many = addresses(10_010)
    cells = [*many, many[0], many[9_999], many[10_000], "", many[10_009].upper(), *many[:9_990]]
    rows = [f"{cell},{'no' if number == 10_011 else 'yes'}" for number, cell in enumerate(cells, start=1)]
    draft = trial.draft(
        "\n".join(["Email,Newsletter", *rows, ""]),
        workflow,
        mapping={"0": "email", "1": "consent"},
        missing="create",
    )
    trial.plan(draft)
    verdicts = trial.verdicts(draft)
    assert verdicts[0] == "CONTACT_BLOCKED file", "row 10,011 says no, two chunks further down"
    assert verdicts[1:10_010] == ["ENROLLED"] * 10_009
    assert verdicts[10_010:10_015] == [
        "DUPLICATE_IN_SELECTION 1",
        "DUPLICATE_IN_SELECTION 10000",
        "DUPLICATE_IN_SELECTION 10001",
        "VALIDATION_ERROR blank",
        "DUPLICATE_IN_SELECTION 10010",
    ]
    assert verdicts[10_015:] == [f"DUPLICATE_IN_SELECTION {row}" for row in range(1, 9_991)]


def test_a_dry_run_writes_nothing_that_anybody_sees(trial: Trial, app, bob, workflow):  # B-22
    add(app, bob.actor, "known@example.com", first_name="Ann")
    draft = trial.draft(
        "Email,Name,Newsletter\nknown@example.com,Anna,no\nnew@example.com,Nora,\n",
        workflow,
        mapping={"0": "email", "1": "first_name", "2": "consent"},
        missing="create",
        existing="overwrite",
        tags=["Spring"],
    )
    while trial.run_tasks():
        trial.sweep()
    job = trial.job(draft)
    assert (job.status, job.total) == ("draft", 2)
    assert job.expected == {"CONTACT_BLOCKED": 1, "ENROLLED": 1}
    assert trial.outcomes(draft) == ["", ""] and not trial.batches(draft)
    known = trial.contact("known@example.com")
    assert known is not None and (known.status, known.first_name) == ("active", "Ann")
    assert trial.contact("new@example.com") is None


def test_a_draft_that_is_started_keeps_its_plan(trial: Trial, app, bob, workflow):  # B-22
    add(app, bob.actor, "known@example.com")
    draft = trial.draft(lines("known@example.com", "nobody@example.com"), workflow)
    trial.plan(draft)
    planned_at = trial.job(draft).planned_at
    assert trial.start_draft(draft) == draft
    assert trial.start_draft(draft) == draft, "a second click finds it started"
    trial.finish(draft)
    trial.holds(draft)
    assert trial.job(draft).planned_at == planned_at
    assert trial.outcomes(draft) == ["ENROLLED", "CONTACT_NOT_FOUND"]


def test_a_draft_that_is_started_before_it_is_planned(trial: Trial, app, bob, workflow):  # B-22
    add(app, bob.actor, "known@example.com")
    draft = trial.draft(lines("known@example.com"), workflow)
    trial.start_draft(draft)
    trial.finish(draft)
    trial.holds(draft)
    assert trial.outcomes(draft) == ["ENROLLED"]


def test_a_double_click_starts_a_draft_once(trial: Trial, app, bob, workflow):
    draft = trial.draft(lines("known@example.com"), workflow)
    trial.plan(draft)
    found = at_once(app, *[lambda: trial.start_draft(draft)] * 4)
    assert found == [draft] * 4
    with trial.acting():
        [started] = _audit("job_started")
    assert started.subject_id == draft


def test_an_idempotency_key_makes_one_job_of_many_calls(trial: Trial, app, bob, alice, workflow):
    with trial.acting():
        wanted = trial.wanted(lines("known@example.com"), workflow, "the same key")

    def call():
        with trial.acting():
            return start.start_job(bob.actor, wanted).public_id

    found = at_once(app, *[call] * 4)
    assert len(set(found)) == 1, found
    assert call() == found[0]
    with trial.acting():
        assert start.start_job(alice.actor, wanted).public_id != found[0], "keys of two people never meet"
        assert len(_audit("job_started")) == 2


def test_two_planners_at_once_make_one_plan(trial: Trial, app, workflow):
    job = trial.start(lines(*addresses(300)), workflow, missing="create")
    assert at_once(app, *[lambda: trial.plan(job)] * 4) == [None] * 4
    assert len(trial.rows(job)) == 300 and len(trial.batches(job)) == 2
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).totals == {"ENROLLED": 300}


def test_a_planner_that_was_thought_dead_changes_nothing(trial: Trial, workflow):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    number, account_id = trial.job(job).id, trial.actor.account_id
    with trial.acting(), transaction():
        dead = plan_claims.claim(account_id, number, None)
    assert dead is not None and dead.attempt == 1
    trial.change_job(job, lease_until=now() - timedelta(seconds=1))
    trial.plan(job)
    assert trial.job(job).status == "queued" and trial.job(job).attempt == 2
    with trial.acting(), transaction():
        assert not plan_claims.hold(account_id, number, dead.attempt, 3)
    trial.finish(job)
    trial.holds(job)


def test_a_plan_goes_on_where_it_was_left(trial: Trial, workflow):
    """Whatever is in the ledger beyond what the job says is thrown away first."""
    job = trial.draft(lines(*addresses(3), "p1@example.com", "p5@example.com"), workflow, missing="create")
    trial.plan(job)
    with trial.acting(), transaction():
        session().execute(
            sa.update(EnrollmentRow).where(EnrollmentRow.row_number.in_((2, 5))).values(note="seen before")
        )
    trial.change_job(job, planned_at=None, lease_until=now() - timedelta(seconds=1), planned_rows=3)
    trial.start_draft(job)
    trial.plan(job)
    assert [row.note for row in trial.rows(job)] == [None, "seen before", None, None, None]
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job) == ["ENROLLED"] * 3 + ["DUPLICATE_IN_SELECTION 1", "ENROLLED"]


def test_a_file_that_cannot_be_planned_fails_its_job(trial: Trial, workflow):
    job = trial.start(lines(*addresses(30)), workflow, missing="create")
    with trial.acting():
        upload = session().get_one(Upload, trial.job(job).upload_id)
        path = storage.path_of(trial.actor.account_id, upload.public_id)
    path.write_bytes(path.read_bytes()[:40])
    trial.finish(job)
    failed = trial.job(job)
    assert failed.status == "failed" and failed.failure and failed.finished_at
    assert not trial.rows(job) and not trial.batches(job)
    assert trial.contact("p1@example.com") is None


def test_a_plan_that_never_ends_is_given_up(trial: Trial, workflow):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    trial.change_job(job, attempt=40, idle_attempts=10)
    trial.run_tasks()
    assert trial.job(job).status == "failed"
    assert "interrupted 10 times without progress" in trial.job(job).failure


def test_a_plan_that_gets_further_is_never_given_up(trial: Trial, workflow):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    trial.change_job(job, attempt=40, idle_attempts=9)
    trial.finish(job)
    trial.holds(job)
    assert trial.job(job).idle_attempts == 0


def test_a_job_enrolls_into_the_version_that_was_active_at_its_start(
    trial: Trial, app, bob, workflow
):  # B-01
    before = version_of(app, bob.actor, workflow)
    job = trial.start(lines("new@example.com"), workflow, missing="create")
    with trial.acting():
        found = workflows.find_workflow(bob.actor, workflow)
        workflows.edit_step(bob.actor, workflow, "short", {"text": "Other words"}, found.revision)
        workflows.activate(bob.actor, workflow)
    assert version_of(app, bob.actor, workflow).id != before.id
    trial.finish(job)
    [enrollment] = trial.enrollments("new@example.com")
    assert enrollment.version_id == before.id


def _audit(action: str):
    session().expire_all()
    return session().scalars(sa.select(AuditEntry).where(AuditEntry.action == action)).all()
