"""What becomes of a row: every outcome, and which of them wins (B-02, B-08, B-09, B-17)."""

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.infrastructure.tables import ContactTag, Tag
from app.platform.database import session
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines, set_status
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import end
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def test_every_outcome_in_the_order_of_precedence(trial: Trial, app, bob, workflow):  # B-02
    for name in ("known", "inside", "gone", "bounced", "barred", "twice", "both"):
        add(app, bob.actor, f"{name}@example.com")
    trial.run(lines("inside@example.com", "both@example.com"), workflow)
    set_status(trial, gone="unsubscribed", bounced="bounced", barred="blocked", both="unsubscribed")
    job = trial.run(
        lines(
            "known@example.com",
            "no address",
            "no address",
            "",
            "KNOWN@EXAMPLE.com",
            "nobody@example.com",
            "nobody@example.com",
            "gone@example.com",
            "bounced@example.com",
            "barred@example.com",
            "gone@example.com",
            "inside@example.com",
            "both@example.com",
            "twice@example.com",
            "known@example.com",
        ),
        workflow,
    )
    expected = [
        "ENROLLED",
        "VALIDATION_ERROR no_at",
        "VALIDATION_ERROR no_at",
        "VALIDATION_ERROR blank",
        "DUPLICATE_IN_SELECTION 1",
        "CONTACT_NOT_FOUND",
        "DUPLICATE_IN_SELECTION 6",
        "CONTACT_BLOCKED unsubscribed",
        "CONTACT_BLOCKED bounced",
        "CONTACT_BLOCKED blocked",
        "DUPLICATE_IN_SELECTION 8",
        "ALREADY_ENROLLED",
        "CONTACT_BLOCKED unsubscribed",
        "ENROLLED",
        "DUPLICATE_IN_SELECTION 1",
    ]
    assert trial.outcomes(job) == expected
    assert trial.verdicts(job) == expected
    assert trial.job(job).status == "completed_with_errors"
    assert trial.job(job).totals == {
        name: _count(expected, name) for name in {w.split()[0] for w in expected}
    }


def _count(told: list[str], name: str) -> int:
    return sum(word.split()[0] == name for word in told)


def test_no_failed_row_is_a_completed_job(trial: Trial, app, bob, workflow):  # B-12
    add(app, bob.actor, "known@example.com")
    job = trial.run(lines("known@example.com", "known@example.com", "nobody@example.com"), workflow)
    assert trial.job(job).status == "completed"


def test_people_of_other_accounts_are_nobody_here(trial: Trial, app, mallory, workflow):  # B-02
    contact_id = add(app, mallory.actor, "known@example.org", phone="+1 212 555 0100")
    job = trial.run(lines("known@example.org"), workflow)
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"]
    job = trial.run(lines(str(contact_id)), workflow, identifier="contact_id", mapping={"0": "contact_id"})
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"]
    job = trial.run(lines("+1 212 555 0100"), workflow, identifier="phone", mapping={"0": "phone"})
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"]


def test_an_enrollment_knows_its_version_step_and_job(trial: Trial, app, bob, workflow):  # B-08 B-17
    add(app, bob.actor, "known@example.com")
    job = trial.run(lines("known@example.com"), workflow)
    [enrollment] = trial.enrollments("known@example.com")
    started = trial.job(job)
    assert (enrollment.status, enrollment.step_id, enrollment.due_at) == ("held", "hello", None)
    assert (enrollment.source, enrollment.job_id) == ("bulk_enrollment", started.id)
    assert enrollment.version_id == started.version_id


def test_tags_and_the_time_line_of_those_enrolled_and_nobody_else(trial: Trial, app, bob, workflow):  # B-08
    for name in ("known", "gone", "inside"):
        add(app, bob.actor, f"{name}@example.com", tags=["Old"] if name == "known" else ())
    trial.run(lines("inside@example.com"), workflow)
    set_status(trial, gone="unsubscribed")
    job = trial.run(
        lines("known@example.com", "gone@example.com", "inside@example.com"), workflow, tags=["Spring", "old"]
    )
    number = trial.job(job).id
    with trial.acting():
        tagged = session().execute(
            sa.select(Tag.name, ContactTag.added_job_id, ContactTag.contact_id).join(
                ContactTag,
                sa.and_(ContactTag.tag_id == Tag.id, ContactTag.account_id == bob.actor.account_id),
            )
        )
        known = trial.contact("known@example.com")
        assert known is not None
        assert sorted(map(tuple, tagged), key=str) == [("Old", None, known.id), ("Spring", number, known.id)]
        events = session().scalars(sa.select(ContactEvent).where(ContactEvent.job_id == number)).all()
        assert [(event.kind, event.contact_id) for event in events] == [("enrolled", known.id)]
        assert events[0].workflow_id == trial.job(job).workflow_id


def test_who_has_left_comes_in_once_only(trial: Trial, app, bob, workflow):  # B-09
    contact_id = add(app, bob.actor, "known@example.com")
    trial.run(lines("known@example.com"), workflow)
    end(app, bob.actor, contact_id, "completed")
    job = trial.run(lines("known@example.com"), workflow)
    [enrollment] = trial.enrollments("known@example.com")
    assert enrollment.ended_at is not None
    assert trial.outcomes(job) == [f"ALREADY_ENROLLED {enrollment.ended_at:%Y-%m-%d}"]


def test_who_has_left_may_come_again_when_the_workflow_says_so(trial: Trial, app, bob, workflow):  # B-09
    left = add(app, bob.actor, "left@example.com")
    add(app, bob.actor, "inside@example.com")
    trial.run(lines("left@example.com", "inside@example.com"), workflow)
    end(app, bob.actor, left, "withdrawn")
    with trial.acting():
        found = workflows.find_workflow(bob.actor, workflow)
        workflows.rename(
            bob.actor, workflow, found.name, found.description, found.revision, enroll_again=True
        )
    job = trial.run(lines("left@example.com", "inside@example.com"), workflow)
    assert trial.outcomes(job) == trial.verdicts(job) == ["ENROLLED", "ALREADY_ENROLLED"]
    assert [one.status for one in trial.enrollments("left@example.com")] == ["withdrawn", "held"]


def test_contact_numbers(trial: Trial, app, bob, workflow):
    first = add(app, bob.actor, "first@example.com")
    other = add(app, bob.actor, "other@example.com")
    job = trial.run(
        lines(str(first), f" 0{first} ", str(other), "999999", "x7", "0", ""),
        workflow,
        identifier="contact_id",
        mapping={"0": "contact_id"},
    )
    assert trial.outcomes(job) == [
        "ENROLLED",
        "DUPLICATE_IN_SELECTION 1",
        "ENROLLED",
        "CONTACT_NOT_FOUND",
        "VALIDATION_ERROR no_id",
        "VALIDATION_ERROR no_id",
        "VALIDATION_ERROR id_blank",
    ]


def test_phone_numbers(trial: Trial, app, bob, workflow):
    add(app, bob.actor, "one@example.com", phone="0151 23456781")
    add(app, bob.actor, "two@example.com", phone="+49 151 23456782")
    for name in ("three", "four"):
        add(app, bob.actor, f"{name}@example.com", phone="0151 23456783")
    job = trial.run(
        lines(
            "+49 (151) 2345-6781",
            "0151 23456781",
            "0049 151 23456782",
            "0151 23456783",
            "0151 23456783",
            "0151 23456784",
            "call me",
        ),
        workflow,
        identifier="phone",
        mapping={"0": "phone"},
    )
    assert trial.outcomes(job) == [
        "ENROLLED",
        "DUPLICATE_IN_SELECTION 1",
        "ENROLLED",
        "VALIDATION_ERROR shared_phone",
        "VALIDATION_ERROR shared_phone",
        "CONTACT_NOT_FOUND",
        "VALIDATION_ERROR phone_no_number",
    ]


def test_a_contact_removed_between_planning_and_its_batch_is_not_found(trial: Trial, app, bob, workflow):
    add(app, bob.actor, "known@example.com")
    add(app, bob.actor, "away@example.com")
    draft = trial.draft(lines("known@example.com", "away@example.com"), workflow)
    trial.run_tasks()
    assert trial.verdicts(draft) == ["ENROLLED", "ENROLLED"]
    trial.remove_contact("away@example.com")
    trial.start_draft(draft)
    trial.finish(draft)
    trial.holds(draft)
    assert trial.outcomes(draft) == ["ENROLLED", "CONTACT_NOT_FOUND"]


def test_everybody_is_looked_at_afresh_when_their_turn_comes(trial: Trial, app, bob, workflow):  # B-22
    for name in ("known", "gone", "inside"):
        add(app, bob.actor, f"{name}@example.com")
    names = ("known", "gone", "inside", "nobody")
    draft = trial.draft(lines(*(f"{name}@example.com" for name in names)), workflow)
    trial.run_tasks()
    assert trial.verdicts(draft) == ["ENROLLED", "ENROLLED", "ENROLLED", "CONTACT_NOT_FOUND"]
    trial.run(lines("inside@example.com"), workflow)
    set_status(trial, gone="unsubscribed")
    add(app, bob.actor, "nobody@example.com")
    trial.start_draft(draft)
    trial.finish(draft)
    trial.holds(draft)
    assert trial.outcomes(draft) == [
        "ENROLLED",
        "CONTACT_BLOCKED unsubscribed",
        "ALREADY_ENROLLED",
        "ENROLLED",
    ]
    assert trial.job(draft).expected == {"ENROLLED": 3, "CONTACT_NOT_FOUND": 1}


@pytest.mark.parametrize("size", [10, 500])
def test_a_large_file_in_batches_of_any_size(trial: Trial, workflow, size):  # B-03
    many = addresses(1_050)
    job = trial.run(lines(*many, *many[:5]), workflow, missing="create", batch_size=size)
    outcomes = trial.outcomes(job)
    assert outcomes[:1_050] == ["ENROLLED"] * 1_050
    assert outcomes[1_050:] == [f"DUPLICATE_IN_SELECTION {number}" for number in range(1, 6)]
    assert [batch.last_row - batch.first_row + 1 for batch in trial.batches(job)] == (
        [10] * 105 + [5] if size == 10 else [500, 500, 55]
    )
