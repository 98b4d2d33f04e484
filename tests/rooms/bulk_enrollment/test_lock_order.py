"""Two jobs and bulk actions that change the same contacts in opposite order wait for each other; neither is
ended by the database as a deadlock."""

import logging

import pytest
import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import selecting
from app.contacts.application.custom_fields import changing, values
from app.contacts.application.selecting import bulk_actions
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, execute_all, trigger
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

pytestmark = pytest.mark.only_on("postgresql", "SQLite has one writer")
PEOPLE, OTHERS = 40, 20_000
SLOWLY = "PERFORM pg_sleep(0.005)"


@pytest.fixture
def people(app, bob) -> list[int]:
    return [add(app, bob.actor, address, first_name="Before") for address in addresses(PEOPLE)]


@pytest.fixture
def others(app, bob, people) -> None:
    """So many that each contact is looked up through an index, in the order of the rows of the job."""
    columns = "account_id, email, email_key, status, custom, created_at, updated_at"
    values = f"{bob.actor.account_id}, n, n, 'active', '{{}}', now(), now()"
    made = f"FROM (SELECT 'n' || n || '@example.com' AS n FROM generate_series(1, {OTHERS}) AS n) AS given"
    with app.app_context():
        execute_all([f"INSERT INTO contacts ({columns}) SELECT {values} {made}", "ANALYZE contacts"])


def two_jobs(trial: Trial, app, bob, **choices) -> list[str]:
    """Into two workflows, with the same people in opposite order, each in one batch."""
    return [
        trial.started(file(order), active(app, bob.actor, name), batch_size=PEOPLE, **choices)
        for name, order in (("One", addresses(PEOPLE)), ("Other", addresses(PEOPLE)[::-1]))
    ]


def file(order: list[str], name: str = "After") -> str:
    return "\n".join(["Email,Name,Tags", *(f"{address},{name},A|B" for address in order), ""])


def run_at_once(trial: Trial, jobs: list[str], caplog) -> None:
    """Run the batches of the jobs, and expect that nobody had to begin anew."""
    batches = [batch.id for job in jobs for batch in trial.batches(job)]
    with caplog.at_level(logging.INFO):
        failures = at_once(trial.app, *[lambda at=batch: trial.run_batch(at) for batch in batches])
    assert failures == [None] * len(batches)
    assert "transaction_deadlocked" not in caplog.messages
    for job in jobs:
        assert [batch.attempt for batch in trial.batches(job)] == [1]
        assert trial.outcomes(job) == ["ENROLLED"] * PEOPLE
        trial.holds(job)


@pytest.mark.parametrize(
    "choices",
    [
        pytest.param({"tags": ["Spring"]}, id="one tag for all"),
        pytest.param({"mapping": {"0": "email", "2": "tags"}}, id="tags of each row"),
    ],
)
def test_tags(trial: Trial, app, bob, people, caplog, choices) -> None:
    jobs = two_jobs(trial, app, bob, **choices)
    with trigger(app, "contact_tags", "INSERT", "true", "", SLOWLY):
        run_at_once(trial, jobs, caplog)


def test_fields(trial: Trial, app, bob, people, others, caplog) -> None:
    jobs = two_jobs(trial, app, bob, mapping={"0": "email", "1": "first_name"}, existing="overwrite")
    with trigger(app, "contacts", "UPDATE", "true", "", SLOWLY):
        run_at_once(trial, jobs, caplog)


def test_a_job_and_bulk_actions(trial: Trial, app, bob, people, caplog) -> None:
    """A job adds the tag from the last contact to the first, one action from the first on, another removes
    it."""
    actor = bob.actor
    with app.app_context(), transaction():
        [tag_id] = contacts.ensure_tags(actor.account_id, ["Spring"])
    with trial.acting():
        selection = selecting.select_contacts(actor, people).id
    workflow = active(app, actor)
    job = trial.started(file(addresses(PEOPLE)[::-1]), workflow, batch_size=PEOPLE, tags=["Spring"])
    [batch] = trial.batches(job)

    def act(change) -> None:
        with trial.acting():
            change(actor, selection, "Spring")

    with trigger(app, "contact_tags", "INSERT", "true", "", SLOWLY), caplog.at_level(logging.INFO):
        failures = at_once(
            app,
            lambda: trial.run_batch(batch.id),
            lambda: act(bulk_actions.tag_selection),
            lambda: act(bulk_actions.untag_selection),
        )
    assert failures == [None] * 3
    assert "transaction_deadlocked" not in caplog.messages
    assert [one.attempt for one in trial.batches(job)] == [1]
    with trial.acting():
        tagged = session().scalar(
            sa.select(sa.func.count()).where(
                ContactTag.account_id == actor.account_id, ContactTag.tag_id == tag_id
            )
        )
    assert tagged in (0, PEOPLE)


def test_the_values_of_a_field(trial: Trial, app, bob, people, others, caplog) -> None:
    """Values are removed from the first contact to the last, while a job changes them the other way round."""
    with app.app_context():
        field_id = changing.create_field(bob.actor, "Shoe size", "text")
        with transaction():
            session().execute(
                sa.update(Contact)
                .where(Contact.account_id == bob.actor.account_id, Contact.id.in_(people))
                .values(custom={"shoe_size": "42"})
            )
        changing.delete_field(bob.actor, field_id)
    job = trial.started(
        file(addresses(PEOPLE)[::-1]),
        active(app, bob.actor),
        batch_size=PEOPLE,
        mapping={"0": "email", "1": "first_name"},
        existing="overwrite",
    )
    [batch] = trial.batches(job)

    def remove_values() -> None:
        with trial.acting():
            values.change_values(bob.actor.account_id, field_id)

    with trigger(app, "contacts", "UPDATE", "true", "", SLOWLY), caplog.at_level(logging.INFO):
        failures = at_once(app, lambda: trial.run_batch(batch.id), remove_values)
    assert failures == [None] * 2
    assert "transaction_deadlocked" not in caplog.messages
    for address in addresses(PEOPLE):
        contact = trial.contact(address)
        assert contact is not None and (contact.first_name, contact.custom) == ("After", {})


def test_a_deadlock_costs_no_attempt(trial: Trial, app, bob, people) -> None:
    """Should one happen all the same, the batch begins anew at once."""
    job = trial.started(file(addresses(PEOPLE)), active(app, bob.actor), batch_size=PEOPLE)
    [batch] = trial.batches(job)
    fail = "IF nextval('deadlocks') <= 2 THEN RAISE EXCEPTION 'tried' USING ERRCODE = '40P01'; END IF"
    with app.app_context():
        execute_all(["CREATE SEQUENCE deadlocks"])
    try:
        with trigger(app, "enrollments", "INSERT", "true", "", fail):
            trial.run_batch(batch.id)
    finally:
        with app.app_context():
            execute_all(["DROP SEQUENCE deadlocks"])
    [batch] = trial.batches(job)
    assert (batch.status, batch.attempt, batch.next_attempt_at) == ("completed", 1, None)
    assert trial.outcomes(job) == ["ENROLLED"] * PEOPLE
    trial.holds(job)
