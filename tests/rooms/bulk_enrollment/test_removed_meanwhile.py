"""A contact that is deleted, erased, or removed by an undo while something is written about it: whoever comes
second waits, and nothing stays behind of a contact that is gone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.tables import ContactEvent
from app.bulk_enrollment.application.undoing import undo_job
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.contacts.application import selecting
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import db, session
from app.platform.errors import NotFound
from tests.people import sign_in
from tests.rooms.bulk_enrollment.trial import Trial, lines
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database

PATIENCE = 20
ADDRESS = "p1@example.com"
WRITES = ("INSERT INTO contact_events", "INSERT INTO contact_tags")
REMOVES = ("DELETE FROM contacts",)


class Call(threading.Thread):
    """A call in a thread of its own, which waits before the first statement that begins like one of these."""

    def __init__(self, trial: Trial, call: Callable[[], object], *beginnings: str) -> None:
        super().__init__()
        self._trial, self._call, self._beginnings = trial, call, beginnings
        self.reached, self.may_go_on = threading.Event(), threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        with self._trial.acting():
            try:
                self._call()
            except BaseException as failure:
                self.failure = failure

    def about_to_execute(self, statement: str) -> None:
        if statement.startswith(self._beginnings) and not self.reached.is_set():
            self.reached.set()
            assert self.may_go_on.wait(PATIENCE)


@contextmanager
def listening(trial: Trial) -> Iterator[None]:
    def execute(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        thread = threading.current_thread()
        if isinstance(thread, Call):
            thread.about_to_execute(statement)

    with trial.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", execute)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", execute)


def at_the_same_moment(
    trial: Trial, first: Callable[[], object], second: Callable[[], object], *beginnings: str
) -> BaseException | None:
    """Stop the first call in its transaction, begin the second, let the first one go on. Return what the
    second one raised."""
    with listening(trial):
        one, other = Call(trial, first, *beginnings), Call(trial, second, "nothing")
        one.start()
        assert one.reached.wait(PATIENCE), one.failure
        other.start()
        other.join(0.4)
        assert other.is_alive(), "the second did not wait for the first"
        one.may_go_on.set()
        for call in (one, other):
            call.join(PATIENCE)
            assert not call.is_alive()
    assert one.failure is None, one.failure
    return other.failure


def left_of(trial: Trial, contact_id: int) -> dict[str, int]:
    """What is there about a contact: itself, and rows of other tables."""
    account_id = trial.actor.account_id

    def count(table: Any, *conditions: Any) -> int:
        query = sa.select(sa.func.count()).select_from(table).where(table.account_id == account_id)
        return session().scalar(query.where(*conditions)) or 0

    with trial.acting():
        session().expire_all()
        under_way = Enrollment.status.in_(("held", "active"))
        return {
            "contact": count(Contact, Contact.id == contact_id),
            "events": count(ContactEvent, ContactEvent.contact_id == contact_id),
            "tags": count(ContactTag, ContactTag.contact_id == contact_id),
            "enrollments": count(Enrollment, Enrollment.contact_id == contact_id, under_way),
        }


NOTHING = {"contact": 0, "events": 0, "tags": 0, "enrollments": 0}


@pytest.fixture
def app(database: Database, run_tasks: Callable[[], bool]) -> Flask:
    """The app with a contact that a job has made, and nothing else has touched."""

    def make() -> None:
        bob = sign_in(database.app, "bob").actor
        workflow = active(database.app, bob, "First")
        Trial(database.app, bob, run_tasks).run(lines(ADDRESS), workflow, missing="create", tags=["Spring"])

    database.define_with_people("made by a job", make)
    database.restore("made by a job")
    return database.app


@pytest.fixture
def contact_id(trial: Trial) -> int:
    """The contact."""
    found = trial.contact(ADDRESS)
    assert found is not None
    return found.id


def batch_of(trial: Trial, job: str) -> Callable[[], object]:
    trial.plan(job)
    [batch] = trial.batches(job)
    return lambda: trial.run_batch(batch.id)


def enrolling(trial: Trial, contact_id: int) -> Callable[[], object]:
    return batch_of(trial, trial.start(lines(ADDRESS), active(trial.app, trial.actor, "Other"), tags=["New"]))


def enrolling_differently(trial: Trial, contact_id: int) -> Callable[[], object]:
    """The second row is planned for nobody, and then has a contact."""
    text = lines(ADDRESS, "late@example.com")
    run = batch_of(trial, trial.start(text, active(trial.app, trial.actor, "Other"), tags=["New"]))
    add(trial.app, trial.actor, "late@example.com")
    return run


def importing(trial: Trial, contact_id: int) -> Callable[[], object]:
    return batch_of(trial, trial.start(lines(ADDRESS), None, tags=["New"]))


def tagging(trial: Trial, contact_id: int) -> Callable[[], object]:
    return lambda: contacts.tag_contact(trial.actor, contact_id, "New")


def tagging_many(trial: Trial, contact_id: int) -> Callable[[], object]:
    with trial.acting():
        selected = selecting.select_contacts(trial.actor, [contact_id])
    return lambda: selecting.tag_selection(trial.actor, selected.id, "New")


def renaming(trial: Trial, contact_id: int) -> Callable[[], object]:
    return lambda: contacts.change_contact(trial.actor, contact_id, {"city": "Lyon"})


def deleting(trial: Trial, contact_id: int) -> Callable[[], object]:
    with trial.acting():
        selected = selecting.select_contacts(trial.actor, [contact_id])
    return lambda: selecting.delete_selection(trial.actor, selected.id, 1)


def erasing(trial: Trial, contact_id: int) -> Callable[[], object]:
    return lambda: contacts.erase_contact(trial.actor, contact_id)


def undoing(trial: Trial, contact_id: int) -> Callable[[], object]:
    """Undoing the job that has made the contact."""
    with trial.acting():
        first = sa.select(EnrollmentJob.public_id).where(EnrollmentJob.account_id == trial.actor.account_id)
        public_id = session().scalar(first.order_by(EnrollmentJob.id).limit(1))
        assert public_id is not None
        undo = undo_job(trial.actor, public_id).public_id
    return batch_of(trial, undo)


PAIRS = [
    (enrolling, deleting),
    (enrolling, undoing),
    (enrolling_differently, deleting),
    (importing, deleting),
    (importing, undoing),
    (tagging, erasing),
    (tagging_many, deleting),
    (renaming, erasing),
]


@pytest.mark.parametrize(("write", "remove"), PAIRS)
def test_removed_while_something_is_written(trial: Trial, contact_id: int, write, remove) -> None:
    writer, remover = write(trial, contact_id), remove(trial, contact_id)
    assert at_the_same_moment(trial, writer, remover, *WRITES) is None
    left = left_of(trial, contact_id)
    if remove is undoing:
        assert left["contact"] == 1, "something else has touched it since"
    else:
        assert left == NOTHING
    trial.settle()


@pytest.mark.parametrize(("write", "remove"), PAIRS)
def test_written_about_while_it_is_removed(trial: Trial, contact_id: int, write, remove) -> None:
    writer, remover = write(trial, contact_id), remove(trial, contact_id)
    failure = at_the_same_moment(trial, remover, writer, *REMOVES)
    assert failure is None or isinstance(failure, NotFound), failure
    assert left_of(trial, contact_id) == NOTHING
    trial.settle()


def test_nothing_is_left_of_contacts_that_an_undo_removes(trial: Trial, contact_id: int) -> None:
    assert left_of(trial, contact_id)["events"] > 0
    undoing(trial, contact_id)()
    assert left_of(trial, contact_id) == NOTHING
