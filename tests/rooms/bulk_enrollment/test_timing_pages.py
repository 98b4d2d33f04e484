"""Choosing when people are added: on the mapping page, the check, and a scheduled job (B-15, B-21, B-28)."""

import re
from datetime import UTC, datetime

import pytest

from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.files.mapping_pages import checked, press, uploaded
from tests.rooms.workflows.drafts import active

CREATE = {"missing": "create", "consent_basis": "customer"}
LATER = {"when": "later", "start_date": "2026-12-02", "start_time": "09:00", "time_zone": "Europe/Berlin"}
SPREAD = {
    "pace": "spread",
    "drip_people": "500",
    "drip_every": "1",
    "drip_unit": "days",
    "drip_opens": "09:00",
    "drip_closes": "17:00",
    "drip_weekdays": ["0", "1", "2", "3", "4"],
}
NINE_IN_BERLIN = datetime(2026, 12, 2, 8, tzinfo=UTC)


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


@pytest.fixture
def clock(monkeypatch) -> AppClock:
    """Noon of a day on which everybody's session is new."""
    return AppClock(monkeypatch, datetime(2026, 12, 1, 12, tzinfo=UTC))


@pytest.fixture
def bob(app, clock):
    from tests.people import sign_in

    return sign_in(app, "bob")


def preview(person, **chosen) -> str:
    answer = person.get("/enrollments/plan-preview", query_string=chosen)
    assert answer.status_code == 200
    return words_of(answer.text)


def test_a_plan_is_previewed(bob) -> None:
    assert preview(bob, people=9_000, when="now", pace="all") == ""
    assert preview(bob, people=9_000, **LATER) == (
        "Starts in 20 hours, on Wed, Dec 2, 2026, 9:00 AM (Europe/Berlin)."
    )
    assert preview(bob, people=5_000, **SPREAD, time_zone="Europe/Berlin") == (
        "500 people a day on weekdays from 9:00 AM to 5:00 PM. "
        "5,000 people in 10 portions: the first today at 1:00 PM, the last on Mon, Dec 14 at 9:00 AM. "
        "When each portion leaves Today at 1:00 PM: 500 people Tomorrow at 9:00 AM: 500 people "
        "On Thu, Dec 3 at 9:00 AM: 500 people On Fri, Dec 4 at 9:00 AM: 500 people "
        "On Mon, Dec 7 at 9:00 AM: 500 people and 5 more portions"
    )
    both = preview(bob, people=1, **LATER, **SPREAD)
    assert both.endswith("1 person will be added tomorrow at 9:00 AM.")


def test_a_preview_says_what_is_wrong_or_peculiar(bob) -> None:
    assert preview(bob, people=10, **(LATER | {"start_date": "2026-11-02"})).startswith(
        "This time has passed"
    )
    assert preview(bob, people=10, **(LATER | {"start_date": "soon"})) == "Choose a date."
    assert preview(bob, people=10, **(LATER | {"time_zone": "Mars/Base"})).startswith("Choose a time zone")
    assert preview(bob, people=10, **(SPREAD | {"drip_weekdays": []})).startswith("Choose at least one day")
    assert preview(bob, people=10, **(SPREAD | {"drip_people": "-1"})).startswith("Enter how many people")
    assert "more than a year" in preview(bob, people=900_000, **(SPREAD | {"drip_people": "1"}))
    skipped = preview(bob, people=10, **(LATER | {"start_date": "2027-03-28", "start_time": "02:30"}))
    assert "2:30 AM doesn’t exist in Europe/Berlin. The job starts at 3:00 AM." in skipped


def test_a_job_is_scheduled_from_the_mapping_page(bob, trial: Trial, workflow, clock) -> None:
    page = uploaded(bob, workflow, lines(*addresses(20)).encode())
    check = checked(bob, page, **CREATE, **LATER, **SPREAD)
    trial.run_tasks()
    words = words_of(bob.get(check).text)
    assert "Starts in 20 hours" in words and "Schedule adding 20 people" in words
    answer = bob.post(f"{check}/start")
    job = re.search(r"/enrollments/([0-9a-f-]{36})", answer.headers["Location"])[1]
    found = trial.job(job)
    assert (found.status, found.not_before) == ("scheduled", NINE_IN_BERLIN)
    assert found.options.drip.weekdays == (0, 1, 2, 3, 4) and found.options.drip.zone == "Europe/Berlin"
    shown = words_of(bob.get(f"/enrollments/{job}").text)
    assert "20 people will be added to the workflow" in shown
    assert "Scheduled for Wed, Dec 2, 2026, 9:00 AM (Europe/Berlin)" in shown
    assert "500 people a day on weekdays from 9:00 AM to 5:00 PM" in shown
    assert "Starts tomorrow, 9:00 AM" in words_of(bob.get("/enrollments?status=scheduled").text)
    clock.go(NINE_IN_BERLIN)
    trial.settle()
    assert trial.job(job).status == "completed"


def test_a_time_that_clocks_skip_is_named_after_each_button(bob, trial: Trial, workflow) -> None:
    skipped = {"start_date": "2027-03-28", "start_time": "02:30"}
    sentence = "2:30 AM doesn’t exist in Europe/Berlin. The job starts at 3:00 AM."
    page = uploaded(bob, workflow, lines(*addresses(5)).encode())
    check = checked(bob, page, **CREATE, **(LATER | skipped))
    assert sentence in words_of(bob.get(check).text)
    assert sentence not in words_of(bob.get(check).text), "once"
    trial.run_tasks()
    job = press(bob, page, act="start", **CREATE, **(LATER | skipped))
    assert sentence in words_of(bob.get(job).text)


def test_what_was_chosen_is_shown_again(bob, trial: Trial, workflow) -> None:
    page = uploaded(bob, workflow, lines(*addresses(5)).encode())
    check = checked(bob, page, **CREATE, **LATER, **SPREAD)
    trial.run_tasks()
    for address in (check, page):
        text = bob.get(address).text
        assert 'value="2026-12-02"' in text and 'value="09:00"' in text
        assert re.search(r'value="later"[^>]*checked|checked[^>]*value="later"', text)


def test_the_check_changes_start_and_pace(bob, trial: Trial, workflow) -> None:
    check = checked(bob, uploaded(bob, workflow, lines(*addresses(20)).encode()), **CREATE)
    trial.run_tasks()
    assert "Add 20 people" in bob.get(check).text
    wrong = bob.post(f"{check}/when", LATER | {"start_date": ""})
    assert wrong.status_code == 422 and "Choose a date." in wrong.text
    passed = bob.post(f"{check}/when", LATER | {"start_date": "2026-12-01", "start_time": "08:00"})
    assert passed.status_code == 422 and "This time has passed" in passed.text
    assert bob.post(f"{check}/when", LATER | SPREAD | {"drip_people": "8"}).status_code in (302, 303)
    words = words_of(bob.get(check).text)
    assert (
        "20 people in 3 portions: the first tomorrow at 9:00 AM, the last on Fri, Dec 4 at 9:00 AM." in words
    )
    assert bob.post(f"{check}/when", {"when": "now"}).status_code in (302, 303)
    assert "Add 20 people" in bob.get(check).text


def test_a_scheduled_job_is_moved_started_or_canceled(bob, trial: Trial, workflow, clock) -> None:
    job = trial.start(lines(*addresses(3)), workflow, missing="create", scheduled_at=NINE_IN_BERLIN)
    page = bob.get(f"/enrollments/{job}").text
    assert "Start now" in page and "Change start" in page and "Cancel job" in page
    moved = LATER | {"start_date": "2026-12-05", "start_time": "10:30", "time_zone": "America/New_York"}
    bob.post(f"/enrollments/{job}/schedule", moved)
    assert trial.job(job).not_before == datetime(2026, 12, 5, 15, 30, tzinfo=UTC)
    bob.post(f"/enrollments/{job}/schedule", moved | {"start_date": "2020-01-01"})
    assert trial.job(job).not_before == datetime(2026, 12, 5, 15, 30, tzinfo=UTC)
    bob.post(f"/enrollments/{job}/schedule/removal")
    trial.settle()
    assert trial.job(job).status == "completed"
    other = trial.start(lines(*addresses(3, 9)), workflow, missing="create", scheduled_at=NINE_IN_BERLIN)
    bob.post(f"/enrollments/{other}/cancellation")
    assert trial.job(other).status == "cancelled"


def test_viewers_and_strangers(bob, trial: Trial, vera, mallory, workflow) -> None:
    job = trial.start(lines(*addresses(3)), workflow, missing="create", scheduled_at=NINE_IN_BERLIN)
    draft = trial.draft(lines(*addresses(3)), workflow, missing="create")
    for address in (f"/enrollments/{job}/schedule", f"/enrollments/{job}/schedule/removal"):
        assert vera.post(address, LATER).status_code == 403
        assert mallory.post(address, LATER).status_code == 404
    assert vera.post(f"/enrollments/checks/{draft}/when", LATER).status_code == 403
    assert mallory.post(f"/enrollments/checks/{draft}/when", LATER).status_code == 404
    assert vera.get("/enrollments/plan-preview").status_code == 403
    page = vera.get(f"/enrollments/{job}").text
    assert "Starts in" in page and "Change start" not in page and "Start now" not in page
    assert trial.job(job).status == "scheduled"
