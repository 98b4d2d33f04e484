"""The pace at which people who are held begin, of workflows that have been started."""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.engine.infrastructure.tables import PacedStart
from app.platform.database import session
from app.platform.text.pace import Drip, Portion, read_drip, write_drip

_PLAIN = {"synchronize_session": False}


class Pace(NamedTuple):
    """A drip, when the workflow was started with it, and the latest portion."""

    drip: Drip
    started_at: datetime
    portion: Portion


def find(account_id: int, workflow_id: int) -> Pace | None:
    return _pace(_query(account_id, workflow_id))


def lock(account_id: int, workflow_id: int) -> Pace | None:
    """Return the pace of a workflow, locked until the transaction ends."""
    return _pace(_query(account_id, workflow_id).with_for_update())


def save(account_id: int, workflow_id: int, pace: Pace) -> None:
    """Replace the pace of a workflow."""
    remove(account_id, workflow_id)
    session().execute(
        sa.insert(PacedStart.__table__),
        {
            "account_id": account_id,
            "workflow_id": workflow_id,
            "drip": write_drip(pace.drip),
            "started_at": pace.started_at,
            "portion_at": pace.portion.at,
            "portion_people": pace.portion.taken,
            "next_at": None,
        },
    )


def advance(account_id: int, workflow_id: int, portion: Portion, next_at: datetime) -> None:
    """Record the latest portion, and when the next people may begin."""
    session().execute(
        sa.update(PacedStart)
        .where(PacedStart.account_id == account_id, PacedStart.workflow_id == workflow_id)
        .values(portion_at=portion.at, portion_people=portion.taken, next_at=next_at),
        execution_options=_PLAIN,
    )


def remove(account_id: int, workflow_id: int) -> None:
    session().execute(
        sa.delete(PacedStart).where(
            PacedStart.account_id == account_id, PacedStart.workflow_id == workflow_id
        ),
        execution_options=_PLAIN,
    )


def _query(account_id: int, workflow_id: int) -> sa.Select[Any]:
    return sa.select(
        PacedStart.drip, PacedStart.started_at, PacedStart.portion_at, PacedStart.portion_people
    ).where(PacedStart.account_id == account_id, PacedStart.workflow_id == workflow_id)


def _pace(query: sa.Select[Any]) -> Pace | None:
    row = session().execute(query).one_or_none()
    return Pace(read_drip(row[0]), row[1], Portion(row[2], row[3])) if row else None
