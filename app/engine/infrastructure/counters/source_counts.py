"""The number of enrollments of a workflow by source and day (UTC), kept by those who write enrollments, in
the same transaction. See `summed_parts`."""

from datetime import date

import sqlalchemy as sa

from app.engine.infrastructure.counters import summed_parts
from app.engine.infrastructure.tables import SourceCount
from app.platform.database import BigInt, session

_counts = SourceCount.__table__


def add(account_id: int, workflow_id: int, source: str, day: date, enrolled: int) -> None:
    """Add to the number of enrollments by a source."""
    if enrolled:
        key = {"workflow_id": workflow_id, "source": source, "day": day}
        summed_parts.change(_counts, account_id, key, enrolled)


def by_source(account_id: int, workflow_id: int) -> dict[str, int]:
    """Return {source: number of enrollments} of a workflow, ended ones included."""
    query = (
        sa.select(SourceCount.source, sa.cast(sa.func.sum(SourceCount.enrollments), BigInt))
        .where(SourceCount.account_id == account_id, SourceCount.workflow_id == workflow_id)
        .group_by(SourceCount.source)
    )
    return dict(session().execute(query).all())
