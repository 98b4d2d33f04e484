"""Dry runs are limited, and planning takes turns between accounts."""

import io
import itertools
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask

from app.accounts.application import suspension
from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs import plan, start
from app.bulk_enrollment.domain.planning import SMALL_JOB
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store import plan_claims
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.platform import queue
from app.platform.database import transaction
from app.platform.errors import LimitReached
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import people, requested


def keep(app: Flask, actor: Actor, rows: int) -> str:
    with app.app_context(), acting_for(actor.account_id):
        return files.keep(actor, io.BytesIO(people(rows).encode()), "people.csv").public_id


def check(app: Flask, actor: Actor, upload_id: str) -> tuple[int, str]:
    """(id, public id) of a dry run of an import."""
    chosen = {"mapping": {"0": "first_name", "1": "email"}, "missing": "create", "consent_basis": "customer"}
    with app.app_context(), acting_for(actor.account_id):
        job = start.dry_run(actor, requested(upload_id, chosen))
        return job.id, job.public_id


def is_open(app: Flask, actor: Actor, public_id: str) -> bool:
    with app.app_context(), acting_for(actor.account_id):
        return queries.job_by_public_id(actor.account_id, public_id) is not None


def job(app: Flask, actor: Actor, job_id: int) -> EnrollmentJob:
    with app.app_context(), acting_for(actor.account_id):
        return queries.job_by_id(actor.account_id, job_id)


def test_a_new_dry_run_replaces_the_same_persons_of_the_same_upload(
    app: Flask, alice: Person, bob: Person, run_tasks: Callable[[], bool]
) -> None:
    upload, other = keep(app, alice.actor, 3), keep(app, alice.actor, 4)
    by_bob = check(app, bob.actor, upload)[1]
    elsewhere = check(app, alice.actor, other)[1]
    first = check(app, alice.actor, upload)[1]
    run_tasks()
    second = check(app, alice.actor, upload)[1]
    assert not is_open(app, alice.actor, first)
    assert all(is_open(app, alice.actor, one) for one in (by_bob, elsewhere, second))
    run_tasks()
    assert alice.get(f"/enrollments/checks/{second}").status_code == 200
    assert alice.get(f"/enrollments/checks/{first}").status_code == 404


def test_an_account_has_so_many_and_no_more(
    app: Flask, alice: Person, bob: Person, mallory: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "settings", _with(app, max_dry_runs=2))
    uploads = [keep(app, alice.actor, rows) for rows in (3, 4, 5)]
    found = [check(app, bob.actor, upload)[1] for upload in uploads]
    assert [is_open(app, bob.actor, one) for one in found] == [False, True, True], "one's own oldest goes"
    with pytest.raises(LimitReached, match="Your colleagues have 2 dry runs open"):
        check(app, alice.actor, uploads[0])
    check(app, mallory.actor, keep(app, mallory.actor, 3))


def test_a_long_planning_lets_another_account_go_first(
    app: Flask,
    alice: Person,
    mallory: Person,
    run_tasks: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "CHUNK_ROWS", 10)
    monkeypatch.setattr(plan, "TURN_SECONDS", 0.0)
    each_look_a_second = SimpleNamespace(monotonic=itertools.count().__next__, perf_counter=time.perf_counter)
    monkeypatch.setattr(plan, "time", each_look_a_second)
    long, _ = check(app, alice.actor, keep(app, alice.actor, 200))
    short, _ = check(app, mallory.actor, keep(app, mallory.actor, 10))
    run_tasks()
    one, other = job(app, alice.actor, long), job(app, mallory.actor, short)
    assert one.planned_at is not None and other.planned_at is not None
    assert other.planned_at < one.planned_at
    assert one.attempt > 1, "it took more than one turn"
    assert (one.total, sum(one.expected.values()), sum(other.expected.values())) == (200, 200, 10)


def test_without_others_waiting_a_planning_goes_on(
    app: Flask, alice: Person, sam: Person, run_tasks: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspended account doesn’t count: its jobs may wait for weeks."""
    monkeypatch.setattr(plan, "CHUNK_ROWS", 10)
    monkeypatch.setattr(plan, "TURN_SECONDS", 0.0)
    check(app, sam.actor, keep(app, sam.actor, 3))
    with app.app_context():
        suspension.suspend_sub_account(alice.actor, sam.actor.account_id)
    only, _ = check(app, alice.actor, keep(app, alice.actor, 100))
    run_tasks()
    assert job(app, alice.actor, only).attempt == 1


def test_large_jobs_of_an_account_have_one_worker_at_a_time_and_small_ones_do_not_wait(
    app: Flask, alice: Person, mallory: Person, run_tasks: Callable[[], bool]
) -> None:
    first, _ = check(app, alice.actor, keep(app, alice.actor, 3))
    second, _ = check(app, alice.actor, keep(app, alice.actor, SMALL_JOB + 1))
    small, _ = check(app, alice.actor, keep(app, alice.actor, SMALL_JOB))
    elsewhere, _ = check(app, mallory.actor, keep(app, mallory.actor, 5))
    with app.app_context(), acting_for(alice.actor.account_id):
        with transaction():
            claim = plan_claims.claim(alice.actor.account_id, first, queue.running_task())
        assert claim is not None
    run_tasks()
    assert job(app, alice.actor, second).planned_at is None
    assert job(app, alice.actor, small).planned_at is not None
    assert job(app, mallory.actor, elsewhere).planned_at is not None
    with app.app_context(), acting_for(alice.actor.account_id), transaction():
        plan_claims.let_go(alice.actor.account_id, first, claim.attempt)
    with app.app_context(), acting_for(alice.actor.account_id):
        plan.plan_job(alice.actor.account_id, first)
    run_tasks()
    assert job(app, alice.actor, second).planned_at is not None, "the first one has sent it"


def _with(app: Flask, **changes: object) -> object:
    from dataclasses import replace

    return replace(app.extensions["settings"], **changes)  # type: ignore[arg-type]
