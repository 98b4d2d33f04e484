"""A periodic task that fails does not stop the others."""

import sqlalchemy as sa

from app.platform import clock
from app.platform.database import session

CROSSING = {"cross_account": True}


def test_a_periodic_task_that_fails_stops_no_other(app, monkeypatch):
    """PostgreSQL rejects further statements after one fails, until the transaction ends."""
    counted = []

    def fail() -> None:
        session().execute(sa.text("SELECT nothing FROM nowhere"), execution_options=CROSSING)

    def count() -> None:
        counted.append(session().scalar(sa.text("SELECT count(*) FROM accounts"), execution_options=CROSSING))

    monkeypatch.setattr(clock, "PERIODIC_TASKS", {})
    clock.every(3600)(fail)
    clock.every(3600)(count)
    assert clock.tick(app.app_context) == 2
    assert len(counted) == 1 and counted[0] > 0
    assert clock.tick(app.app_context) == 0, "neither is due again"
