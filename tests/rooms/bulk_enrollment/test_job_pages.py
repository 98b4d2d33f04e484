"""The list of jobs and one job: figures, words, what polls and what stops it (B-06, B-12, B-16, B-28)."""

import re

import pytest

from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob
from app.platform import queue
from app.platform.database import session, transaction
from app.workflows import application as workflows
from tests.rooms.bulk_enrollment.jobs import MIXED, page_of, people, rows_on, shown, start_job, words_of
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active


def test_a_finished_job_says_in_one_sentence_what_came_of_it(app, bob, run_tasks):  # B-12
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    words = words_of(page_of(bob, job))
    assert "2 people were added to Welcome. 3 rows need fixing." in words
    assert "1 row is a duplicate and was skipped." in words
    assert "100% 6 of 6 rows" in words
    assert "Added to workflow 2" in words and "Needs fixing 3" in words
    assert "Failed rows To correct and upload again 3" in words and "Upload corrected file" in words
    assert "Completed with errors" in words


def test_all_good(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(3))
    run_tasks()
    words = words_of(page_of(bob, job))
    assert "All 3 people were added to Welcome." in words
    assert "Skipped and failed rows" not in words
    assert "Open workflow" in words and "Failed rows" not in words


def acts(page: str) -> tuple[list[str], list[str]]:
    """Return the texts of the buttons below the figures, and of the primary ones among them."""
    inside = page.split('job-acts">')[1].split("</section>")[0]
    buttons = re.findall(
        r'<(?:a|button|summary) class="btn([^"]*)"[^>]*>(.*?)</(?:a|button|summary)>', inside
    )
    texts = [(words_of(text).strip(), "btn-primary" in look) for look, text in buttons]
    return [text for text, _ in texts], [text for text, is_primary in texts if is_primary]


def test_one_button_is_primary_and_the_rest_is_in_a_menu(app, bob, vera, run_tasks):
    bad, good = start_job(app, bob.actor, MIXED), start_job(app, bob.actor, people(3, 10))
    run_tasks()
    assert acts(page_of(bob, bad)) == (["Fix 3 rows", "Download", "More"], ["Fix 3 rows"])
    menu = page_of(bob, bad).split('more-menu"')[1].split("</details>")[0]
    assert words_of(menu).endswith("More Upload corrected file Open workflow Undo Report")
    assert acts(page_of(bob, good)) == (["Open workflow", "Undo", "Report", "Download"], ["Open workflow"])
    assert acts(page_of(vera, bad)) == (["Open workflow", "Report", "Download"], ["Open workflow"])


def test_the_panel_polls_until_the_end_and_then_no_more(app, bob, run_tasks):  # B-06
    job = start_job(app, bob.actor, MIXED)
    page = page_of(bob, job)
    [poll] = re.findall(r'hx-get="/enrollments/([^"]+)" hx-trigger="job-news, every 1s"', page)
    assert poll.startswith(f"{job}/panel?rows=0&amp;shown=")
    assert 'name="seen" value="pending"' in page
    assert 'data-title="0%"' in page and '<noscript><meta http-equiv="refresh"' in page
    run_tasks()
    panel = bob.htmx("get", f"/enrollments/{job}/panel?seen=pending&rows=0")
    [root] = re.findall(r'<section id="job-panel"[^>]*>', panel.text)
    assert "hx-get" not in root and "hx-trigger" not in root
    assert 'data-title="Done"' in root
    assert panel.headers["HX-Trigger"] == "problems-changed"
    assert '<hx-partial hx-target="#job-status"' in panel.text, "what stands around the panel comes along"
    page = page_of(bob, job)
    assert (
        "/panel?" not in page
        and 'name="seen"' not in page
        and "noscript" not in page
        and "problems-changed" not in page
    )


def test_a_panel_that_has_not_moved_brings_the_chips_and_the_figures_of_the_dialog(app, bob):
    job = start_job(app, bob.actor, people(3))
    panel = bob.htmx("get", f"/enrollments/{job}/panel?seen=pending&rows=0")
    assert "HX-Trigger" not in panel.headers
    targets = re.findall(r'<hx-partial hx-target="([^"]+)"', panel.text)
    assert targets == ["#running-jobs", "#cancel-dialog-text"]


def test_page_and_poll_show_the_same_panel(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    answer = bob.htmx("get", f"/enrollments/{job}/panel?seen=completed_with_errors&rows=4").text
    panel = answer.partition("<hx-partial")[0]
    assert 'id="job-panel"' in panel and _without_tokens(panel) in _without_tokens(page_of(bob, job))


def _without_tokens(text: str) -> str:
    """Return the text without CSRF tokens, which contain the time."""
    return " ".join(re.sub(r'(?<=name="csrf_token" value=")[^"]+', "", text).split())


@pytest.mark.parametrize(
    ("status", "planned", "words"),
    [
        ("pending", {}, "Waiting for a background worker to read the file."),
        ("validating", {"planned_rows": 2}, "Checking rows: 2 of 3."),
        ("scheduled", {}, "Waiting for its scheduled time."),
        ("paused", {"batches": 1}, "Paused because the workflow is paused."),
        ("cancelling", {"batches": 1}, "Batches in progress will finish. The remaining rows are skipped."),
    ],
)
def test_what_happens_now_in_words(app, bob, status, planned, words):
    job = start_job(app, bob.actor, people(3))
    _change_job(app, bob, job, status=status, **planned)
    _show_a_worker(app)
    page = page_of(bob, job)
    assert words in page
    seconds = 5 if status in ("scheduled", "paused") else 1
    assert f'hx-trigger="job-news, every {seconds}s"' in page


def test_a_batch_that_waits_for_its_next_attempt_is_told_of(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(3))
    run_tasks()
    _change_job(app, bob, job, status="processing", finished_at=None)
    with app.app_context(), transaction():
        at = shown(app, bob.actor, job).job.created_at
        session().execute(
            EnrollmentBatch.__table__.update()
            .where(EnrollmentBatch.account_id == bob.actor.account_id)
            .values(status="pending", attempt=1, next_attempt_at=at, succeeded=0, outcomes={})
        )
    _show_a_worker(app)
    assert re.search(r"Batch 1 failed once and will be retried at \d+:\d\d:\d\d [AP]M\.", page_of(bob, job))


def test_it_says_when_no_worker_is_alive(app, bob):
    job = start_job(app, bob.actor, people(3))
    assert "Background workers aren’t running" in page_of(bob, job)
    _show_a_worker(app)
    assert "Background workers aren’t running" not in page_of(bob, job)


def test_pausing_the_workflow_is_told_and_going_on_too(app, bob, run_tasks):
    workflow = active(app, bob.actor)
    job = start_job(app, bob.actor, people(3), workflow_id=workflow)
    with app.app_context():
        workflows.pause(bob.actor, workflow)
    run_tasks()
    assert "Paused because the workflow is paused" in page_of(bob, job)


def test_a_file_that_could_not_be_read_later(app, bob):
    job = start_job(app, bob.actor, people(3))
    _change_job(app, bob, job, status="failed", failure="Row 2 cannot be read.")
    words = words_of(page_of(bob, job))
    assert "The file couldn’t be read. Nobody was added. Row 2 cannot be read." in words
    assert "Upload another file" in words and "100%" not in words
    assert bob.get(f"/enrollments/{job}/rows.csv").status_code == 409


def test_an_import_speaks_of_contacts(app, bob, run_tasks):
    start_job(app, bob.actor, people(2))
    run_tasks()
    job = start_job(app, bob.actor, people(4) + "Eve,eve at\n", workflow=None, file_name="list.csv")
    run_tasks()
    page = page_of(bob, job)
    words = words_of(page)
    assert "2 new contacts added and 2 existing contacts unchanged. 1 row needs fixing." in words
    assert "list.csv Completed with errors" in words_of(bob.get("/contacts/imports").text)
    assert "Import of list.csv" in words and "Open contacts" in words
    assert f'href="/contacts/import?corrects={job}"' in page and "Upload corrected file" in words


def test_imports_have_a_list_of_their_own_under_contacts(app, bob, mallory, run_tasks):
    enrolling = start_job(app, bob.actor, people(2), "Spring")
    importing = start_job(app, bob.actor, people(4), workflow=None, file_name="list.csv")
    assert listed(bob, "/enrollments") == [enrolling]
    assert listed(bob, "/contacts/imports") == [importing]
    assert 'href="/contacts/imports"' in bob.get("/contacts").text
    assert "No matching imports" in bob.get("/contacts/imports?status=failed").text
    assert "No imports yet" in mallory.get("/contacts/imports").text
    page = page_of(bob, importing)
    assert '<a href="/contacts/imports">Imports</a>' in page and '<a href="/enrollments">' not in page
    assert re.search(r'href="/contacts" aria-current="page"', page)
    assert re.search(r'href="/enrollments" aria-current="page"', page_of(bob, enrolling))


def test_what_differs_from_the_check_is_shown(app, bob, run_tasks):  # B-22
    job = start_job(app, bob.actor, people(3))
    run_tasks()
    assert "Results differ from the check" not in page_of(bob, job)
    assert shown(app, bob.actor, job).job.expected == {"ENROLLED": 3}
    _change_job(app, bob, job, expected={"ENROLLED": 1, "ALREADY_ENROLLED": 2})
    words = words_of(page_of(bob, job))
    assert "Added to workflow: expected 1, got 3" in words
    assert "Already in workflow: expected 2, got 0" in words


def test_the_list_is_newest_first_with_figures_and_filters(app, bob, run_tasks):  # B-16
    first = start_job(app, bob.actor, MIXED, "Win-back", file_name="guests.csv")
    run_tasks()
    second = start_job(app, bob.actor, people(2), "Spring")
    page = bob.get("/enrollments").text
    assert page.index(second) < page.index(first)
    words = words_of(page)
    assert "Win-back guests.csv Completed with errors 100% 6 2 3 1 just now by Bob" in words
    assert 'hx-trigger="every 2s"' in page, "one of them is under way"
    assert listed(bob, "/enrollments?status=unfinished") == [second]
    assert listed(bob, "/enrollments?status=completed_with_errors") == [first]
    workflow = shown(app, bob.actor, first).workflow_id
    assert listed(bob, f"/enrollments?workflow={workflow}") == [first]
    assert 'hx-trigger="every 2s"' not in bob.get(f"/enrollments?workflow={workflow}").text
    assert "No matching enrollments" in bob.get("/enrollments?status=failed").text
    assert first in bob.get("/enrollments?status=nonsense").text


def test_the_list_goes_on_from_a_job_and_back(app, bob, monkeypatch, run_tasks):
    monkeypatch.setattr(report, "PAGE", 2)
    workflow = active(app, bob.actor)
    jobs = [start_job(app, bob.actor, people(1, first=n), workflow_id=workflow) for n in range(5)][::-1]
    assert listed(bob, "/enrollments") == jobs[:2]
    assert listed(bob, f"/enrollments?older={jobs[1]}") == jobs[2:4]
    assert listed(bob, f"/enrollments?older={jobs[3]}") == jobs[4:]
    assert listed(bob, f"/enrollments?newer={jobs[4]}") == jobs[2:4]
    assert listed(bob, f"/enrollments?newer={jobs[2]}") == jobs[:2]
    assert listed(bob, "/enrollments?older=nothing") == jobs[:2]
    assert f"newer={jobs[2]}" in bob.get(f"/enrollments?older={jobs[1]}").text


def test_an_empty_list_says_what_to_do_next(bob, vera):
    assert "upload a list" in bob.get("/enrollments").text
    assert "upload a list" not in vera.get("/enrollments").text


def test_a_job_under_way_is_seen_from_every_page(app, bob, mallory, stranger, run_tasks):
    job = start_job(app, bob.actor, people(3), "Win-back")
    for page in ("/", "/contacts", "/enrollments"):
        assert f'class="job-chip" href="/enrollments/{job}"' in bob.get(page).text, page
    assert "job-chip" not in mallory.get("/").text
    assert "job-chip" not in stranger.get("/sign-in").text
    chips = bob.htmx("get", "/enrollments/running").text
    assert "Win-back" in chips and 'hx-get="/enrollments/running"' in chips
    run_tasks()
    chips = bob.htmx("get", "/enrollments/running").text
    assert "job-chip" not in chips and "hx-get" not in chips


def test_the_workflow_s_page_shows_its_latest_jobs(app, bob, run_tasks):
    workflow = active(app, bob.actor)
    start_job(app, bob.actor, MIXED, workflow_id=workflow, file_name="guests.csv")
    run_tasks()
    words = words_of(bob.get(f"/workflows/{workflow}").text)
    assert "guests.csv 2 people added, 3 rows failed, just now" in words


def test_a_job_without_problems_says_so_where_its_page_was_open(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(2))
    run_tasks()
    list_of = {"HX-Request": "true", "HX-Target": "div#problem-list"}
    answer = bob.get(f"/enrollments/{job}", headers=list_of).text
    assert "No rows were skipped, and none failed." in answer and "while the job runs" not in answer


def test_a_contact_s_time_line_leads_to_the_job(app, bob, run_tasks):  # B-17
    contact = add(app, bob.actor, "person1@example.com")
    job = start_job(app, bob.actor, people(1), file_name="guests.csv")
    run_tasks()
    page = bob.get(f"/contacts/{contact}").text
    assert f'<a href="/enrollments/{job}">Added to Welcome from guests.csv</a>' in page


def test_somebody_who_came_with_an_import(app, bob, run_tasks):
    job = start_job(app, bob.actor, people(1), workflow=None, file_name="list.csv")
    run_tasks()
    [contact] = re.findall(r'href="/contacts/(\d+)"', bob.get("/contacts").text)
    page = bob.get(f"/contacts/{contact}").text
    assert f'<a href="/enrollments/{job}">Added to your contacts from list.csv</a>' in page


def test_a_contact_s_page_names_the_file_that_opted_it_out(app, bob, run_tasks):
    known = add(app, bob.actor, "ann@example.com")
    text = "Email,Opted out\nann@example.com,yes\neve@example.com,yes\n"
    job = start_job(app, bob.actor, text, file_name="stops & more.csv")
    run_tasks()
    file = f'<a href="/enrollments/{job}">'
    page = bob.get(f"/contacts/{known}").text
    assert f"{file}Unsubscribed, according to stops &amp; more.csv</a>" in page
    assert re.search(
        rf"Unsubscribed on [^<]+, according to {file}stops &amp; more.csv</a>\. No messages", page
    )
    [new] = set(re.findall(r'href="/contacts/(\d+)"', bob.get("/contacts?q=eve").text))
    page = bob.get(f"/contacts/{new}").text
    assert f"{file}Imported from stops &amp; more.csv as unsubscribed</a>" in page
    assert f", according to {file}stops" in page
    bob.post(f"/contacts/{new}/reactivation", data={"reason": "Called us"})
    bob.post(f"/contacts/{new}/unsubscription")
    page = bob.get(f"/contacts/{new}").text
    assert "according to" not in page and "as unsubscribed" not in page, "then it was Bob"


def test_vera_looks_and_changes_nothing(app, bob, vera, run_tasks):  # B-28
    job = start_job(app, bob.actor, MIXED)
    words = words_of(page_of(vera, job))
    assert "Cancel job" not in words
    assert vera.post(f"/enrollments/{job}/cancellation").status_code == 403
    run_tasks()
    page = page_of(vera, job)
    assert "2 people were added to Welcome" in page and "Upload corrected file" not in page
    assert "Add people to a workflow" not in vera.get("/enrollments").text


def test_somebody_else_s_job_does_not_exist(app, bob, mallory, sam, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    for outsider in (mallory, sam):
        for part in ("", "/panel", "/rows.csv"):
            assert outsider.get(f"/enrollments/{job}{part}").status_code == 404, part
        assert outsider.post(f"/enrollments/{job}/cancellation").status_code == 404
        assert job not in outsider.get("/enrollments").text
        assert "No enrollments yet" in outsider.get("/enrollments").text


@pytest.mark.parametrize("number", ["1", "nothing", "0190f0f0-0000-7000-8000-000000000000", "%00"])
def test_ids_that_no_job_has(bob, number):
    for part in ("", "/panel", "/rows.csv"):
        assert bob.get(f"/enrollments/{number}{part}").status_code == 404


def test_a_draft_is_hidden(app, bob):
    job = start_job(app, bob.actor, people(3))
    _change_job(app, bob, job, status="draft")
    assert bob.get(f"/enrollments/{job}").status_code == 404
    assert job not in bob.get("/enrollments").text
    assert "job-chip" not in bob.get("/").text


def test_what_the_file_says_is_never_html(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED, "<i>Welcome</i>", file_name="<img src=x>.csv")
    run_tasks()
    for page in (page_of(bob, job), bob.get("/enrollments").text):
        assert "<script>alert" not in page and "<img src=x" not in page and "<i>Welcome" not in page
    assert rows_on(page_of(bob, job)) == [2, 4, 5, 6]


def listed(person, address):
    """Public ids of the jobs in the list, in its order."""
    return re.findall(
        r'href="/enrollments/([0-9a-f-]{36})"', person.get(address).text.split('id="job-list"')[1]
    )


def _show_a_worker(app):
    with app.app_context():
        queue.connection().set("muster:worker:test", 1)


def _change_job(app, person, public_id, **values):
    with app.app_context(), transaction():
        job = queries.job_by_public_id(person.actor.account_id, public_id)
        session().execute(
            EnrollmentJob.__table__.update()
            .where(EnrollmentJob.account_id == person.actor.account_id, EnrollmentJob.id == job.id)
            .values(**values)
        )


def test_panel_tabs_and_rows_come_from_one_read(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    _change_job(app, bob, job, status="processing", finished_at=None)
    _show_a_worker(app)
    panel = bob.htmx("get", f"/enrollments/{job}/panel?seen=processing&rows=3&code=VALIDATION_ERROR").text
    assert '<hx-partial hx-target="#problem-tabs"' in panel, "the tabs come along with new figures"
    assert re.search(r'aria-current="page">Needs fixing <span class="tab-count">3<', panel)
    same = bob.htmx("get", f"/enrollments/{job}/panel?seen=processing&rows=4").text
    assert "problem-tabs" not in same
    rows = bob.htmx("get", f"/enrollments/{job}", headers={"HX-Target": "div#problem-list"}).text
    assert '<hx-partial hx-target="#job-panel"' in rows and "rows=4" in rows, "the rows bring the panel along"


def test_rows_bring_what_stands_around_the_panel_when_the_job_has_moved_on(app, bob):
    job = start_job(app, bob.actor, MIXED)
    _change_job(app, bob, job, status="processing")
    for seen, brings in (("queued", True), ("processing", False), (None, False)):
        query = f"?seen={seen}" if seen else ""
        rows = bob.htmx("get", f"/enrollments/{job}{query}", headers={"HX-Target": "div#problem-list"}).text
        assert ('<hx-partial hx-target="#job-status"' in rows) is brings, seen
        assert ('name="seen" value="processing"' in rows) is brings, "the mark belongs to what is shown"


def test_pausing_keeps_the_filter_of_the_tabs(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    _change_job(app, bob, job, status="processing", finished_at=None)
    _show_a_worker(app)
    page = page_of(bob, job, code="VALIDATION_ERROR", q="ben")
    assert re.search(rf'hx-post="/enrollments/{job}/pause" hx-include="#problem-form"', page)
    for action, button in (("pause", "Resume"), ("pause/removal", "Pause")):
        sent = {"code": "VALIDATION_ERROR", "q": "ben", "sort": "-row"}
        answer = bob.htmx("post", f"/enrollments/{job}/{action}", data=sent).text
        assert button in answer
        tabs = answer.split('hx-target="#problem-tabs"')[1].split("</hx-partial>")[0]
        assert re.search(r'aria-current="page">Needs fixing', tabs)
        assert "q=ben" in tabs and "sort=-row" in tabs


def test_codes_stand_in_filter_and_download_only(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    page = page_of(bob, job)
    assert page.count('<span class="code">VALIDATION_ERROR</span>') == 1, "in the menu of downloads"
    filtered = page_of(bob, job, code="VALIDATION_ERROR").split('id="problem-list"')[1]
    assert filtered.count("VALIDATION_ERROR</span>") == 1, "at the filter that is chosen, not in every row"


def test_a_job_cancelled_after_its_last_row_is_completed(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    _change_job(app, bob, job, status="cancelling", finished_at=None)
    with app.app_context():
        key = queries.job_by_public_id(bob.actor.account_id, job).id
        assert run.finish_if_done(bob.actor.account_id, key)
    words = words_of(page_of(bob, job))
    assert "Completed with errors" in words and "Canceled" not in words
