"""An upload whose file is gone from the disk: whoever needs it says so in a sentence."""

import pytest

from app.files.infrastructure import storage
from app.files.infrastructure.tables import Upload
from app.platform.database import session
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.files.mapping_pages import uploaded
from tests.rooms.workflows.drafts import active

GONE = "The uploaded file is no longer on this server"


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def lose_files(trial: Trial) -> None:
    with trial.acting():
        for upload in session().query(Upload):
            storage.path_of(upload.account_id, upload.public_id).unlink()


def test_before_it_was_planned(trial: Trial, workflow):
    job = trial.start(lines(*addresses(3)), workflow, missing="create")
    lose_files(trial)
    trial.finish(job)
    assert trial.job(job).status == "failed" and trial.job(job).failure.startswith(GONE)


def test_download_and_check_afterwards(trial: Trial, app, bob, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create")
    lose_files(trial)
    answer = bob.get(f"/enrollments/{job}/rows.csv")
    assert answer.status_code == 404 and GONE in answer.text
    result = app.test_cli_runner().invoke(args=["verify-job", job])
    assert result.exit_code == 1
    assert "BROKEN  uploaded files that are no longer on this server: 0 = 1" in result.output
    assert "ok      ENROLLED reported = counted: 3 = 3" in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_mapping_page(trial: Trial, bob, workflow):
    page = uploaded(bob, workflow)
    lose_files(trial)
    answer = bob.get(page)
    assert answer.status_code == 404 and GONE in answer.text
