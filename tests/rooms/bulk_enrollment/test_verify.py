"""`verify-job` counts everything again; what it says is true, and what is broken does not escape it."""

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.report.verify import verify_job
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentRow
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def job(trial: Trial, workflow):
    return trial.run(lines(*addresses(5), "wrong"), workflow, missing="create")


def command(app, *arguments: str):
    return app.test_cli_runner().invoke(args=["verify-job", *arguments])


def broken(trial: Trial, job: str) -> set[str]:
    with trial.acting():
        return {check.says for check in verify_job(trial.job(job)) if not check.holds}


def test_what_holds_is_printed_and_ends_well(app, job):
    result = command(app, job)
    assert result.exit_code == 0, result.output
    assert "ok      rows in the file = sum of all outcomes: 6 = 6" in result.output
    assert "ok      ENROLLED reported = counted: 5 = 5" in result.output
    assert "The job is consistent (completed with errors, 6 rows)." in result.output


def test_what_is_broken_is_marked_and_ends_with_1(app, trial: Trial, job):
    change(trial, sa.update(EnrollmentBatch).where(EnrollmentBatch.number == 1).values(status="pending"))
    result = command(app, job)
    assert result.exit_code == 1
    assert f"BROKEN  rows without an outcome: 0 = {trial.job(job).total}" in result.output
    assert "The job is consistent" not in result.output


def test_unknown_jobs(app):
    assert command(app, "no such job").exit_code == 1
    assert command(app, "01a2074d-ee59-7800-98ad-4129d5d9b381").exit_code == 1


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (
            sa.delete(EnrollmentRow).where(EnrollmentRow.row_number == 3),
            "rows in the file = sum of all outcomes",
        ),
        (sa.delete(Enrollment).where(Enrollment.id == 1), "enrolled rows without exactly one enrollment"),
        (
            sa.update(EnrollmentCount).values(enrollments=EnrollmentCount.enrollments + 1),
            "active enrollments in the workflow = their number as pages show it",
        ),
        (
            sa.update(EnrollmentRow).where(EnrollmentRow.row_number == 6).values(outcome=12),
            "VALIDATION_ERROR reported = counted",
        ),
        (
            sa.update(EnrollmentBatch).where(EnrollmentBatch.number == 1).values(succeeded=4),
            "rows with an outcome = rows that the batches count",
        ),
    ],
)
def test_damage_is_found(trial: Trial, job, damage, found):
    assert broken(trial, job) == set()
    change(trial, damage)
    assert found in broken(trial, job)


def test_somebody_in_twice_is_found(trial: Trial, app, job):
    """The index that forbids it has to be removed first."""
    change(trial, sa.text("DROP INDEX uq_enrollments_under_way"))
    [one] = trial.enrollments("p1@example.com")
    columns = [column for column in Enrollment.__table__.c if column.name != "id"]
    copied = sa.select(*columns).where(
        Enrollment.id == one.id, Enrollment.account_id == trial.actor.account_id
    )
    change(trial, sa.insert(Enrollment).from_select([column.name for column in columns], copied))
    assert "people enrolled twice in the workflow" in broken(trial, job)
    assert "enrolled rows without exactly one enrollment" in broken(trial, job)
    change(trial, sa.delete(Enrollment).where(Enrollment.account_id == trial.actor.account_id))
    change(
        trial,
        sa.text(
            "CREATE UNIQUE INDEX uq_enrollments_under_way ON enrollments (workflow_id, contact_id)"
            " WHERE status IN ('held', 'active')"
        ),
    )


def change(trial: Trial, statement) -> None:
    with trial.acting(), transaction():
        session().execute(statement, execution_options={"synchronize_session": False, "cross_account": True})
