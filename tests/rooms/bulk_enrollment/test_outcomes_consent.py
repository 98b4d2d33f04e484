"""A file can take consent away and never gives it back; whoever is blocked is never enrolled."""

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.platform.database import session
from app.platform.errors import Invalid
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


def test_a_later_no_counts_for_who_becomes_a_contact_after_the_check(app, bob, trial: Trial, workflow):
    """The check knows nobody of that address. Before the start somebody adds the contact by hand."""
    file = said(("new", "yes"), ("new", "no"), ("late", ""), ("late", "perhaps"), ("good", "yes"))
    job = trial.draft(file, workflow, mapping=CONSENT, consent_words={"perhaps": "leave-out"})
    trial.run_tasks()
    assert trial.verdicts(job)[0] == "CONTACT_NOT_FOUND"
    for name in ("new", "late", "good"):
        add(app, bob.actor, f"{name}@example.com")
    trial.start_draft(job)
    trial.run_tasks()
    assert trial.outcomes(job)[::2] == ["CONTACT_BLOCKED file", "CONTACT_BLOCKED unclear", "ENROLLED"]
    assert [status_of(trial, name) for name in ("new", "late", "good")] == [
        "unsubscribed",
        "active",
        "active",
    ]
    assert not trial.enrollments("new@example.com") and not trial.enrollments("late@example.com")


def test_of_notes_only_a_clear_no_counts(trial: Trial, known, workflow):
    long = "Came by in spring and bought two of them. " * 4
    file = "Email,Notes\nann@example.com,likes long walks and tea\ncleo@example.com,remove me\n"
    file += f"ben@example.com,{long}Please take me off your list.\n"
    job = trial.run(file, workflow, mapping={"0": "email", "1": "consent_note"})
    assert trial.outcomes(job) == ["ENROLLED", "CONTACT_BLOCKED unclear", "CONTACT_BLOCKED file"]
    assert [status_of(trial, name) for name in ("ann", "ben", "cleo")] == ["active", "unsubscribed", "active"]


def test_a_no_to_another_channel_leaves_the_contact_as_it_is(trial: Trial, known, workflow):
    file = "Email,SMS consent,Newsletter\nann@example.com,Unsubscribed,yes\nben@example.com,yes,yes\n"
    file += "cleo@example.com,,no\n"
    mapping = {"0": "email", "1": "channel_consent", "2": "consent"}
    job = trial.run(file, workflow, mapping=mapping)
    assert trial.outcomes(job) == ["CONTACT_BLOCKED unclear", "ENROLLED", "CONTACT_BLOCKED file"]
    assert [status_of(trial, name) for name in ("ann", "ben", "cleo")] == ["active", "active", "unsubscribed"]


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


LEFT = "CONTACT_BLOCKED unclear"


def test_who_said_neither_yes_nor_no_is_left_out_and_stays_as_they_are(trial: Trial, known, workflow):
    set_status(trial, dora="bounced")
    words = {"inactive": "leave-out", "archived": "yes", "gone away": "no"}
    file = said(
        ("ann", "Inactive"),
        ("ben", "Archived"),
        ("cleo", "Gone away"),
        ("dora", "inactive"),
        ("new", "Inactive"),
    )
    job = trial.run(
        file, workflow, mapping=CONSENT, consent_words=words, missing="create", existing="overwrite"
    )
    assert (
        trial.outcomes(job)
        == trial.verdicts(job)
        == [LEFT, "ENROLLED", "CONTACT_BLOCKED file", "CONTACT_BLOCKED bounced", LEFT]
    )
    assert [status_of(trial, name) for name in ("ann", "ben", "cleo", "dora")] == [
        "active",
        "active",
        "unsubscribed",
        "bounced",
    ]
    assert trial.contact("new@example.com") is None, "nobody becomes a contact without a yes"
    assert [row.contact_id for row in trial.rows(job)][4] is None


def test_an_import_changes_nothing_of_who_is_left_out(trial: Trial, known):
    rows = ("ann@example.com,On hold,Anna", "ben@example.com,yes,Benno", "new@example.com,On hold,Nora")
    text = "\n".join(["Email,Newsletter,First name", *rows, ""])
    mapping = CONSENT | {"2": "first_name"}
    job = trial.run(
        text,
        None,
        mapping=mapping,
        consent_words={"on hold": "leave-out"},
        missing="create",
        existing="overwrite",
    )
    assert trial.outcomes(job) == trial.verdicts(job) == [LEFT, "UPDATED", LEFT]
    ann, ben = trial.contact("ann@example.com"), trial.contact("ben@example.com")
    assert ann is not None and ben is not None
    assert ann.first_name is None and ben.first_name == "Benno"
    assert trial.contact("new@example.com") is None


def test_doubt_in_any_row_of_a_person_counts_and_a_no_counts_more(trial: Trial, known, workflow):
    words = {"on hold": "leave-out"}
    file = said(
        ("ann", "yes"),
        ("ann", "On hold"),
        ("ben", "On hold"),
        ("ben", "no"),
        ("new", "yes"),
        ("new", "on hold"),
    )
    job = trial.run(file, workflow, mapping=CONSENT, consent_words=words, missing="create")
    assert trial.outcomes(job)[::2] == trial.verdicts(job)[::2] == [LEFT, "CONTACT_BLOCKED file", LEFT]
    assert [status_of(trial, name) for name in ("ann", "ben")] == ["active", "unsubscribed"]
    assert trial.contact("new@example.com") is None


def test_all_columns_about_consent_are_used(trial: Trial, known, workflow):
    text = "Email,Newsletter,Do not contact,Bounced\n" + "".join(
        f"{name}@example.com,{cells}\n"
        for name, cells in {
            "ann": "yes,no,no",
            "ben": "no,no,no",
            "cleo": "yes,yes,",
            "dora": "yes,,yes",
        }.items()
    )
    mapping = {"0": "email", "1": "consent", "2": "opt_out", "3": "bounced"}
    job = trial.run(text, workflow, mapping=mapping)
    assert trial.outcomes(job) == ["ENROLLED", *["CONTACT_BLOCKED file"] * 3]
    assert [status_of(trial, name) for name in ("ann", "ben", "cleo", "dora")] == [
        "active",
        "unsubscribed",
        "unsubscribed",
        "bounced",
    ]


def test_a_word_beyond_those_that_are_listed_is_left_out(trial: Trial, known, workflow):
    """More different words than a profile holds: the file can be started, and no such row is enrolled."""
    many = "".join(
        f"x{at}@example.com,because {chr(97 + at // 26)}{chr(97 + at % 26)}\n" for at in range(400)
    )
    text = f"Email,Unsubscribe reason\n{many}ann@example.com,\nben@example.com,other than all\n"
    mapping = {"0": "email", "1": "opt_out"}
    with pytest.raises(Invalid) as refused:
        trial.start(text, workflow, mapping=mapping)
    assert set(refused.value.facts["fields"]) == {"consent"}
    listed = {f"because {chr(97 + at // 26)}{chr(97 + at % 26)}": "no" for at in range(200)}
    job = trial.run(text, workflow, mapping=mapping, consent_words=listed, missing="create")
    outcomes = trial.outcomes(job)
    assert outcomes[-2:] == ["ENROLLED", LEFT]
    assert outcomes[:200] == ["CONTACT_BLOCKED file"] * 200 and outcomes[200:400] == [LEFT] * 200
