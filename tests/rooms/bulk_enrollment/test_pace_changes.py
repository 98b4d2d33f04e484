"""The pace of a job is changed while it waits, runs, or is paused: for everybody who is left (B-15)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.bulk_enrollment.application.control import stopping
from app.bulk_enrollment.application.control.pace_changes import change_pace, pace_plan
from app.bulk_enrollment.application.jobs import run
from app.bulk_enrollment.application.timing import parts
from app.bulk_enrollment.infrastructure.store import claims, following
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound
from app.platform.tenancy import acting_for
from app.platform.text.pace import Drip
from tests.people import sign_in
from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active

HOURLY = Drip(100, unit="hours")


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def bob(app, clock):
    """Signed in at the time of the clock, as the others are."""
    return sign_in(app, "bob")


@pytest.fixture
def vera(app, clock):
    return sign_in(app, "vera")


@pytest.fixture
def mallory(app, clock):
    return sign_in(app, "mallory")


def dripping(trial: Trial, workflow: str, people: int, drip: Drip | None = HOURLY, **choices) -> str:
    job = trial.start(lines(*addresses(people)), workflow, missing="create", drip=drip, **choices)
    trial.settle()
    return job


def change(trial: Trial, job: str, drip: Drip | None) -> None:
    with trial.acting():
        change_pace(trial.actor, job, drip)


def enrolled(trial: Trial, job: str) -> int:
    trial.settle()
    trial.holds(job)
    return trial.enrolled(job)


def test_the_next_portion_has_the_new_size_and_time(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 1_000)
    change(trial, job, Drip(250, every=30, unit="minutes"))
    assert enrolled(trial, job) == 100, "a portion that has left is not topped up"
    clock.go(minutes=29)
    assert enrolled(trial, job) == 100
    clock.go(minutes=1)
    assert enrolled(trial, job) == 350
    change(trial, job, Drip(10, every=2, unit="hours"))
    clock.go(hours=1, minutes=59)
    assert enrolled(trial, job) == 350
    clock.go(minutes=1)
    assert enrolled(trial, job) == 360
    change(trial, job, None)
    assert enrolled(trial, job) == 1_000
    assert trial.job(job).status == "completed" and trial.job(job).totals == {"ENROLLED": 1_000}


def test_a_faster_pace_does_not_wait_for_the_slower_one(trial: Trial, workflow, clock: AppClock) -> None:
    job = dripping(trial, workflow, 30, Drip(10, every=7))
    assert trial.job(job).not_before == clock.at + timedelta(days=7)
    clock.go(hours=30)
    change(trial, job, Drip(10))
    assert enrolled(trial, job) == 20, "a day has passed since the last portion"
    clock.go(datetime(2026, 12, 3, 11, 59, tzinfo=UTC))
    assert enrolled(trial, job) == 20
    clock.go(datetime(2026, 12, 3, 12, tzinfo=UTC))
    assert enrolled(trial, job) == 30, "at the time of day of the first portion"


def test_a_paused_job_and_one_without_a_pace(trial: Trial, workflow, clock: AppClock) -> None:
    job = trial.started(lines(*addresses(100)), workflow, missing="create", batch_size=10)
    trial.run_batch(trial.batches(job)[0].id)
    with trial.acting():
        stopping.pause_job(trial.actor, job)
    change(trial, job, Drip(25, unit="hours"))
    trial.settle()
    assert trial.job(job).status == "paused" and trial.enrolled(job) == 10
    with trial.acting():
        stopping.resume_job(trial.actor, job)
    for expected in (35, 60, 85, 100):
        assert enrolled(trial, job) == expected
        clock.go(hours=1)
    assert trial.job(job).status == "completed"


def test_a_scheduled_job_keeps_its_start(trial: Trial, workflow, clock: AppClock) -> None:
    start = clock.at + timedelta(hours=3)
    job = dripping(trial, workflow, 20, None, scheduled_at=start, time_zone="UTC")
    change(trial, job, Drip(15))
    clock.go(hours=2)
    assert enrolled(trial, job) == 0
    clock.go(hours=1)
    assert enrolled(trial, job) == 15
    clock.go(days=1, seconds=-1)
    assert enrolled(trial, job) == 15
    clock.go(seconds=1)
    assert enrolled(trial, job) == 20


def test_a_worker_that_knows_the_old_pace_claims_no_further_batch(trial: Trial, workflow) -> None:
    job = trial.started(lines(*addresses(100)), workflow, missing="create", batch_size=10)
    first, account_id = trial.batches(job)[0], trial.actor.account_id
    with trial.acting(), transaction():
        claim = claims.claim(account_id, first.id, now(), None)
        assert claim is not None
    change(trial, job, Drip(5, unit="hours"))
    for known, goes_on in ((0, False), (1, True)):
        with trial.acting(), transaction():
            given = (account_id, claim, 5, now(), known)
            assert bool(following.lock_following(*given)) == goes_on
            assert (claims.claim_next(account_id, claim.job_id, now(), None, 1, known) is not None) == goes_on


def test_a_worker_that_waits_for_the_old_portion_does_not_hold_up_the_new_one(
    trial: Trial, workflow, clock: AppClock, monkeypatch
) -> None:
    job = dripping(trial, workflow, 300)
    clock.go(minutes=10)
    wait = parts.wait

    def change_before(*given) -> None:
        if trial.job(job).pace_changes == 1:
            change(trial, job, None)
        wait(*given)

    monkeypatch.setattr(parts, "wait", change_before)
    change(trial, job, Drip(50, every=3, unit="hours"))
    assert enrolled(trial, job) == 300 and trial.job(job).pace_changes == 2


def test_the_pace_is_read_in_the_transaction_that_enrolls(
    trial: Trial, workflow, clock: AppClock, monkeypatch
) -> None:
    job = dripping(trial, workflow, 300)
    do = run._do

    def change_first(*given):
        if not trial.job(job).pace_changes:
            change(trial, job, Drip(7, unit="hours"))
        return do(*given)

    monkeypatch.setattr(run, "_do", change_first)
    clock.go(hours=1)
    trial.settle()
    assert trial.enrolled(job) == 107


def test_what_is_refused(trial: Trial, app, workflow, vera, mallory, clock: AppClock) -> None:
    job = dripping(trial, workflow, 1_000)
    for wrong in (
        Drip(0),
        Drip(1, weekdays=()),
        Drip(1, opens=600, closes=540),
        Drip(1),
        Drip(5, zone="No/Where"),
    ):
        with trial.acting(), pytest.raises(Invalid):
            change_pace(trial.actor, job, wrong)
    with trial.acting(), pytest.raises(NotAllowed):
        change_pace(vera.actor, job, None)
    with trial.app.app_context(), acting_for(mallory.actor.account_id), pytest.raises(NotFound):
        change_pace(mallory.actor, job, None)
    assert trial.job(job).pace_changes == 0 and trial.job(job).options.drip == HOURLY
    change(trial, job, HOURLY)
    assert trial.job(job).pace_changes == 0, "nothing has changed"
    trial.cancel(job)
    trial.finish(job)
    of_file = trial.start(lines(*addresses(3)), None, missing="create")
    draft = trial.draft(lines(*addresses(3)), workflow, missing="create")
    for other in (job, of_file, draft):
        with trial.acting(), pytest.raises(Conflict):
            change_pace(trial.actor, other, None)
        with trial.acting(), pytest.raises(Conflict):
            pace_plan(trial.actor, other, None)


def test_the_page(trial: Trial, workflow, bob, vera, mallory, clock: AppClock) -> None:
    job = dripping(trial, workflow, 250)
    url = f"/enrollments/{job}/pace"
    page = bob.get(f"/enrollments/{job}").text
    assert f'href="{url}"' in page and url not in vera.get(f"/enrollments/{job}").text
    words = words_of(bob.get(url).text)
    assert (
        "Current pace: 100 people an hour." in words and "the 150 people who haven’t been added yet" in words
    )
    spread = {"pace": "spread", "drip_people": "75", "drip_every": "1", "drip_unit": "hours", "when": "now"}
    spread |= {
        "drip_opens": "00:00",
        "drip_closes": "00:00",
        "drip_weekdays": list("0123456"),
        "time_zone": "UTC",
    }
    preview = words_of(bob.get(url, query_string=spread, headers={"HX-Request": "true"}).text)
    assert "75 people an hour. 150 people in 2 portions: the first today at 1:00 PM" in preview
    preview = words_of(bob.get(url, query_string={"pace": "all"}, headers={"HX-Request": "true"}).text)
    assert preview == "Up to 150 people will be added as fast as possible."
    wrong = bob.post(url, spread | {"drip_people": "none"})
    assert wrong.status_code == 422 and "Enter how many people to add at a time" in wrong.text
    assert vera.post(url, spread).status_code == 403 and vera.get(url).status_code == 403
    assert mallory.post(url, spread).status_code == 404 and mallory.get(url).status_code == 404
    answer = bob.post(url, spread)
    assert (answer.status_code, answer.location) == (303, f"/enrollments/{job}")
    page = words_of(bob.get(f"/enrollments/{job}").text)
    assert "The new pace is saved." in page and "75 people an hour" in page
    assert "changed the pace of the enrollment in Welcome to 75 people an hour" in words_of(
        bob.get("/activity").text
    )
    clock.go(hours=1)
    assert enrolled(trial, job) == 175
    clock.go(hours=1)
    assert enrolled(trial, job) == 250
    assert bob.get(url).status_code == 303 and url not in bob.get(f"/enrollments/{job}").text
