"""A contact counts once in a job, however often its address is edited while the job runs."""

import threading
import time

import pytest
import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines, trigger
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def edit(trial: Trial, address: str, **values: str) -> None:
    """Change a contact's address as its form does."""
    with trial.acting(), transaction():
        session().execute(
            sa.update(Contact).where(Contact.email_key == address).values(updated_at=now(), **values)
        )


def readdress(trial: Trial, old: str, new: str) -> None:
    edit(trial, old, email=new, email_key=new)


def run_in_turn(trial: Trial, job: str, between) -> None:
    """Run the batches one after the other in the order of the file; `between` is called after the first."""
    first, *others = trial.batches(job)
    trial.run_batch(first.id)
    between()
    for batch in others:
        trial.run_batch(batch.id)
    trial.finish(job)
    trial.holds(job)


def test_edited_between_batches(trial: Trial, app, bob, workflow):
    for address in addresses(10):
        add(app, bob.actor, address)
    cells = [*addresses(10), *addresses(9, first=101), "moved@example.com"]
    job = trial.started(lines(*cells), workflow, batch_size=10)
    run_in_turn(trial, job, lambda: readdress(trial, "p3@example.com", "moved@example.com"))
    assert trial.outcomes(job)[2] == "ENROLLED"
    assert trial.outcomes(job)[-1] == "DUPLICATE_IN_SELECTION 3"
    assert len(trial.enrollments("moved@example.com")) == 1


@pytest.mark.parametrize("kind", ["enroll", "import"])
def test_a_no_in_the_second_row_counts(trial: Trial, app, bob, workflow, kind):
    for address in addresses(10):
        add(app, bob.actor, address)
    cells = [*(f"{address},yes" for address in addresses(10)), "moved@example.com,no"]
    text = "\n".join(["Email,Newsletter", *cells, ""])
    choices = {"mapping": {"0": "email", "1": "consent"}, "batch_size": 10, "existing": "fill"}
    job = trial.started(text, workflow if kind == "enroll" else None, **choices)
    run_in_turn(trial, job, lambda: readdress(trial, "p3@example.com", "moved@example.com"))
    assert trial.outcomes(job)[-1] == "DUPLICATE_IN_SELECTION 3"
    assert trial.contact("moved@example.com").status == "unsubscribed"


def test_made_by_the_job_and_edited_between_batches(trial: Trial, workflow):
    cells = [*addresses(19), "moved@example.com"]
    job = trial.started(lines(*cells), workflow, missing="create", batch_size=10, tags=["Spring"])
    run_in_turn(trial, job, lambda: readdress(trial, "p3@example.com", "moved@example.com"))
    assert trial.outcomes(job)[-1] == "DUPLICATE_IN_SELECTION 3"
    assert trial.job(job).totals == {"ENROLLED": 19, "DUPLICATE_IN_SELECTION": 1}


@pytest.mark.parametrize("existing", ["leave", "overwrite"])
def test_imported_and_edited_between_batches(trial: Trial, app, bob, existing):
    add(app, bob.actor, "p4@example.com")
    cells = [*addresses(18), "moved@example.com", "known@example.com"]
    job = trial.started(lines(*cells), None, missing="create", existing=existing, batch_size=10)

    def between() -> None:
        readdress(trial, "p3@example.com", "moved@example.com")
        readdress(trial, "p4@example.com", "known@example.com")

    run_in_turn(trial, job, between)
    assert trial.outcomes(job)[-2:] == ["DUPLICATE_IN_SELECTION 3", "DUPLICATE_IN_SELECTION 4"]


def test_two_contacts_that_swap_their_addresses(trial: Trial, app, bob, workflow):
    """Each is in the file under both addresses, and counts once."""
    cells = [*addresses(10), *addresses(10, first=101)]
    for address in ("p1@example.com", "p101@example.com"):
        add(app, bob.actor, address)
    job = trial.started(lines(*cells), workflow, batch_size=10)

    def swap() -> None:
        readdress(trial, "p1@example.com", "between@example.com")
        readdress(trial, "p101@example.com", "p1@example.com")
        readdress(trial, "between@example.com", "p101@example.com")

    run_in_turn(trial, job, swap)
    outcomes = trial.outcomes(job)
    assert outcomes[0] == "ENROLLED" and outcomes[10] == "DUPLICATE_IN_SELECTION 1"
    assert trial.job(job).totals["ENROLLED"] == 1


def test_a_new_phone_between_batches(trial: Trial, app, bob, workflow):
    phones = [f"+4930{number:07}" for number in range(20)]
    for number, phone in enumerate(phones[:10]):
        add(app, bob.actor, f"p{number}@example.com", phone=phone)
    text = "\n".join(["Phone,Note", *(f"{phone},-" for phone in phones), ""])
    job = trial.started(text, workflow, mapping={"0": "phone"}, identifier="phone", batch_size=10)
    run_in_turn(trial, job, lambda: edit(trial, "p3@example.com", phone=phones[19], phone_key=phones[19]))
    assert trial.outcomes(job)[-1] == "DUPLICATE_IN_SELECTION 4"


def test_edited_within_a_batch(trial: Trial, app, bob):
    """Two batches at once, and addresses that change hands all the time."""
    people = addresses(40)
    for address in people:
        add(app, bob.actor, address)
    over = threading.Event()

    def edit_all() -> None:
        while not over.is_set():
            for address in people:
                readdress(trial, address, f"other-{address}")
            for address in people:
                readdress(trial, f"other-{address}", address)

    editor = threading.Thread(target=edit_all)
    editor.start()
    try:
        for turn in range(2):
            cells = [*people, *(f"other-{address}" for address in people)]
            job = trial.started(lines(*cells), active(app, bob.actor, f"Turn {turn}"), batch_size=20)
            batches = trial.batches(job)
            for pair in zip(batches[:2], batches[2:], strict=True):
                at_once(app, *[lambda batch=batch: trial.run_batch(batch.id) for batch in pair])
            trial.finish(job)
            trial.holds(job)
            assert trial.job(job).totals["ENROLLED"] <= 40
    finally:
        over.set()
        editor.join()


@pytest.mark.only_on("postgresql", "SQLite has one writer")
def test_enrolled_by_another_batch_at_the_same_moment(trial: Trial, app, bob, workflow):
    """Both batches have found the contact, under two addresses, before either is written."""
    contact = add(app, bob.actor, "p1@example.com")
    cells = [*addresses(10), "moved@example.com", *addresses(9, first=101)]
    job = trial.started(lines(*cells), workflow, batch_size=10)
    first, second = trial.batches(job)
    slow = f"NEW.contact_id = {contact}"

    def meet_again() -> None:
        time.sleep(0.5)
        readdress(trial, "p1@example.com", "moved@example.com")
        trial.run_batch(second.id)

    with trigger(app, "enrollments", "INSERT", slow, "SELECT 1", "PERFORM pg_sleep(1.5)"):
        at_once(app, lambda: trial.run_batch(first.id), meet_again)
    trial.finish(job)
    trial.holds(job)
    assert trial.outcomes(job)[0] == "ENROLLED"
    assert trial.outcomes(job)[10] == "DUPLICATE_IN_SELECTION 1"
