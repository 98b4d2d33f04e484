"""A file can take consent away and never gives it back; whoever is blocked is never enrolled."""

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.platform.database import session
from tests.rooms.bulk_enrollment.trial import Trial, set_status
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

CONSENT = {"0": "email", "1": "consent"}


def said(*rows: tuple[str, str]) -> str:
    """A file of (name, what the consent column says)."""
    return "\n".join(["Email,Newsletter", *(f"{name}@example.com,{word}" for name, word in rows), ""])


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def known(app, bob):
    for name in ("ann", "ben", "cleo", "dora", "eve"):
        add(app, bob.actor, f"{name}@example.com")


def status_of(trial: Trial, name: str) -> str:
    contact = trial.contact(f"{name}@example.com")
    assert contact is not None
    return contact.status


def test_a_no_blocks_and_a_yes_changes_nothing(trial: Trial, known, workflow):
    set_status(trial, dora="unsubscribed", eve="blocked")
    file = said(("ann", "no"), ("ben", "bounced"), ("cleo", "yes"), ("dora", "yes"), ("eve", "no"))
    job = trial.run(file, workflow, mapping=CONSENT)
    assert (
        trial.outcomes(job)
        == trial.verdicts(job)
        == [
            "CONTACT_BLOCKED file",
            "CONTACT_BLOCKED file",
            "ENROLLED",
            "CONTACT_BLOCKED unsubscribed",
            "CONTACT_BLOCKED file",
        ]
    )
    assert [status_of(trial, name) for name in ("ann", "ben", "cleo", "dora", "eve")] == [
        "unsubscribed",
        "bounced",
        "active",
        "unsubscribed",
        "blocked",
    ]
    number = trial.job(job).id
    with trial.acting():
        events = session().scalars(sa.select(ContactEvent).where(ContactEvent.job_id == number)).all()
    assert sorted(event.kind for event in events) == ["bounced", "enrolled", "unsubscribed"]


def test_a_no_in_a_later_row_counts_for_the_first(trial: Trial, known, workflow):
    file = said(("ann", "yes"), ("ben", "yes"), ("ANN", "no"), ("ann", "yes"))
    job = trial.run(file, workflow, mapping=CONSENT)
    assert (
        trial.outcomes(job)
        == trial.verdicts(job)
        == [
            "CONTACT_BLOCKED file",
            "ENROLLED",
            "DUPLICATE_IN_SELECTION 1",
            "DUPLICATE_IN_SELECTION 1",
        ]
    )
    assert status_of(trial, "ann") == "unsubscribed"


def test_the_strongest_no_of_several_rows_counts(trial: Trial, known, workflow):
    file = said(
        ("ann", "yes"),
        ("ann", "bounced"),
        ("ann", "no"),
        ("ben", "bounced"),
        ("ben", "no"),
        ("cleo", "blocked"),
        ("cleo", "no"),
    )
    job = trial.run(file, workflow, mapping=CONSENT)
    assert trial.outcomes(job)[::3] == [
        "CONTACT_BLOCKED file",
        "CONTACT_BLOCKED file",
        "DUPLICATE_IN_SELECTION 6",
    ]
    assert [status_of(trial, name) for name in ("ann", "ben", "cleo")] == [
        "unsubscribed",
        "unsubscribed",
        "blocked",
    ]


def test_a_no_also_takes_consent_from_who_is_in_the_workflow_already(trial: Trial, known, workflow):
    trial.run(said(("ann", "")), workflow)
    job = trial.run(said(("ann", "no")), workflow, mapping=CONSENT)
    assert trial.outcomes(job) == ["CONTACT_BLOCKED file"]
    assert status_of(trial, "ann") == "unsubscribed"


def test_a_no_of_a_stranger_is_remembered_only_when_people_are_created(trial: Trial, workflow):
    job = trial.run(said(("new", "no")), workflow, mapping=CONSENT)
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"]
    assert trial.contact("new@example.com") is None
    job = trial.run(
        said(("new", "no"), ("new", "yes"), ("later", "yes"), ("later", "no"), ("good", "yes")),
        workflow,
        mapping=CONSENT,
        missing="create",
        consent_basis="opt_in",
    )
    assert (
        trial.outcomes(job)
        == trial.verdicts(job)
        == [
            "CONTACT_BLOCKED file",
            "DUPLICATE_IN_SELECTION 1",
            "CONTACT_BLOCKED file",
            "DUPLICATE_IN_SELECTION 3",
            "ENROLLED",
        ]
    )
    for name in ("new", "later"):
        contact = trial.contact(f"{name}@example.com")
        assert contact is not None
        assert (contact.status, contact.consent_basis, contact.consent_at) == ("unsubscribed", None, None)
        assert contact.status_at is not None and contact.created_job_id == trial.job(job).id
        assert not trial.enrollments(f"{name}@example.com")
    good = trial.contact("good@example.com")
    assert good is not None
    assert (good.status, good.consent_basis, good.consent_source) == ("active", "opt_in", "people.csv")
    assert good.consent_at is not None


def test_an_opt_out_column_reads_the_other_way_round(trial: Trial, known, workflow):
    job = trial.run(
        said(("ann", "yes"), ("ben", "no"), ("cleo", "")), workflow, mapping={"0": "email", "1": "opt_out"}
    )
    assert trial.outcomes(job) == ["CONTACT_BLOCKED file", "ENROLLED", "ENROLLED"]


def test_a_person_that_unsubscribes_while_the_job_waits_is_not_enrolled(trial: Trial, known, workflow):
    draft = trial.draft(said(("ann", ""), ("ben", "")), workflow)
    trial.run_tasks()
    set_status(trial, ann="unsubscribed")
    trial.start_draft(draft)
    trial.finish(draft)
    assert trial.outcomes(draft) == ["CONTACT_BLOCKED unsubscribed", "ENROLLED"]
