"""Rows whose failure a retry can help are run again in a job of their own (B-24)."""

import pytest

from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.application.jobs import plan, start
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.selection import FilterSelection, ManualSelection
from app.home.application import current_work
from app.platform.errors import Conflict, NotAllowed, NotFound
from app.workflows import application as workflows
from app.workflows.application import panels
from tests.rooms.bulk_enrollment.jobs import page_of, rows_on, words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, at_once, lines, trigger
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active, version_of

# A value that the database rejects for good: the row alone gets ENROLLMENT_ERROR.
REJECTED = {
    "sqlite": "SELECT RAISE(ABORT, 'no')",
    "postgresql": "RAISE EXCEPTION 'no' USING ERRCODE = '23514'",
}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


def retry(trial: Trial, job: str, **given) -> str:
    with trial.acting():
        return retry_failures(trial.actor, job, **given).public_id


def failed_rows(trial: Trial, app, workflow, *numbers: int, count: int = 8, **choices) -> str:
    """A job in which the database rejects the people with these numbers, just this time."""
    bad = ", ".join(f"'p{number}@example.com'" for number in numbers)
    choices = {"missing": "create", "batch_size": 10} | choices
    text = "Email,Note,First name\n" + "".join(f"{one},here,Pat {one[1:2]}\n" for one in addresses(count))
    mapping = {"0": "email", "2": "first_name"}
    with trigger(app, "contacts", "INSERT", f"NEW.email_key IN ({bad})", **REJECTED):
        job = trial.start(text + "wrong,here,W\n", workflow, mapping=mapping, **choices)
        trial.finish(job)
    assert trial.job(job).totals["ENROLLMENT_ERROR"] == len(numbers)
    return job


def test_only_failed_rows_run_again_with_their_rows_and_lines(trial: Trial, app, bob, workflow):
    job = failed_rows(trial, app, workflow, 3, 6, tags=("Spring",), existing="fill")
    again = retry(trial, job)
    trial.finish(again)
    trial.holds(job, again)
    first, second = trial.job(job), trial.job(again)
    assert (second.parent_job_id, second.total, second.totals) == (first.id, 2, {"ENROLLED": 2})
    assert [(row.row_number, row.source_row, row.line) for row in trial.rows(again)] == [(1, 3, 4), (2, 6, 7)]
    assert trial.contact("p3@example.com").first_name == "Pat 3", "the mapping is that of the first job"
    assert second.options.tags == ("Spring",) and second.options.missing == "create"
    assert (second.options.existing, second.options.consent_basis) == ("fill", "customer")
    assert trial.contact("p3@example.com").consent_basis == "customer"


def test_both_pages_link_to_each_other_and_a_file_can_be_downloaded(trial: Trial, app, bob, workflow):
    job = failed_rows(trial, app, workflow, 3, 6)
    assert "Retry 2 rows" in page_of(bob, job)
    answer = bob.post(f"/enrollments/{job}/retry")
    again = answer.headers["Location"].rpartition("/")[2]
    trial.finish(again)
    assert "Retried in" in words_of(page_of(bob, job)) and again in page_of(bob, job)
    assert "Retry of" in words_of(page_of(bob, again)) and job in page_of(bob, again)
    assert "Retry 2 rows" not in page_of(bob, job)
    text = bob.get(f"/enrollments/{again}/rows.csv").data.decode("utf-8-sig").replace('"', "").splitlines()
    assert text[0] == "Email,Note,First name,outcome,reason"
    assert [line.split(",")[0] for line in text[1:]] == ["p3@example.com", "p6@example.com"]
    assert "retried rows of the enrollment in Welcome (2 rows)" in words_of(bob.get("/activity").text)


def test_a_double_click_makes_one_job(trial: Trial, app, bob, workflow):
    job = failed_rows(trial, app, workflow, 3)
    first, second = (bob.post(f"/enrollments/{job}/retry").headers["Location"] for _ in range(2))
    assert first == second and trial.count_jobs() == 2
    assert "These rows have already been retried." in words_of(bob.get(second).text)
    with pytest.raises(Conflict) as refused:
        retry(trial, job)
    assert refused.value.facts["retry"] == first.rpartition("/")[2]


def test_two_clicks_at_the_same_moment_make_one_job(trial: Trial, app, workflow):
    job = failed_rows(trial, app, workflow, 3)
    results = at_once(app, *[lambda: retry(trial, job)] * 2)
    assert sorted(isinstance(one, Conflict) for one in results) == [False, True], results
    assert trial.count_jobs() == 2


def test_the_same_key_returns_the_same_job(trial: Trial, app, workflow):
    job = failed_rows(trial, app, workflow, 3)
    assert retry(trial, job, idempotency_key="a") == retry(trial, job, idempotency_key="a")


def test_rows_of_one_outcome_only(trial: Trial, app, workflow):
    job = failed_rows(trial, app, workflow, 3)
    with pytest.raises(Conflict):
        retry(trial, job, outcomes={Outcome.TIMEOUT_ERROR})
    assert retry(trial, job, outcomes={Outcome.ENROLLMENT_ERROR})


def test_a_retry_can_be_retried_and_keeps_the_rows_of_the_file(trial: Trial, app, bob, workflow):
    job = failed_rows(trial, app, workflow, 3, 6)
    with trigger(app, "contacts", "INSERT", "NEW.email_key = 'p6@example.com'", **REJECTED):
        second = retry(trial, job)
        trial.finish(second)
    assert rows_on(page_of(bob, second)) == [6]
    assert rows_on(page_of(bob, second, q="6")) == [6] and rows_on(page_of(bob, second, q="2")) == []
    third = retry(trial, second)
    trial.finish(third)
    trial.holds(job, second, third)
    assert [(row.source_row, row.line, row.identifier) for row in trial.rows(third)] == [
        (6, 7, "p6@example.com")
    ]
    assert trial.outcomes(third) == ["ENROLLED"]


def test_canceled_rows_can_be_retried(trial: Trial, workflow):
    job = trial.started(lines(*addresses(25)), workflow, missing="create", batch_size=10)
    trial.run_batch(trial.batches(job)[0].id)
    trial.cancel(job)
    trial.finish(job)
    assert trial.job(job).totals == {"ENROLLED": 10, "CANCELLED": 15}
    again = retry(trial, job)
    trial.finish(again)
    trial.holds(job, again)
    assert trial.job(again).totals == {"ENROLLED": 15}
    assert [row.source_row for row in trial.rows(again)] == list(range(11, 26))


@pytest.mark.parametrize("chunk", [2, 10_000])
def test_a_job_that_was_canceled_before_its_rows_were_read(trial: Trial, workflow, monkeypatch, chunk):
    monkeypatch.setattr(plan, "CHUNK_ROWS", chunk)
    job = trial.start(lines(*addresses(5)), workflow, missing="create")
    trial.cancel(job)
    trial.run_tasks()
    again = retry(trial, job)
    trial.cancel(again)
    third = retry(trial, again)
    trial.finish(third)
    trial.holds(job, again, third)
    assert trial.outcomes(third) == ["ENROLLED"] * 5


def test_a_partial_retry_that_was_canceled_before_its_rows_were_read(trial: Trial, app, bob, workflow):
    job = failed_rows(trial, app, workflow, 3, 6)
    again = retry(trial, job)
    trial.cancel(again)
    assert b"p6@example.com" in bob.get(f"/enrollments/{again}/rows.csv").data
    third = retry(trial, again)
    trial.finish(third)
    trial.holds(job, again, third)
    assert [row.source_row for row in trial.rows(third)] == [3, 6]


def test_interrupted_planning_goes_on(trial: Trial, app, workflow, monkeypatch):
    job = failed_rows(trial, app, workflow, 1, 2, 3, 4, 5)
    monkeypatch.setattr(plan, "CHUNK_ROWS", 2)
    again = retry(trial, job)
    stops = iter([False, True])
    monkeypatch.setattr(plan.queue, "should_stop", lambda: next(stops, False))
    trial.plan(again)
    assert trial.job(again).planned_rows == 4
    trial.finish(again)
    trial.holds(again)
    assert [row.source_row for row in trial.rows(again)] == [1, 2, 3, 4, 5]


def test_lists_and_filters(trial: Trial, app, bob, workflow):
    for number in range(1, 5):
        add(app, bob.actor, f"p{number}@example.com")
    ids = {number: trial.contact(f"p{number}@example.com").id for number in range(1, 5)}
    everybody = {"all": [{"field": "contact.email", "op": "is_not_empty"}]}
    for selection in (
        ManualSelection(tuple(str(one) for one in ids.values())),
        ManualSelection(tuple(f"p{number}@example.com" for number in ids), "email"),
        FilterSelection(everybody),
    ):
        target = active(app, bob.actor, "Listed")
        bad = f"NEW.contact_id = {ids[3]}"
        with trigger(app, "enrollments", "INSERT", bad, **REJECTED):
            with trial.acting():
                wanted = JobRequest(selection, JobOptions(), target)
                job = start.start_job(trial.actor, wanted).public_id
            trial.finish(job)
        again = retry(trial, job)
        trial.finish(again)
        trial.holds(job, again)
        [row] = trial.rows(again)
        assert (row.source_row, row.line, row.contact_id) == (3, 3, ids[3])
        assert trial.outcomes(again) == ["ENROLLED"]
        if isinstance(selection, ManualSelection):
            people = [trial.job(one).options.people for one in (job, again)]
            assert people == ["4 selected contacts", "1 selected contact"]
        assert b"ENROLLED" in bob.get(f"/enrollments/{again}/rows.csv").data


def test_a_duplicate_in_a_retry_names_the_row_of_the_file(trial: Trial, app, workflow):
    """Two rows that are canceled, with one address."""
    text = lines(*addresses(10), "twice@example.com", "TWICE@example.com")
    job = trial.started(text, workflow, missing="create", batch_size=10)
    trial.run_batch(trial.batches(job)[0].id)
    trial.cancel(job)
    trial.finish(job)
    again = retry(trial, job)
    trial.finish(again)
    assert trial.outcomes(again) == ["ENROLLED", "DUPLICATE_IN_SELECTION 11"]


def test_the_workflow_must_be_active_and_its_new_version_counts(trial: Trial, app, bob, workflow):
    job = failed_rows(trial, app, workflow, 3)
    with trial.acting():
        workflows.pause(trial.actor, workflow)
    answer = bob.post(f"/enrollments/{job}/retry")
    assert answer.status_code == 409 and f'href="/workflows/{workflow}"' in answer.text
    assert "It is paused. Activate it first." in words_of(answer.text)
    with trial.acting():
        workflows.activate(trial.actor, workflow, workflows.Ask.NEVER)
    again = retry(trial, job)
    assert trial.job(again).version_id == version_of(app, bob.actor, workflow).id


def test_the_job_of_a_deleted_workflow_says_so(trial: Trial, app, bob, workflow, monkeypatch):
    job = failed_rows(trial, app, workflow, 3)
    with trial.acting():
        workflows.pause(trial.actor, workflow)
        workflows.archive(trial.actor, workflow)
        monkeypatch.setitem(panels._people_left, "people", lambda _account_id, _workflow_id: 0)
        workflows.delete(trial.actor, workflow)
    answer = bob.post(f"/enrollments/{job}/retry")
    assert answer.status_code == 409 and "It has been deleted." in words_of(answer.text)
    page = page_of(bob, job)
    assert "Workflow Welcome" in words_of(page) and f'href="/workflows/{workflow}"' not in page
    assert ">Imports</a>" not in bob.get(f"/enrollments/{job}/verification").text


def test_the_to_do_on_home_is_closed_when_no_row_is_left(trial: Trial, app, bob, workflow):
    def waiting() -> list[str]:
        with trial.acting():
            return [one.state.job.public_id for one in current_work(trial.actor).need_attention]

    job = failed_rows(trial, app, workflow, 3)
    again = retry(trial, job)
    trial.finish(again)
    assert waiting() == [job], "one row still needs fixing"
    clean = failed_rows(trial, app, workflow, 11, count=12)
    with trial.acting():
        trial.change_job(clean, totals={"ENROLLED": 11, "ENROLLMENT_ERROR": 1})
    retry(trial, clean)
    assert waiting() == [job]


def test_who_may(trial: Trial, app, bob, vera, mallory, workflow):
    job = failed_rows(trial, app, workflow, 3)
    assert "Retry 1 row" not in page_of(vera, job)
    with app.app_context(), pytest.raises(NotAllowed):
        retry_failures(vera.actor, job)
    with app.app_context(), pytest.raises(NotFound):
        retry_failures(mallory.actor, job)
    assert vera.post(f"/enrollments/{job}/retry").status_code == 403
    assert mallory.post(f"/enrollments/{job}/retry").status_code == 404


def test_what_cannot_be_retried(trial: Trial, workflow):
    good = trial.run(lines(*addresses(2)), workflow, missing="create")
    with pytest.raises(Conflict, match="no rows that a retry can help"):
        retry(trial, good)
    running = trial.start(lines(*addresses(2, 5)), workflow, missing="create")
    with pytest.raises(Conflict, match="hasn’t finished"):
        retry(trial, running)


def test_a_retry_whose_file_is_gone_gives_its_rows_back(trial: Trial, app, bob, workflow, monkeypatch):
    job = failed_rows(trial, app, workflow, 3)
    again = retry(trial, job)
    trial.change_job(again, idle_attempts=50)  # it cannot be read
    trial.run_tasks()
    assert trial.job(again).status == "failed"
    with trial.acting():
        assert show_job(trial.actor, job).failed == 2
    assert retry(trial, job) != again
