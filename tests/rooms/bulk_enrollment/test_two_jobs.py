"""Two jobs that want the same people at the same moment: the database judges, nobody is in twice (B-09)."""

import pytest

from app.platform.database import session
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def race(trial: Trial, *jobs: str) -> None:
    """Run the batches of all jobs side by side, from a state in which nobody has been enrolled."""
    places = zip(*(trial.batches(job) for job in jobs), strict=True)
    for batches in places:
        at_once(trial.app, *[lambda at=batch.id: trial.run_batch(at) for batch in batches])
    trial.finish(*jobs)
    trial.holds(*jobs)


def test_into_the_same_workflow(trial: Trial, app, bob, workflow):
    for address in addresses(60):
        add(app, bob.actor, address)
    jobs = [
        trial.started(lines(*order), workflow, batch_size=20)
        for order in (addresses(60), addresses(60)[::-1], addresses(60))
    ]
    race(trial, *jobs)
    outcomes = [outcome for job in jobs for outcome in trial.outcomes(job)]
    assert outcomes.count("ENROLLED") == 60 and outcomes.count("ALREADY_ENROLLED") == 120


def test_people_that_neither_knows_yet(trial: Trial, workflow):
    jobs = [
        trial.started(lines(*order), workflow, missing="create", tags=["Both"], batch_size=20)
        for order in (addresses(60), addresses(60)[::-1])
    ]
    race(trial, *jobs)
    outcomes = [outcome for job in jobs for outcome in trial.outcomes(job)]
    assert outcomes.count("ENROLLED") == 60 and outcomes.count("ALREADY_ENROLLED") == 60
    makers = [trial.contact(address).created_job_id for address in addresses(60)]
    assert set(makers) <= {trial.job(job).id for job in jobs}


def test_two_imports_of_the_same_news(trial: Trial, app, bob):
    """Whoever writes it first has updated the contact; the other finds it as it is."""
    for address in addresses(60):
        add(app, bob.actor, address)
    mapping = {"0": "email", "1": "first_name"}
    jobs = [
        trial.started(lines(*order), None, mapping=mapping, existing="overwrite", batch_size=20)
        for order in (addresses(60), addresses(60)[::-1], addresses(60))
    ]
    race(trial, *jobs)
    outcomes = [outcome for job in jobs for outcome in trial.outcomes(job)]
    assert outcomes.count("UPDATED") == 60 and outcomes.count("UNCHANGED") == 120


def test_an_import_and_an_enrollment(trial: Trial, workflow):
    job = trial.started(lines(*addresses(40)), workflow, missing="create", batch_size=20)
    other = trial.started(lines(*addresses(40)[::-1]), None, missing="create", batch_size=20)
    race(trial, job, other)
    assert trial.outcomes(job) == ["ENROLLED"] * 40
    made = trial.outcomes(other)
    assert made.count("CREATED") + made.count("UNCHANGED") == 40
    with trial.acting():
        session().expire_all()
    number = trial.job(other).id
    makers = [trial.contact(address).created_job_id for address in addresses(40)]
    assert makers.count(number) == made.count("CREATED"), "each says what it did itself"


def test_into_two_workflows_with_the_same_tags_and_overwriting(trial: Trial, app, bob, workflow):
    other = active(app, bob.actor, "Other")
    for address in addresses(60):
        add(app, bob.actor, address, first_name="Before")

    def named(order: list[str]) -> str:
        return "\n".join(["Email,Name", *(f"{address},After" for address in order), ""])

    choices = {"mapping": {"0": "email", "1": "first_name"}, "existing": "overwrite", "tags": ["A", "B"]}
    jobs = [
        trial.started(named(addresses(60)), workflow, batch_size=20, **choices),
        trial.started(named(addresses(60)[::-1]), other, batch_size=20, **choices),
    ]
    race(trial, *jobs)
    for job in jobs:
        assert trial.outcomes(job) == ["ENROLLED"] * 60
    assert {trial.contact(address).first_name for address in addresses(60)} == {"After"}


def test_one_after_the_other(trial: Trial, workflow):
    first = trial.run(lines(*addresses(5)), workflow, missing="create")
    second = trial.run(lines(*addresses(7)), workflow, missing="create")
    assert trial.outcomes(first) == ["ENROLLED"] * 5
    assert trial.outcomes(second) == ["ALREADY_ENROLLED"] * 5 + ["ENROLLED"] * 2
