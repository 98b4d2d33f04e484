"""Small batches that are completed in the same transaction as the preceding one.

They are not claimed, only locked: for everybody else they turn from pending to completed at once, or stay
pending.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count, takewhile
from typing import Any

import sqlalchemy as sa

from app.bulk_enrollment.domain.job import BatchStatus
from app.bulk_enrollment.infrastructure.store.claims import (
    CLAIMED,
    OF_JOB,
    Claim,
    ending,
    is_due,
    job_may_go_on,
    ours_of,
)
from app.bulk_enrollment.infrastructure.tables import EnrollmentBatch
from app.platform.claims.leases import Interval, lease, longest_wait
from app.platform.database.many_rows import execute_built, moment_param

_batches = EnrollmentBatch.__table__


def lock_following(
    account_id: int, claim: Claim, together: int, now: datetime, pace_changes: int = 0
) -> list[Claim]:
    """Lock the batches between a claimed one and the end of its group of `together` batches; return them.

    The first that cannot be locked, or has been tried before, ends the sequence. The locks end with the
    transaction. None follow in the cases in which `claim_next` claims none.
    """
    end_of_group = -(-claim.number // together) * together
    values = {
        "of_account": account_id,
        "of_job": claim.job_id,
        "after": claim.number,
        "until": end_of_group,
        "at": now,
        "pace": pace_changes,
    }
    found = [Claim.of(row) for row in execute_built(_following(lease(), longest_wait()), values)]
    in_a_row = takewhile(lambda pair: pair[0].number == pair[1], zip(found, count(claim.number + 1)))
    return [following for following, _number in in_a_row]


@lru_cache
def _following(lease: Interval, wait: Interval) -> sa.Select[Any]:
    batch = _batches.alias("following")
    return (
        sa.select(*(batch.c[column.name] for column in CLAIMED))
        .where(
            batch.c.job_id == OF_JOB,
            batch.c.number > sa.bindparam("after", type_=sa.Integer()),
            batch.c.number <= sa.bindparam("until", type_=sa.Integer()),
            batch.c.attempt == 0,
            is_due(batch, wait),
            job_may_go_on(lease, wait),
        )
        .order_by(batch.c.number)
        .with_for_update(skip_locked=True, of=batch)
    )


def complete_following(
    account_id: int,
    locked: Sequence[Claim],
    holder: str | None,
    now: datetime,
    counts: Sequence[Mapping[str, Any]],
) -> None:
    """Write the final state of batches from `lock_following`, in the same transaction."""
    for claim, its_counts in zip(locked, counts, strict=True):
        values = {f"new_{name}": value for name, value in its_counts.items()}
        ours = ours_of(account_id, claim)
        state = {
            "new_status": BatchStatus.COMPLETED,
            "new_finished_at": now,
            "task": holder,
        }
        execute_built(_completion(), ours | values | state)


@lru_cache
def _completion() -> sa.Update:
    started = {"started_at": moment_param("new_finished_at"), "attempt": 1}
    holder = sa.bindparam("task", type_=sa.String())
    return ending(BatchStatus.PENDING).values(lease_until=None, holder=holder, **started)
