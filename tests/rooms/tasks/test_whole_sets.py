"""Notes and tasks that workflows write: any number in one statement, once per enrollment, step, and visit."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Role
from app.activity.infrastructure.tables import ContactEvent
from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import session, transaction
from app.tasks import application as tasks
from app.tasks.application import Assignee, NewNote, NewTask
from app.tasks.domain import MAX_NOTE, MAX_TITLE
from app.workflows.domain.steps.team import RECIPIENTS
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.tasks.written import create_tasks, notes_of, step, tasks_of, write_notes
from tests.services.statements import statements

MANY = 5_000
DUE = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def account(bob: Person) -> int:
    return bob.actor.account_id


@pytest.fixture
def crowd(app: Flask, account: int) -> list[int]:
    """The ids of many contacts."""
    with app.app_context(), transaction():
        rows = [
            {"account_id": account, "email": f"p{n}@example.com", "email_key": f"p{n}@example.com"}
            for n in range(MANY)
        ]
        session().execute(sa.insert(Contact), rows)
        return list(session().scalars(sa.select(Contact.id).where(Contact.account_id == account)))


def test_thousands_of_notes_take_two_statements(app, account, crowd):
    """One for the notes, one for the entries in the timelines."""
    notes = [NewNote(one, f"Note {one} – “quoted”", step(one)) for one in crowd]
    with app.app_context(), transaction(), statements(app) as sent:
        assert tasks.add_notes(account, notes, now()) == MANY
    assert len(sent) == 2, sent
    written = notes_of(app, account)
    assert {(one.contact_id, one.text) for one in written} == {(one.contact_id, one.text) for one in notes}
    assert {(one.workflow_id, one.step_id, one.visit) for one in written} == {(5, "s1", 1)}
    with app.app_context():
        events = session().execute(
            sa.select(ContactEvent.contact_id, ContactEvent.text, ContactEvent.workflow_id).where(
                ContactEvent.account_id == account, ContactEvent.kind == "note_added"
            )
        )
        assert sorted(events.all()) == sorted((one.contact_id, str(one.id), 5) for one in written)


def test_thousands_of_tasks_take_two_statements(app, account, crowd):
    given = [
        NewTask(one, f"Call {one}", DUE, "Ask", Assignee(role=Role.MARKETER), step(one)) for one in crowd
    ]
    with app.app_context(), transaction(), statements(app) as sent:
        assert tasks.create_many(account, given, now()) == MANY
    assert len(sent) == 2, sent
    made = tasks_of(app, account)
    assert len({one.contact_id for one in made}) == MANY
    assert {(one.due_at, one.notes, one.for_role, one.for_user_id, one.done_at) for one in made} == {
        (DUE, "Ask", "marketer", None, None)
    }


def test_a_step_writes_once_per_visit(app, account, bob):
    ann = add(app, bob.actor, "ann@example.com")
    first, again = NewNote(ann, "First", step(1)), NewNote(ann, "Again", step(1))
    assert write_notes(app, account, [first, again]) == 1
    assert write_notes(app, account, [again, NewNote(ann, "Second visit", step(1, visit=2))]) == 1
    assert write_notes(app, account, [NewNote(ann, "Other step", step(1, "s2"))]) == 1
    assert [one.text for one in notes_of(app, account)] == ["First", "Second visit", "Other step"]
    call = NewTask(ann, "Call", DUE, source=step(1))
    assert create_tasks(app, account, [call]) == 1
    assert create_tasks(app, account, [call, NewTask(ann, "Write", DUE, source=step(2))]) == 1
    page = bob.get(f"/contacts/{ann}").text
    assert page.count("Note added by a deleted workflow") == 3
    assert page.count("Task created by a deleted workflow") == 2


def test_those_without_a_step_are_all_written(app, account, bob):
    ann = add(app, bob.actor, "ann@example.com")
    assert write_notes(app, account, [NewNote(ann, "One"), NewNote(ann, "One")]) == 2
    assert create_tasks(app, account, [NewTask(ann, "One", DUE), NewTask(ann, "One", DUE)]) == 2


def test_nothing_is_written_if_the_transaction_fails(app, account, bob):
    ann = add(app, bob.actor, "ann@example.com")
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
        tasks.add_notes(account, [NewNote(ann, "Gone", step(1))], now())
        raise ZeroDivisionError
    assert notes_of(app, account) == []
    assert write_notes(app, account, [NewNote(ann, "There", step(1))]) == 1


def test_contacts_that_do_not_exist_get_none(app, account, bob, mallory):
    ann, theirs = add(app, bob.actor, "ann@example.com"), add(app, mallory.actor, "eve@example.com")
    given = [NewNote(one, "Note", step(one)) for one in (ann, theirs, 2**62)]
    assert write_notes(app, account, given) == 1
    assert create_tasks(app, account, [NewTask(theirs, "Call", DUE, source=step(9))]) == 0
    assert [one.contact_id for one in notes_of(app, account)] == [ann]
    assert write_notes(app, account, []) == create_tasks(app, account, []) == 0


def test_texts_are_tidied_and_cut(app, account, bob):
    ann = add(app, bob.actor, "ann@example.com")
    texts = ["Nul\x00 and \ud800 half", "  \n ", "Line\r\none", "x" * (MAX_NOTE + 10)]
    assert write_notes(app, account, [NewNote(ann, text, step(n)) for n, text in enumerate(texts)]) == 3
    first, line, long = [one.text for one in notes_of(app, account)]
    assert (first, line) == ("Nul and  half", "Line\none")
    assert len(long) == MAX_NOTE and long.endswith("x…")
    titles = ["Call\n Ann", "", "y" * 300]
    given = [NewTask(ann, title, DUE, source=step(n)) for n, title in enumerate(titles)]
    assert create_tasks(app, account, given) == 3
    made = [one.title for one in tasks_of(app, account)]
    assert made[:2] == ["Call Ann", "Task without a title"]
    assert len(made[2]) == MAX_TITLE


def test_tasks_can_be_for_everyone_whom_a_step_can_name(app, account, bob):
    ann = add(app, bob.actor, "ann@example.com")
    for number, (role, _) in enumerate(RECIPIENTS):
        new = NewTask(ann, role, DUE, assignee=Assignee(role=Role(role)), source=step(number))
        assert create_tasks(app, account, [new]) == 1
    page = bob.get("/tasks").text
    for words in ("For the owner", "For administrators", "For marketers", "For viewers"):
        assert words in page


def test_due_dates_of_steps_are_days_of_the_account():
    at = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)  # the 30th in Berlin
    assert tasks.due_in_days(0, at, "Europe/Berlin") == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    assert tasks.due_in_days(1, at, "UTC") == datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
