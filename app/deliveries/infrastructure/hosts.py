"""Servers that do not answer, or that ask to wait. One that answers has no row."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.deliveries.domain.hosts import HEALTHY, Health
from app.deliveries.infrastructure.tables import WebhookHost
from app.platform.database import session
from app.platform.database.upserts import insert_into

_hosts = WebhookHost.__table__
MOST: Final = 1_000
"""So many servers of an account are remembered."""


def healths(account_id: int) -> dict[str, Health]:
    """Return {host: health} of the servers that misbehave."""
    query = sa.select(_hosts.c.host, _hosts.c.failures, _hosts.c.failing_since, _hosts.c.rests_until)
    found = session().execute(query.where(_hosts.c.account_id == account_id).limit(MOST))
    return {host: Health(*values) for host, *values in found}


def discard_before(moment: datetime) -> None:
    """Forget servers of all accounts that were last called before `moment`."""
    session().execute(
        sa.delete(_hosts).where(sa.func.coalesce(_hosts.c.rests_until, _hosts.c.failing_since) < moment),
        execution_options={"cross_account": True},
    )


def keep_health(account_id: int, host: str, health: Health) -> None:
    if health == HEALTHY:
        own = (_hosts.c.account_id == account_id, _hosts.c.host == host)
        session().execute(sa.delete(_hosts).where(*own))
        return
    values = {
        "failures": health.failures,
        "failing_since": health.failing_since,
        "rests_until": health.rests_until,
    }
    insert = insert_into(_hosts)
    kept = insert.values(account_id=account_id, host=host, **values)
    session().execute(kept.on_conflict_do_update(index_elements=["account_id", "host"], set_=values))
