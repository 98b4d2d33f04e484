"""`recount-enrollments` makes the numbers of enrollments those of the table again."""

from threading import Thread

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.accounts import application as accounts
from app.contacts.infrastructure.tables import Contact
from app.engine.application import enroll_many, people_under_way, recount_enrollments
from app.engine.infrastructure.counters import counts
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import NotAllowed
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import end, enroll, people
from tests.rooms.workflows.drafts import active


def recount(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["recount-enrollments"])


def by_status(app: Flask, person: Person, public_id: str) -> dict[str, int]:
    with app.app_context(), acting_for(person.actor.account_id):
        workflow = workflows.find_workflow(person.actor, public_id)
        return {key: n for key, n in counts.by_status(person.actor.account_id, workflow.id).items() if n}


def corrected(app: Flask) -> list[str]:
    """What is said of enrollments by status."""
    result = recount(app)
    assert result.exit_code == 0, result.output
    return [line for line in result.output.splitlines() if " on 20" not in line and "corrected." not in line]


def delete_enrollments(app: Flask, account_id: int, contact_ids: list[int]) -> None:
    """Delete enrollments past the app."""
    with app.app_context(), transaction():
        session().execute(
            sa.delete(Enrollment).where(
                Enrollment.account_id == account_id, Enrollment.contact_id.in_(contact_ids)
            )
        )


def test_wrong_numbers_are_corrected(app: Flask, bob: Person) -> None:
    welcome, other = active(app, bob.actor, name="Welcome"), active(app, bob.actor, name="Other")
    ids = people(app, bob.actor, 6)
    enroll(app, bob.actor, welcome, ids)
    enroll(app, bob.actor, other, ids[:2])
    end(app, bob.actor, ids[5], "completed")
    delete_enrollments(app, bob.actor.account_id, ids[3:5])
    with app.app_context(), transaction():
        lost = sa.delete(EnrollmentCount).where(
            EnrollmentCount.account_id == bob.actor.account_id, EnrollmentCount.status == "completed"
        )
        session().execute(lost)
    assert by_status(app, bob, welcome) == {"held": 5}
    assert corrected(app) == ["Welcome, completed: 0 corrected to 1", "Welcome, held: 5 corrected to 3"]
    assert by_status(app, bob, welcome) == {"held": 3, "completed": 1}
    assert by_status(app, bob, other) == {"held": 2}
    assert recount(app).output == "All numbers are right.\n"


def test_numbers_of_deleted_workflows_and_other_accounts(app: Flask, bob: Person, mallory: Person) -> None:
    elsewhere = active(app, mallory.actor)
    theirs = people(app, mallory.actor, 2)
    enroll(app, mallory.actor, elsewhere, theirs)
    delete_enrollments(app, mallory.actor.account_id, theirs)
    with app.app_context(), transaction():
        counts.change(bob.actor.account_id, {counts.Place(999_999, 1, "", "held"): 4})
    assert recount(app).output.splitlines() == [
        "A deleted workflow, held: 4 corrected to 0",
        "1 number corrected.",
    ]
    assert recount(app).output == "All numbers are right.\n"
    assert by_status(app, mallory, elsewhere) == {"held": 2}, "another account's are left alone"
    name = mallory.actor.account_name
    result = app.test_cli_runner().invoke(args=["recount-enrollments", "--account", name])
    assert result.exit_code == 0, result.output
    assert by_status(app, mallory, elsewhere) == {}


@pytest.mark.only_on("postgresql", "SQLite has one writer")
def test_enrollments_that_are_being_written_are_not_counted_twice(
    app: Flask, alice: Person, bob: Person
) -> None:
    """Somebody enrolls while the numbers are corrected, and two correct them at once. None of them waits for
    those who hold the account."""
    workflow = active(app, bob.actor)
    ids = people(app, bob.actor, 4)
    enroll(app, bob.actor, workflow, ids[:2])
    delete_enrollments(app, bob.actor.account_id, ids[:1])
    account_id = bob.actor.account_id
    corrections: list[int] = []

    def correct() -> None:
        with app.app_context(), acting_for(account_id):
            corrections.append(len(recount_enrollments(alice.actor)))

    with app.app_context(), acting_for(account_id), transaction():
        accounts.lock(account_id)
        into = workflows.startable(bob.actor, workflow)
        enroll_many(
            account_id,
            sa.select(Contact.id).where(Contact.account_id == account_id, Contact.id.in_(ids[2:])),
            workflow_id=into.workflow_id,
            version_id=into.version_id,
            first_step=into.first_step,
            again=False,
            source="bulk_enrollment",
            job_id=None,
            at=now(),
        )
        threads = [Thread(target=correct) for _ in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(30)
        assert len(corrections) == 2 and sum(corrections) == 2, "a held one, and one that was enrolled"
    with app.app_context(), acting_for(account_id):
        assert people_under_way(bob.actor, [into.workflow_id]) == {into.workflow_id: 3}


def test_only_those_who_manage_the_account_may_correct(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id), pytest.raises(NotAllowed):
        recount_enrollments(bob.actor)
