"""Skipped and failed rows: filter, search, sort and paging that keep their place (B-23)."""

import itertools
import re
from functools import partial
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from app.bulk_enrollment.application.report import problems
from app.bulk_enrollment.application.report.shown_jobs import show_job
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure import problem_rows, queries
from app.bulk_enrollment.infrastructure.problem_rows import ProblemFilter
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch, EnrollmentJob, EnrollmentRow
from app.platform.database import is_sqlite, session, short_reads, transaction
from app.platform.database.many_rows import bulk_load
from tests.rooms.bulk_enrollment.jobs import MIXED, page_of, people, rows_on, start_job, words_of
from tests.rooms.contacts.people import add

PART = {"HX-Target": "div#problem-list"}
BATCH = 500


def test_each_row_says_who_what_why_and_when(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    words = words_of(page_of(bob, job))
    assert re.search(
        r"2 , line 3 ben at example\.com The address has no @ sign\. 1 \d+:\d\d:\d\d [AP]M", words
    )
    assert "4 , line 5 ANN@example.com Duplicate of row 1 (kept). 1" in words
    assert "5 , line 6 empty The row has no email address." in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words


def test_a_known_contact_is_linked_and_named(app, bob, run_tasks):
    contact = add(app, bob.actor, "ann@example.com", first_name="Ann", last_name="O'Neil")
    bob.post(f"/contacts/{contact}/unsubscription")
    job = start_job(app, bob.actor, "Email\nANN@example.com\n")
    run_tasks()
    page = page_of(bob, job)
    assert re.search(rf'href="/contacts/{contact}"[^>]*>ANN@example.com</a>', page)
    words = words_of(page)
    assert "This person has unsubscribed." in words and "Ann O&#39;Neil" in words


def test_codes_filter_and_carry_their_counts(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    assert rows_on(page_of(bob, job)) == [2, 4, 5, 6]
    page = page_of(bob, job, code="DUPLICATE_IN_SELECTION")
    assert rows_on(page) == [4]
    assert re.search(r"All +4", words_of(page)) and "Needs fixing 3" in words_of(page)
    assert rows_on(page_of(bob, job, code="nonsense")) == [2, 4, 5, 6]
    page = page_of(bob, job, code="TIMEOUT_ERROR")
    assert rows_on(page) == [] and "No row has this outcome." in page


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"q": "BEN"}, [2]),
        ({"q": "example.com"}, [2, 4]),
        ({"q": "4"}, [4]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "\0"}, [2, 4, 5, 6]),
        ({"q": "<script>"}, [6]),
        ({"q": "example.com", "code": "VALIDATION_ERROR"}, [2]),
    ],
)
def test_searching(app, bob, run_tasks, asked, rows):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    page = page_of(bob, job, **asked)
    assert rows_on(page) == rows
    assert "<script>alert" not in page


def test_the_headers_of_the_table_sort(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    page = page_of(bob, job, code="VALIDATION_ERROR", q="example")
    links = re.findall(r'class="sort[^"]*" href="([^"]+)"', page)
    assert [link.rpartition("sort=")[2] for link in links] == ["-row", "address", "code"]
    for link in links:
        assert "#" not in link and "code=VALIDATION_ERROR" in link and "q=example" in link
        assert rows_on(bob.get(link.replace("&amp;", "&")).text) == [2]


def test_htmx_gets_the_list_alone(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    part = bob.htmx("get", f"/enrollments/{job}?q=ben", headers=PART).text
    assert part.lstrip().startswith('<div id="problem-list"')
    assert rows_on(part) == [2]


@pytest.mark.parametrize("asked", [{}, {"code": "VALIDATION_ERROR"}, {"q": "example"}])
def test_pages_go_on_and_back_in_every_order(app, bob, run_tasks, monkeypatch, asked):
    monkeypatch.setattr(problems, "PAGE", 5)
    job = start_job(app, bob.actor, _many_problems())
    run_tasks()
    for sort in ("row", "-row", "code", "-code", "address", "-address"):
        whole = _everything(app, bob.actor, job, sort, asked)
        assert len(whole) > 10
        pages, last = _pages_forwards(bob, f"/enrollments/{job}?{urlencode({'sort': sort} | asked)}")
        assert [row for page in pages for row in page] == whole, sort
        for earlier in pages[-2::-1]:
            back = _link(last, "prev")
            assert (back and f"sort={sort}" in back) or sort == "row"
            last = bob.get(back).text
            assert rows_on(last) == earlier, sort


def _pages_forwards(bob, address: str | None) -> tuple[list[list[int]], str]:
    pages, page = [], ""
    while address:
        page = bob.get(address).text
        pages.append(rows_on(page))
        address = _link(page, "next")
    return pages, page


@pytest.mark.parametrize(
    "place", ["after=x", "after=-1", "after=99999999999999999999", "before=1", "after=3&before=2"]
)
def test_places_that_make_no_sense_do_no_harm(app, bob, run_tasks, place):
    job = start_job(app, bob.actor, MIXED)
    run_tasks()
    assert bob.get(f"/enrollments/{job}?{place}").status_code == 200


def test_while_the_job_runs_the_list_waits_for_word_from_the_panel(app, bob, run_tasks):
    job = start_job(app, bob.actor, MIXED)
    page = page_of(bob, job)
    assert 'hx-trigger="problems-changed from:body' in page and "None so far" in page
    assert f'hx-get="/enrollments/{job}"' in page, "no anchor, or the page would jump"
    run_tasks()
    part = bob.htmx("get", f"/enrollments/{job}", headers=PART).text
    assert rows_on(part) == [2, 4, 5, 6] and "problems-changed" not in part


def test_a_hundred_thousand_failures_are_paged_by_their_index(app, bob, run_tasks):
    job_id, public_id = _failed_many(app, bob, 100_000)
    orders = [ProblemFilter((), "", sort) for sort in ("row", "-row", "code", "-code", "address", "-address")]
    with app.app_context():
        shown = show_job(bob.actor, public_id)
        assert sum(shown.problems.values()) == 100_000
        for wanted in (*orders, ProblemFilter((Outcome.VALIDATION_ERROR,), "", "row")):
            page = problems.show_problems(shown, wanted, 50_000, None)
            assert len(page.problems) == problems.PAGE
        _analyze()  # again: autovacuum may have noted the size of the tables of the test before
        outcomes = (Outcome.VALIDATION_ERROR, Outcome.CONTACT_NOT_FOUND)
        for sort, index in INDEX_OF_SORT.items():
            for row, is_over in itertools.product((None, 50_000), (False, True)):
                wanted = ProblemFilter(outcomes, "", sort)
                plan = _plan(*problem_rows._query(1, job_id, wanted, row, 25, is_over=is_over))
                reads = len(re.findall(r"(SEARCH|SCAN|on) enrollment_rows\b", plan))
                found = plan.count(index)
                if is_over:  # PostgreSQL finds few rows of a finished job as fast by their numbers
                    found += plan.count("enrollment_rows_pkey")
                assert 0 < reads == found, f"{sort}: {plan}"
                for lane in plan.split("CO-ROUTINE")[1:]:  # on SQLite; none of them is sorted
                    assert "TEMP B-TREE" not in lane.partition("SCAN anon")[0], f"{sort}: {plan}"
        # A few rows that a search has found are looked up before the batches of all others are.
        found = ProblemFilter(outcomes, "person99", "row")
        query, values = problem_rows._query(1, job_id, found, None, 25, is_over=False)
        assert len(values["matches"]) == 1_111
        plan = _plan(query, values)
        assert "unnest" not in plan and "Seq Scan on enrollment_rows" not in plan, plan
        for is_over in (False, True):
            assert len(problem_rows.rows_beyond(1, job_id, found, None, 25, is_over=is_over)) == 25


INDEX_OF_SORT = {
    "row": "ix_enrollment_rows_problems",
    "code": "ix_enrollment_rows_problems",
    "address": "ix_enrollment_rows_addresses",
}


def _many_problems() -> str:
    rows = []
    for number in range(1, 31):
        kind = number % 3
        address = "twice@example.com" if kind == 0 else f"bad{number % 7} at example.com" if kind == 1 else ""
        rows.append(f"P{number},{address}")
    return "\n".join(["Name,Email", "First,twice@example.com", *rows, ""])


def _everything(app, actor, job, sort, asked):
    with app.app_context():
        shown = show_job(actor, job)
        outcomes = (Outcome[asked["code"]],) if "code" in asked else tuple(shown.problems)
        wanted = ProblemFilter(outcomes, asked.get("q", ""), sort)
        rows = partial(problem_rows.rows_beyond, actor.account_id, shown.job.id, wanted, None, 1000)
        found = rows(is_over=True)
        assert found == rows(is_over=False)
    keys = {"row": lambda row: row.row_number, "code": lambda row: (row.outcome, row.row_number)}
    key = keys.get(sort.removeprefix("-"), lambda row: (row.address, row.row_number))
    if sort.removeprefix("-") != "address":
        assert found == sorted(found, key=key, reverse=sort.startswith("-"))
    return [row.row_number for row in found]


def _link(page, rel):
    found = re.search(rf'rel="{rel}" href="([^"#]+)', page)
    return found[1].replace("&amp;", "&") if found else None


def _failed_many(app, person, count):
    """A finished job whose rows all failed, written past the workers."""
    account_id = person.actor.account_id
    public_id = start_job(app, person.actor, people(1))
    half = count // 2
    counts = {"VALIDATION_ERROR": half, "CONTACT_NOT_FOUND": count - half}
    with app.app_context(), transaction():
        job_id = queries.job_by_public_id(account_id, public_id).id
        columns = ("account_id", "job_id", "row_number", "line", "identifier", "outcome", "detail")
        rows = (
            (account_id, job_id, row, row + 1, f"person{row}", 10 if row % 2 else 12, "no_at")
            for row in range(1, count + 1)
        )
        bulk_load(EnrollmentRow.__table__, columns, rows)
        session().execute(
            sa.insert(EnrollmentBatch),
            [
                {
                    "account_id": account_id,
                    "job_id": job_id,
                    "number": number,
                    "first_row": first,
                    "last_row": min(first + BATCH - 1, count),
                    "status": "completed",
                }
                for number, first in enumerate(range(1, count + 1, BATCH), 1)
            ],
        )
        session().execute(
            sa.update(EnrollmentJob)
            .where(EnrollmentJob.account_id == account_id, EnrollmentJob.id == job_id)
            .values(status="completed_with_errors", total=count, batches=1, totals=counts)
        )
        _analyze()
    return job_id, public_id


def _analyze():
    """On PostgreSQL, sample all rows, so that plans do not depend on which ones, nor on what autovacuum noted
    of the tables during the tests before."""
    if not is_sqlite():
        driver = session().connection().connection.dbapi_connection
        driver.execute("SET LOCAL default_statistics_target = 1000")
        for table in ("enrollment_rows", "enrollment_batches", "enrollment_jobs"):
            session().execute(sa.text(f"ANALYZE {table}"))


def _plan(query, values):
    connection = session().connection()
    form = short_reads._form(query, connection.dialect)
    explain = "EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN "
    found = connection.exec_driver_sql(
        explain + form.text, form.parameters(values), execution_options={"cross_account": True}
    )
    return "\n".join(str(row) for row in found)
