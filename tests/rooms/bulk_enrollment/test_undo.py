"""A finished job is undone by a job of its own, with figures beforehand (B-26)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.bulk_enrollment.application.control import approvals, stopping
from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.application.undoing import (
    prepare_undo,
    refresh_undo,
    undo_figures,
    undo_job,
)
from app.bulk_enrollment.domain.outcomes import Outcome
from app.contacts.application import change_contact, tag_contact, unsubscribe
from app.contacts.infrastructure.tables import ContactTag
from app.engine.infrastructure.tables import Enrollment
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import Conflict, LimitReached, NotAllowed, NotFound
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.jobs import page_of, rows_on, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import count_again
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def undo(trial: Trial, job: str) -> str:
    """Undo a job and see that to its end."""
    with trial.acting():
        public_id = undo_job(trial.actor, job).public_id
    trial.finish(public_id)
    trial.holds(job, public_id)
    return public_id


def expected(trial: Trial, job: str) -> dict[str, int]:
    with trial.acting():
        prepare_undo(trial.actor, job)
    trial.run_tasks()
    with trial.acting():
        return {one.name: rows for one, rows in undo_figures(trial.actor, job).expected.items()}


def statuses(trial: Trial, *names: str) -> list[list[str]]:
    return [[one.status for one in trial.enrollments(f"{name}@example.com")] for name in names]


def set_status(trial: Trial, address: str, status: str) -> None:
    [one] = trial.enrollments(address)
    with trial.acting(), transaction():
        query = sa.update(Enrollment).where(Enrollment.id == one.id, Enrollment.account_id == one.account_id)
        session().execute(query.values(status=status))
        count_again(one.account_id)


def tags_of(trial: Trial, address: str) -> int:
    contact = trial.contact(address)
    with trial.acting():
        query = sa.select(sa.func.count()).where(
            ContactTag.account_id == trial.actor.account_id, ContactTag.contact_id == contact.id
        )
        return session().scalar(query) or 0


def test_everything_that_a_job_did_is_taken_back(trial: Trial, app, bob, workflow):
    """Known before: p1 (tagged already) and p2. New: p3, and p4, whom somebody uses in the meantime."""
    add(app, bob.actor, "p1@example.com", tags=["Spring"])
    add(app, bob.actor, "p2@example.com")
    job = trial.run(lines(*addresses(4)), workflow, missing="create", tags=["Spring"])
    with trial.acting():
        change_contact(trial.actor, trial.contact("p4@example.com").id, {"city": "Lyon"})
    assert expected(trial, job) == {"WITHDRAWN": 3, "CONTACT_REMOVED": 1}
    public_id = undo(trial, job)
    assert trial.outcomes(public_id) == ["WITHDRAWN", "WITHDRAWN", "CONTACT_REMOVED", "WITHDRAWN used"]
    assert statuses(trial, "p1", "p2", "p4") == [["withdrawn"]] * 3
    assert trial.contact("p3@example.com") is None
    assert trial.contact("p4@example.com").city == "Lyon"
    assert [tags_of(trial, f"p{number}@example.com") for number in (1, 2, 4)] == [1, 0, 0]
    first, second = trial.job(job), trial.job(public_id)
    assert (second.kind, second.parent_job_id, second.status) == ("undo", first.id, "completed")
    assert "Undone by" in words_of(page_of(bob, job)) and "Undo of" in words_of(page_of(bob, public_id))
    headline = "Undone: 4 people removed from Welcome and 1 new contact deleted."
    assert headline in words_of(page_of(bob, public_id))
    assert trial.count_jobs() == 2, "the figures were those of the same job"


@pytest.mark.parametrize("after", ["²", "٣", "-1", "9" * 30, "9223372036854775807"])
def test_odd_places_in_the_list_of_people_who_stay(trial: Trial, bob, workflow, after):
    job = trial.run(lines(*addresses(1)), workflow, missing="create")
    assert expected(trial, job) == {"CONTACT_REMOVED": 1}
    assert bob.get(f"/enrollments/{job}/undo", query_string={"after": after}).status_code == 200


def test_people_who_moved_on_stay_and_are_listed(trial: Trial, bob, workflow):
    job = trial.run(lines(*addresses(6)), workflow, missing="create")
    for number, status in enumerate(("completed", "goal_reached", "failed", "withdrawn", "active"), start=1):
        set_status(trial, f"p{number}@example.com", status)
    assert expected(trial, job) == {"WITHDRAWN": 1, "CONTACT_REMOVED": 1, "MOVED_ON": 4}
    page = bob.get(f"/enrollments/{job}/undo").text
    question = "2 of 6 people can be removed from Welcome; 4 have moved on and are listed below."
    assert question in words_of(page)
    assert rows_on(page) == [1, 2, 3, 4] and "Completed the workflow before the undo." in page
    public_id = undo(trial, job)
    assert trial.outcomes(public_id) == [
        "MOVED_ON completed",
        "MOVED_ON goal_reached",
        "MOVED_ON failed",
        "MOVED_ON withdrawn",
        "WITHDRAWN used",
        "CONTACT_REMOVED",
    ]
    assert rows_on(page_of(bob, public_id, code="MOVED_ON")) == [1, 2, 3, 4]
    text = bob.get(f"/enrollments/{public_id}/rows.csv?outcome=MOVED_ON").data.decode("utf-8-sig")
    first = text.splitlines()[1].replace('"', "")
    assert first == "p1@example.com,here,MOVED_ON,Completed the workflow before the undo."
    assert len(text.splitlines()) == 5


def test_what_changes_after_the_figures_were_made_counts(trial: Trial, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create")
    assert expected(trial, job) == {"CONTACT_REMOVED": 3}
    set_status(trial, "p1@example.com", "completed")
    trial.remove_contact("p2@example.com")
    assert expected(trial, job) == {"CONTACT_REMOVED": 3}, "the figures say when they were counted"
    with trial.acting():
        refresh_undo(trial.actor, job)
    trial.run_tasks()
    assert expected(trial, job) == {"CONTACT_REMOVED": 1, "MOVED_ON": 1, "CONTACT_GONE": 1}
    public_id = undo(trial, job)
    assert trial.outcomes(public_id) == ["MOVED_ON completed", "CONTACT_GONE", "CONTACT_REMOVED"]


@pytest.mark.parametrize("use", ["tag", "other workflow", "import"])
def test_a_contact_that_something_else_has_touched_stays(trial: Trial, app, bob, workflow, use):
    job = trial.run(lines("p1@example.com"), workflow, missing="create")
    contact_id = trial.contact("p1@example.com").id
    with trial.acting():
        if use == "tag":
            tag_contact(trial.actor, contact_id, "VIP")
    if use == "other workflow":
        trial.run(lines("p1@example.com"), active(app, bob.actor, "Other"))
    if use == "import":
        trial.run(
            "Email,City\np1@example.com,Nice\n", None, mapping={"0": "email", "1": "city"}, existing="fill"
        )
    public_id = undo(trial, job)
    assert trial.outcomes(public_id) == ["WITHDRAWN used"]
    assert trial.contact("p1@example.com") is not None
    assert statuses(trial, "p1")[0][0] == "withdrawn"


def test_a_contact_that_has_unsubscribed_has_left_and_stays(trial: Trial, workflow):
    job = trial.run(lines("p1@example.com"), workflow, missing="create")
    with trial.acting():
        unsubscribe(trial.actor, trial.contact("p1@example.com").id)
    public_id = undo(trial, job)
    assert trial.outcomes(public_id) == ["MOVED_ON withdrawn"]
    assert trial.contact("p1@example.com").status == "unsubscribed"
    assert statuses(trial, "p1")[0][0] == "withdrawn"


def test_undone_people_can_be_added_again(trial: Trial, workflow):
    """Although a workflow takes people only once unless it is set otherwise."""
    job = trial.run(lines(*addresses(3)), workflow, missing="create")
    undo(trial, job)
    again = trial.run(lines(*addresses(3)), workflow, missing="create")
    assert trial.outcomes(again) == ["ENROLLED"] * 3
    undo(trial, again)
    third = trial.draft(lines(*addresses(3)), workflow, missing="create")
    trial.run_tasks()
    assert trial.verdicts(third) == ["ENROLLED"] * 3


def test_an_import_is_undone(trial: Trial, app, bob):
    add(app, bob.actor, "p1@example.com")
    add(app, bob.actor, "p2@example.com", tags=["Fair"])
    job = trial.run(
        "Email,City\n" + "".join(f"{one},Nice\n" for one in addresses(4)),
        None,
        mapping={"0": "email", "1": "city"},
        missing="create",
        existing="overwrite",
        tags=["Fair"],
    )
    with trial.acting():
        tag_contact(trial.actor, trial.contact("p4@example.com").id, "VIP")
    public_id = undo(trial, job)
    assert trial.outcomes(public_id) == [
        "TAGS_REMOVED",
        "NOTHING_TO_UNDO",
        "CONTACT_REMOVED",
        "MOVED_ON used",
    ]
    assert trial.contact("p1@example.com").city == "Nice", "overwritten fields stay"
    assert [tags_of(trial, f"p{number}@example.com") for number in (1, 2, 4)] == [0, 1, 1]
    assert public_id in bob.get("/contacts/imports").text


def test_a_retry_is_undone_with_the_rows_of_the_file(trial: Trial, bob, workflow):
    job = trial.started(lines(*addresses(15)), workflow, missing="create", batch_size=10)
    trial.run_batch(trial.batches(job)[0].id)
    trial.cancel(job)
    trial.finish(job)
    with trial.acting():
        again = retry_failures(trial.actor, job).public_id
    trial.finish(again)
    public_id = undo(trial, again)
    assert [row.source_row for row in trial.rows(public_id)] == [11, 12, 13, 14, 15]
    assert statuses(trial, "p1") == [["held"]] and trial.contact("p11@example.com") is None
    text = bob.get(f"/enrollments/{public_id}/rows.csv").data.decode("utf-8-sig")
    assert text.splitlines()[1].startswith('"p11@example.com","here","CONTACT_REMOVED"')


@pytest.mark.parametrize("state", ["paused", "archived"])
def test_a_workflow_that_is_not_active_is_no_obstacle(trial: Trial, workflow, state):
    job = trial.run(lines(*addresses(2)), workflow, missing="create")
    with trial.acting():
        workflows.pause(trial.actor, workflow)
        if state == "archived":
            workflows.archive(trial.actor, workflow)
    assert trial.outcomes(undo(trial, job)) == ["CONTACT_REMOVED"] * 2


def test_a_paused_undo_goes_on_although_the_workflow_is_paused(trial: Trial, workflow):
    job = trial.run(lines(*addresses(2)), workflow, missing="create")
    with trial.acting():
        public_id = undo_job(trial.actor, job).public_id
    trial.plan(public_id)
    with trial.acting():
        stopping.pause_job(trial.actor, public_id)
        workflows.pause(trial.actor, workflow)
        stopping.resume_job(trial.actor, public_id)
    trial.finish(public_id)
    assert trial.outcomes(public_id) == ["CONTACT_REMOVED"] * 2


def test_a_large_undo_needs_a_second_person(trial: Trial, alice, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create")
    trial.limit(unapproved_rows=2)
    with trial.acting():
        public_id = undo_job(trial.actor, job).public_id
    trial.plan(public_id)
    assert trial.job(public_id).paused_by == "approval"
    with trial.acting(), pytest.raises(NotAllowed):
        approvals.approve_job(trial.actor, public_id)
    with trial.acting():
        approvals.approve_job(alice.actor, public_id)
    trial.finish(public_id)


def test_when_a_job_can_be_undone(trial: Trial, bob, workflow):
    running = trial.start(lines(*addresses(3)), workflow, missing="create")
    with pytest.raises(Conflict, match="still running"):
        undo(trial, running)
    trial.finish(running)
    trial.change_job(running, finished_at=now() - timedelta(hours=24, seconds=1))
    with pytest.raises(Conflict, match="within 24 hours"):
        undo(trial, running)
    assert f"/enrollments/{running}/undo" not in page_of(bob, running)
    assert "This job can’t be undone" in bob.get(f"/enrollments/{running}/undo").text
    trial.change_job(running, finished_at=now() - timedelta(hours=23, minutes=59))
    assert f"/enrollments/{running}/undo" in page_of(bob, running)
    public_id = undo(trial, running)
    with pytest.raises(Conflict, match="can’t be undone"):
        undo(trial, public_id)
    nobody = trial.run(lines("wrong"), workflow)
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(trial, nobody)


def test_two_clicks_make_one_undo(trial: Trial, app, bob, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create")

    def click() -> str:
        with trial.acting():
            return undo_job(trial.actor, job).public_id

    first, second = at_once(app, click, click)
    assert first == second and trial.count_jobs() == 2
    trial.finish(first)
    assert bob.post(f"/enrollments/{job}/undo").headers["Location"] == f"/enrollments/{first}"
    assert bob.get(f"/enrollments/{job}/undo").headers["Location"] == f"/enrollments/{first}"


def test_a_canceled_undo_can_be_undone_to_the_end(trial: Trial, workflow):
    job = trial.run(lines(*addresses(600)), workflow, missing="create")
    with trial.acting():
        first = undo_job(trial.actor, job).public_id
    trial.plan(first)
    trial.run_batch(trial.batches(first)[0].id)
    trial.cancel(first)
    trial.finish(first)
    trial.holds(job, first)
    assert trial.job(first).totals == {"CONTACT_REMOVED": 250, "CANCELLED": 350}
    second = undo(trial, job)
    assert trial.job(second).totals == {"CONTACT_GONE": 250, "CONTACT_REMOVED": 350}


def test_it_has_the_limit_of_unfinished_jobs(trial: Trial, workflow):
    job = trial.run(lines(*addresses(2)), workflow, missing="create")
    trial.limit(unfinished_jobs=1)
    trial.start(lines("wait@example.com"), workflow, missing="create")
    with trial.acting(), pytest.raises(LimitReached):
        undo_job(trial.actor, job)


def test_the_page_asks_first_and_the_log_names_it(trial: Trial, app, bob, workflow):
    job = trial.run(lines(*addresses(3)), workflow, missing="create", tags=["Spring"])
    page = bob.get(f"/enrollments/{job}/undo").text
    assert "Show what can be undone" in page
    bob.post(f"/enrollments/{job}/undo/figures")
    assert "Counting what can be undone" in bob.get(f"/enrollments/{job}/undo").text
    trial.run_tasks()
    page = bob.get(f"/enrollments/{job}/undo").text
    assert "3 of 3 people can be removed from Welcome." in words_of(page)
    assert "Tags that the job newly added will be removed: Spring." in words_of(page)
    assert trial.contact("p1@example.com") is not None, "nothing has been changed"
    answer = bob.post(f"/enrollments/{job}/undo")
    trial.run_tasks()
    trial.sweep()
    assert "undid" in words_of(bob.get("/activity").text)
    assert answer.headers["Location"].rpartition("/")[2] in bob.get("/enrollments").text


def test_the_timeline_of_a_contact_says_so(trial: Trial, app, bob, workflow):
    contact_id = add(app, bob.actor, "p1@example.com")
    undo(trial, trial.run(lines("p1@example.com"), workflow))
    assert "Removed from Welcome by undoing the enrollment" in words_of(
        bob.get(f"/contacts/{contact_id}").text
    )
    with trial.acting():
        query = sa.select(ContactEvent.kind).where(
            ContactEvent.account_id == trial.actor.account_id, ContactEvent.contact_id == contact_id
        )
        assert "withdrawn" in session().scalars(query).all()


def test_who_may(trial: Trial, app, vera, mallory, workflow):
    job = trial.run(lines(*addresses(2)), workflow, missing="create")
    for act in (prepare_undo, refresh_undo, undo_job):
        with app.app_context(), pytest.raises(NotAllowed):
            act(vera.actor, job)
        with app.app_context(), pytest.raises(NotFound):
            act(mallory.actor, job)
    assert f"/enrollments/{job}/undo" not in page_of(vera, job)
    for path in ("undo", "undo/figures"):
        assert vera.post(f"/enrollments/{job}/{path}").status_code == 403
        assert mallory.post(f"/enrollments/{job}/{path}").status_code == 404


def test_every_outcome_of_an_undo_has_words():
    for outcome in (
        Outcome.WITHDRAWN,
        Outcome.CONTACT_REMOVED,
        Outcome.TAGS_REMOVED,
        Outcome.NOTHING_TO_UNDO,
    ):
        assert outcome.counts_as == "succeeded" and outcome.label
    for outcome in (Outcome.MOVED_ON, Outcome.CONTACT_GONE):
        assert outcome.counts_as == "skipped" and outcome.label
