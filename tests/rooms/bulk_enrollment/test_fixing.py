"""Failed rows are fixed in the browser, one by one or all with the same error, and then run (B-24)."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.bulk_enrollment.application.fixing import editing, sheet
from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.domain.brakes.rules import Brakes
from app.bulk_enrollment.domain.retrying import SameError
from app.home.application import current_work
from app.platform.errors import Conflict, NotAllowed, NotFound
from tests.people import sign_in
from tests.rooms.bulk_enrollment.jobs import all_jobs, page_of, words_of
from tests.rooms.bulk_enrollment.trial import Trial, lines
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database

FILE = """Email,First name,Phone,City
ann@example.com,Ann,+49 30 123456,Berlin
ben@example,Ben,,Hamburg
"cleo@gmail,com",Cleo,,
dora@gmailcom,Dora,,
,Eve,,Lyon
finn@example.com,{long},,
"gus@gmail,com",Gus,,
""".replace("{long}", "x" * 200)
MAPPING = {"0": "email", "1": "first_name", "2": "phone", "3": "city"}
NO_DOT, ENDING, COMMA = "no_dot", "ending", "comma"


@pytest.fixture
def app(database: Database, run_tasks: Callable[[], bool], request: pytest.FixtureRequest) -> Flask:
    """The app, with the job of `job` in the database if the test asks for it."""

    def make() -> None:
        bob = sign_in(database.app, "bob").actor
        trial = Trial(database.app, bob, run_tasks)
        job = trial.run(FILE, active(database.app, bob), mapping=MAPPING, missing="create")
        assert trial.job(job).totals == {"ENROLLED": 1, "VALIDATION_ERROR": 6}

    database.define_with_people("failed rows", make)
    database.restore("failed rows" if "job" in request.fixturenames else "people")
    return database.app


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def job(app) -> str:
    [job] = all_jobs(app)
    return job.public_id


def opened(trial: Trial, job: str) -> editing.FixingPage:
    with trial.acting():
        sheet.open_sheet(trial.actor, job)
    return page(trial, job)


def page(trial: Trial, job: str, state: str = "open", after: int = 0) -> editing.FixingPage:
    with trial.acting():
        return editing.fixing_page(trial.actor, job, state, after)


def save(trial: Trial, job: str, edits, left_out=()) -> dict[int, editing.EditedRow]:
    with trial.acting():
        return {row.row: row for row in editing.save_edits(trial.actor, job, edits, set(left_out))}


def run(trial: Trial, job: str) -> str:
    with trial.acting():
        again = retry_failures(trial.actor, job, outcomes=()).public_id
    trial.finish(again)
    trial.holds(job, again)
    return again


def problems(found: editing.FixingPage) -> dict[int, list[str]]:
    return {row.row: [cell.problem for cell in row.cells] for row in found.rows}


def test_rows_are_shown_with_their_cells_and_what_is_wrong_with_which(trial: Trial, job):
    found = opened(trial, job)
    assert [column.name for column in found.columns] == ["Email", "First name", "Phone", "City"]
    assert [(row.row, row.line) for row in found.rows] == [(2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8)]
    assert [cell.text for cell in found.rows[0].cells] == ["ben@example", "Ben", "", "Hamburg"]
    wrong = problems(found)
    assert wrong[2][0] == "The part after the @ sign has no ending such as .com." and not any(wrong[2][1:])
    assert wrong[5][0] and not any(wrong[5][1:])
    assert wrong[6][1] == "A value is too long for its field." and not wrong[6][0]


def test_what_is_typed_is_checked_as_in_an_import_and_never_lost(trial: Trial, job):
    opened(trial, job)
    saved = save(
        trial,
        job,
        {
            2: {"0": "ben@example.org"},
            5: {"0": "still wrong", "1": "Evelyn"},
            6: {"1": "Finn"},
            1: {"0": "not mine to change"},
            999: {"0": "nobody"},
        },
    )
    assert {row: one.state for row, one in saved.items()} == {2: "ready", 5: "open", 6: "ready"}
    assert saved[5].cells[0].problem and saved[5].cells[1].text == "Evelyn"
    again = page(trial, job)
    assert [row.row for row in again.rows] == [3, 4, 5, 7]
    assert [cell.text for cell in again.rows[2].cells][:2] == ["still wrong", "Evelyn"]
    assert again.counts == {"open": 4, "ready": 2}
    assert save(trial, job, {2: {"0": "ben@example"}})[2].state == "open", "as it was"


def test_edits_are_recorded_without_their_values(trial: Trial, bob, job):
    opened(trial, job)
    save(trial, job, {2: {"0": "ben@example.org"}, 3: {}})
    save(trial, job, {2: {"0": "ben@example.org"}, 3: {}, 999: {"0": "nobody"}})
    save(trial, job, {5: {"1": "Evelyn"}, 3: {}}, left_out=[3])
    page = bob.get("/activity").text
    words = words_of(page)
    assert words.count("edited rows of the enrollment in Welcome") == 2
    assert "(row 2)" in words and "(2 rows)" in words
    assert "example.org" not in page and "Evelyn" not in page
    again = run(trial, job)
    save(trial, job, {2: {"0": "too@late.example"}})
    assert words_of(bob.get("/activity").text).count("edited rows of") == 2, again


def test_a_value_that_would_be_left_out_is_said_so(trial: Trial, job):
    opened(trial, job)
    row = save(trial, job, {2: {"0": "ben@example.org", "2": "no number"}})[2]
    assert row.state == "ready" and row.cells[2].warning == editing.UNREAD


def test_only_the_fixed_rows_run_and_keep_row_line_and_options(trial: Trial, app, bob, job):
    opened(trial, job)
    save(trial, job, {2: {"0": "ben@example.org", "3": "Kiel"}, 5: {"0": "eve@example.org"}})
    again = run(trial, job)
    assert trial.outcomes(again) == ["ENROLLED", "ENROLLED"]
    assert [(row.source_row, row.line) for row in trial.rows(again)] == [(2, 3), (5, 6)]
    ben = trial.contact("ben@example.org")
    assert (ben.first_name, ben.city) == ("Ben", "Kiel")
    assert trial.contact("eve@example.org").city == "Lyon", "cells that nobody changed are those of the file"
    text = bob.get(f"/enrollments/{again}/rows.csv").data.decode("utf-8-sig").splitlines()
    assert text[1].replace('"', "") == "ben@example.org,Ben,,Kiel,ENROLLED,Added to the workflow."
    assert page(trial, job).counts == {"open": 4, "taken": 2}
    with trial.acting(), pytest.raises(Conflict, match="already been retried"):
        retry_failures(trial.actor, job)


def test_one_fix_for_all_rows_with_the_same_error(trial: Trial, bob, job):
    found = opened(trial, job)
    commas = next(one for one in found.groups if one.after == "cleo@gmail.com")
    assert (commas.rows, commas.before) == (2, "cleo@gmail,com")
    save(trial, job, {7: {"0": "typed@by.hand"}})
    with trial.acting():
        assert editing.fix_all(trial.actor, job, commas.group) == 1, "what somebody typed stays"
        assert editing.fix_all(trial.actor, job, commas.group) == 0
        assert editing.take_fix_back(trial.actor, job, commas.group) == 1
        assert editing.fix_all(trial.actor, job, commas.group) == 1
        blank = next(one for one in found.groups if one.before == "")
        assert editing.leave_all_out(trial.actor, job, blank.group) == 1
    assert page(trial, job).counts["left_out"] == 1
    again = run(trial, job)
    assert {row.identifier for row in trial.rows(again)} == {"cleo@gmail.com", "typed@by.hand"}
    assert "fixed rows of the enrollment in Welcome (1 row)" in words_of(bob.get("/activity").text)


def test_a_group_keeps_its_place_so_that_its_fix_can_be_taken_back(trial: Trial, bob, job, monkeypatch):
    monkeypatch.setattr(editing, "MOST_GROUPS", 1)
    [largest] = opened(trial, job).groups
    fix = {"outcome": largest.group.outcome, "detail": largest.group.detail, "repair": largest.group.repair}
    bob.post(f"/enrollments/{job}/fix", fix | {"act": "fix"})
    found = bob.get(f"/enrollments/{job}/fix").text
    assert "2 rows fixed" in words_of(found) and 'value="unfix"' in found
    bob.post(f"/enrollments/{job}/fix", fix | {"act": "unfix"})
    assert page(trial, job).counts == {"open": 6}


def test_typos_of_domains_among_people_who_were_not_found(trial: Trial, app, bob, workflow):
    add(app, bob.actor, "ann@gmail.com")
    job = trial.run(lines("ann@gmial.com", "ben@gmial.com"), workflow)
    assert trial.outcomes(job) == ["CONTACT_NOT_FOUND"] * 2
    found = opened(trial, job)
    [typo] = [one for one in found.groups if one.after]
    assert (typo.before, typo.after, typo.rows) == ("ann@gmial.com", "ann@gmail.com", 1)
    assert all(row.cells[0].problem == "Not in your contacts." for row in found.rows)
    with trial.acting():
        editing.fix_all(trial.actor, job, typo.group)
    assert trial.outcomes(run(trial, job)) == ["ENROLLED"]


def test_a_retry_of_fixed_rows_can_be_fixed_again(trial: Trial, app, bob, job):
    """Its sheet shows what was typed, and what is changed now comes on top."""
    opened(trial, job)
    save(trial, job, {5: {"0": "eve@example.org", "3": "Nantes"}})
    with trial.acting():
        first = retry_failures(trial.actor, job, outcomes=()).public_id
    trial.change_job(first, options=trial.job(first).options.__class__())  # now it adds no contacts
    trial.finish(first)
    assert trial.outcomes(first) == ["CONTACT_NOT_FOUND"]
    add(app, bob.actor, "eva@example.org")
    found = opened(trial, first)
    [row] = found.rows
    assert (row.row, row.line) == (5, 6)
    assert [cell.text for cell in row.cells] == ["eve@example.org", "Eve", "", "Nantes"]
    save(trial, first, {row.number: {"0": "eva@example.org"}})
    second = run(trial, first)
    assert trial.outcomes(second) == ["ENROLLED"]
    text = bob.get(f"/enrollments/{second}/rows.csv").data.decode("utf-8-sig").splitlines()
    assert text[1].replace('"', "").startswith("eva@example.org,Eve,,Nantes,ENROLLED")


def test_rows_that_are_left_out_close_the_to_do(trial: Trial, job):
    def waiting() -> list[str]:
        with trial.acting():
            return [one.state.job.public_id for one in current_work(trial.actor).need_attention]

    opened(trial, job)
    assert waiting() == [job]
    rows = {row.number: {} for row in page(trial, job).rows}
    save(trial, job, rows, left_out=list(rows)[1:])
    assert waiting() == [job]
    save(trial, job, {2: {"0": "ben@example.org"}})
    assert waiting() == [job], "it is fixed, but has not been run"
    run(trial, job)
    assert waiting() == []
    save(trial, job, {5: {}})
    assert waiting() == [job], "somebody has changed their mind"


def test_a_large_sheet_is_filled_by_a_worker_and_goes_on_after_an_interruption(
    trial: Trial, app, bob, workflow, monkeypatch
):
    monkeypatch.setattr(sheet, "SMALL_FILE", 10)
    monkeypatch.setattr(sheet, "CHUNK", 4)
    job = trial.run(lines(*(f"wrong {number}" for number in range(30))), workflow)
    with trial.acting():
        sheet.open_sheet(trial.actor, job)
    assert "Preparing the rows" in bob.get(f"/enrollments/{job}/fix").text
    stops = iter([False, True])
    monkeypatch.setattr(sheet.queue, "should_stop", lambda: next(stops, False))
    with app.app_context():
        sheet.fill_sheet(trial.actor.account_id, trial.job(job).id)
    assert page(trial, job).sheet.filled_to == 8
    trial.run_tasks()
    assert page(trial, job).counts == {"open": 30}
    first = page(trial, job)
    assert len(first.rows) == 25 and [row.row for row in page(trial, job, after=first.on).rows] == [
        26,
        27,
        28,
        29,
        30,
    ]


def test_thousands_of_rows_are_fixed_by_one_statement(trial: Trial, app, workflow, monkeypatch):
    monkeypatch.setattr(sheet, "SMALL_FILE", 100_000)
    text = lines(*(f"p{number}@gmailcom" for number in range(3_000)))
    job = trial.run(text, workflow, missing="create", brakes=Brakes(failed_percent=None))
    [group] = opened(trial, job).groups
    assert group.rows == 3_000
    with trial.acting():
        assert editing.fix_all(trial.actor, job, group.group) == 3_000


def test_the_page_saves_and_runs_without_javascript(trial: Trial, app, bob, job):
    assert "Fix 6 rows" in page_of(bob, job)
    assert bob.post(f"/enrollments/{job}/fix/sheet").headers["Location"] == f"/enrollments/{job}/fix"
    form = {"row": ["2", "5"], "cell-2-0": "ben@example.org", "cell-5-0": "<b>no</b>", "leave": ["5"]}
    answer = bob.post(f"/enrollments/{job}/fix", form | {"act": "save"})
    assert answer.headers["Location"] == f"/enrollments/{job}/fix"
    text = bob.get(f"/enrollments/{job}/fix?state=left_out").text
    assert "&lt;b&gt;no&lt;/b&gt;" in text and "<b>no</b>" not in text
    assert "Run 1 fixed row" in bob.get(f"/enrollments/{job}/fix").text
    answer = bob.post(f"/enrollments/{job}/fix", {"row": "3", "cell-3-0": "cleo@gmail.com", "act": "run"})
    again = answer.headers["Location"].rpartition("/")[2]
    trial.finish(again)
    assert trial.job(again).totals == {"ENROLLED": 2}


def test_who_may(trial: Trial, app, bob, vera, mallory, job):
    with app.app_context(), pytest.raises(NotAllowed):
        sheet.open_sheet(vera.actor, job)
    opened(trial, job)
    with app.app_context(), pytest.raises(NotAllowed):
        editing.save_edits(vera.actor, job, {2: {"0": "x@example.org"}}, set())
    text = vera.get(f"/enrollments/{job}/fix").text
    assert "readonly" in text and 'value="run"' not in text
    for act in (
        lambda: editing.save_edits(mallory.actor, job, {2: {}}, set()),
        lambda: sheet.open_sheet(mallory.actor, job),
    ):
        with app.app_context(), pytest.raises(NotFound):
            act()
    for path in ("fix", "fix/sheet"):
        assert vera.post(f"/enrollments/{job}/{path}", {"act": "save"}).status_code == 403
        assert mallory.post(f"/enrollments/{job}/{path}").status_code == 404
    assert mallory.get(f"/enrollments/{job}/fix").status_code == 404


def test_a_made_up_group_changes_nothing(trial: Trial, bob, job):
    opened(trial, job)
    form = {"act": "fix", "outcome": "1", "detail": "", "repair": ""}
    assert bob.post(f"/enrollments/{job}/fix", form).status_code == 422
    with trial.acting():
        assert editing.fix_all(trial.actor, job, SameError(10, "no_dot", "made up")) == 0
    assert page(trial, job).counts == {"open": 6}
