"""Who is due is found by one look into the index for each version, beside any number of others (E-02)."""

import itertools
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from app.engine.application.moving import moves
from app.engine.infrastructure import positions
from app.engine.infrastructure.tables import Enrollment
from app.platform.clock import now
from app.platform.database import is_sqlite, session, transaction
from app.platform.database.many_rows import refresh_statistics
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import campaign
from tests.services.statements import listening
from tests.unit.workflows.documents import step, wait


def test_a_look_names_account_and_version(app: Flask, bob: Person) -> None:
    """Also if statistics know that each account has one version: as if that were chance, PostgreSQL would
    intersect two indexes, and read all people of each account."""
    with app.app_context(), transaction():
        rows = [
            {
                "account_id": 1_000 + place % 100,
                "workflow_id": 1_000 + place % 100,
                "version_id": 1_000 + place % 100,
                "contact_id": place,
                "status": "active",
                "due_at": now(),
                "source": "bulk_enrollment",
            }
            for place in range(5_000)
        ]
        session().execute(sa.insert(Enrollment.__table__), rows, execution_options={"cross_account": True})
        refresh_statistics(Enrollment.__table__)
    with app.app_context(), listening(lambda text: "FROM enrollments" in text) as heard:
        assert positions.due_versions(now()) == []  # none of them has an active workflow
        [(statement, values)] = heard
        cursor = session().connection().connection.cursor()
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if is_sqlite() else 'EXPLAIN'} {statement}", values)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        wanted = (
            r"ix_enrollments_due_in_version \(version_id=\? AND account_id=\? "
            if is_sqlite()
            else r"ix_enrollments_due_in_version on .*\n.*Index Cond: \(\(version_id = .*account_id = "
        )
        assert re.search(wanted, plan) and "BitmapAnd" not in plan, plan


def test_the_clock_looks_less_often_where_looking_takes_long(
    app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times as long as the look took, and at most five seconds: here each look, and each time that the
    clock asks for one, takes so many."""
    for seconds, left_out in ((0.25, 9), (1.0, 4)):
        ticking = SimpleNamespace(monotonic=itertools.count(100.0, seconds).__next__)
        monkeypatch.setattr(moves, "time", ticking)
        monkeypatch.setattr(moves, "_rest_until", 0.0)
        with app.app_context(), listening(lambda text: "FROM enrollments" in text) as heard:
            moves.wake_movers()
            assert len(heard) == 1
            for _ in range(left_out):
                moves.wake_movers()
            assert len(heard) == 1
            moves.wake_movers()
            assert len(heard) == 2


def test_versions_in_which_somebody_is_due(app: Flask, bob: Person) -> None:
    """Each once, however many are due: not before their time, and not in workflows that are paused."""
    steps = (wait("pause", 2, "days"), step("last", "add_tag", tag="Last"))
    wanted = [campaign(app, bob.actor, *steps, name=name) for name in ("One", "Two")]
    ids = people(app, bob.actor, 3)
    for it in wanted:
        it.enroll(ids)
    with app.app_context():
        due = positions.due_versions(wanted[1].at)
    assert len(due) == len(set(due)) == 2 and {one.account_id for one in due} == {bob.actor.account_id}
    assert wanted[1].move() == 6
    with app.app_context():
        assert positions.due_versions(wanted[1].at + timedelta(days=1)) == []
        later = wanted[1].at + timedelta(days=3)
        assert set(positions.due_versions(later)) == set(due)
        with acting_for(bob.actor.account_id):
            workflows.pause(bob.actor, wanted[0].public_id)
        assert len(positions.due_versions(later)) == 1
