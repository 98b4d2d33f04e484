"""A job is refused if its file is read another way than when its columns were chosen (B-20)."""

import threading
import time

import pytest

from app.accounts import application as accounts
from app.bulk_enrollment.application.jobs.start import JobRequest, dry_run, start_job
from app.bulk_enrollment.domain.selection import FileSelection
from app.files import application as files
from app.files.infrastructure import store
from app.platform.database import transaction
from app.platform.errors import Conflict
from tests.rooms.files.mapping_pages import press
from tests.rooms.files.test_reading_choices import two_sheets
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


def chosen_for(upload):
    return FileSelection(
        upload.public_id, {"0": "email"}, not_consent=["2"], read_as=files.reading_mark(upload)
    )


def test_a_job_made_for_another_reading_is_refused(app, bob, workflow):
    """The file may be read another way between a page's reading of it and the job."""
    address = two_sheets(bob, workflow)
    with app.app_context():
        upload = files.kept(bob.actor.account_id, address.rsplit("/", 1)[1])
        wanted = JobRequest(chosen_for(upload), workflow_id=workflow)
    press(bob, address, act="reread", **{"layout-sheet": "Members"})
    for make in (dry_run, start_job):
        with app.app_context(), pytest.raises(Conflict):
            make(bob.actor, wanted)


def test_a_job_waits_until_the_file_is_read_another_way(app, bob, workflow):
    """Both begin at the same moment; the choices were made for the reading that is given up."""
    address = two_sheets(bob, workflow)
    with app.app_context():
        upload = files.kept(bob.actor.account_id, address.rsplit("/", 1)[1])
        wanted = JobRequest(chosen_for(upload), workflow_id=workflow)
    is_held = threading.Event()

    def read_another_way() -> None:
        with app.app_context(), transaction():
            accounts.lock(bob.actor.account_id)
            is_held.set()
            time.sleep(0.5)
            kept = files.kept(bob.actor.account_id, wanted.selection.upload_id)
            store.change(kept, layout=kept.layout | {"sheet": "Members"})

    reading = threading.Thread(target=read_another_way)
    reading.start()
    is_held.wait(10)
    with app.app_context(), pytest.raises(Conflict):
        start_job(bob.actor, wanted)
    reading.join()
