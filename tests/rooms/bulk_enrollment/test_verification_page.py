"""A job's figures are verified on its page, in words; a large one by a worker."""

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.report import verification
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.platform.database import session, transaction
from app.platform.errors import Conflict
from tests.rooms.bulk_enrollment.jobs import page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def test_everything_adds_up_and_damage_is_seen(trial: Trial, bob, vera, workflow):
    job = trial.run(lines(*addresses(5), "wrong"), workflow, missing="create")
    assert f"/enrollments/{job}/verification" in page_of(bob, job)
    assert "Verify now" in bob.get(f"/enrollments/{job}/verification").text
    bob.post(f"/enrollments/{job}/verification")
    text = words_of(bob.get(f"/enrollments/{job}/verification").text)
    assert "Everything adds up." in text
    assert "Rows of the file, compared with the sum of all results. 6 rows 6 rows OK" in text
    assert "Rows that say “Added to workflow” without exactly one enrollment. None None OK" in text
    assert "Contacts that are in the workflow twice. None None OK" in text
    assert "Everything adds up." in words_of(vera.get(f"/enrollments/{job}/verification").text)
    with trial.acting(), transaction():
        session().execute(
            sa.update(EnrollmentRow)
            .where(EnrollmentRow.account_id == trial.actor.account_id, EnrollmentRow.row_number == 6)
            .values(outcome=12),
            execution_options={"synchronize_session": False},
        )
    bob.post(f"/enrollments/{job}/verification")
    text = words_of(bob.get(f"/enrollments/{job}/verification").text)
    assert "Some figures don’t add up." in text and "None 1 row Differs" in text


def test_an_import_says_what_its_figures_count(trial: Trial, bob):
    job = trial.run(lines(*addresses(3)), None, missing="create")
    bob.post(f"/enrollments/{job}/verification")
    text = words_of(bob.get(f"/enrollments/{job}/verification").text)
    assert "Enrollments by this import, which enrolls nobody. None None OK" in text
    assert " 0 0 " not in text


def test_a_large_job_is_verified_by_a_worker(trial: Trial, bob, workflow, monkeypatch):
    monkeypatch.setattr(verification, "SMALL_JOB", 3)
    job = trial.run(lines(*addresses(5)), workflow, missing="create")
    for _ in range(2):
        bob.post(f"/enrollments/{job}/verification")
    text = bob.get(f"/enrollments/{job}/verification").text
    assert "Counting 5 rows again." in text and 'hx-trigger="every 1s"' in text
    trial.run_tasks()
    text = bob.get(f"/enrollments/{job}/verification").text
    assert "Everything adds up." in words_of(text) and "every 1s" not in text


def test_who_may_and_when(trial: Trial, bob, vera, mallory, workflow):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    with trial.acting(), pytest.raises(Conflict):
        verification.verify_again(trial.actor, job)
    assert vera.post(f"/enrollments/{job}/verification").status_code == 403
    assert mallory.get(f"/enrollments/{job}/verification").status_code == 404
    assert mallory.post(f"/enrollments/{job}/verification").status_code == 404
