"""Workers killed while a job is undone: everything is taken back exactly once (B-26, B-05)."""

import time

import sqlalchemy as sa

from app.bulk_enrollment.application.undoing import undo_job
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session
from tests.chaos.siege import PEOPLE, WITHHELD, WORKERS, Siege, eventually


def undo(siege: Siege, job: str) -> str:
    with siege.trial.acting():
        return undo_job(siege.actor, job).public_id


def count(siege: Siege, query: sa.Select[tuple[int]]) -> int:
    with siege.trial.acting():
        return session().scalar(query) or 0


def nothing_is_left(siege: Siege, job: str, public_id: str) -> None:
    """Every row of the undo has one outcome; no enrollment, tag, or contact of the job is left, apart from
    the contacts whose consent the file withholds."""
    siege.all_is_well(public_id, job)
    assert siege.outcomes(public_id) == {"CONTACT_REMOVED": PEOPLE}
    account_id, number = siege.actor.account_id, siege.trial.job(job).id
    of_job = (Enrollment.account_id == account_id, Enrollment.job_id == number)
    enrollments = sa.select(sa.func.count()).where(*of_job, Enrollment.status != "withdrawn")
    contacts = sa.select(sa.func.count()).where(
        Contact.account_id == account_id, Contact.created_job_id == number
    )
    tags = sa.select(sa.func.count()).where(
        ContactTag.account_id == account_id, ContactTag.added_job_id == number
    )
    left = count(siege, enrollments), count(siege, contacts), count(siege, tags)
    assert left == (0, WITHHELD, 0)


def test_workers_killed_while_a_job_is_undone(siege: Siege, dice, round_number, kills):
    first = 10_000_000 + round_number * PEOPLE
    job = siege.start(siege.workflow(f"Undone {round_number}"), first=first)
    siege.wait(job)
    usual = siege.usual_seconds
    public_id = undo(siege, job)
    for _ in range(dice.randint(1, min(2, kills))):
        time.sleep(dice.uniform(0, usual / 2))
        siege.kill(dice.choice(WORKERS))
    nothing_is_left(siege, job, public_id)


def test_all_workers_killed_in_the_middle_of_an_undo(siege: Siege):
    job = siege.start(siege.workflow("Undone"), first=20_000_000)
    siege.wait(job)
    public_id = undo(siege, job)
    eventually(lambda: siege.done(public_id) > 0, pause=0.005)
    siege.kill_workers()
    nothing_is_left(siege, job, public_id)
