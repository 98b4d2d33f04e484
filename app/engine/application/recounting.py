"""Repair of the numbers of enrollments that pages show."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.engine.infrastructure import queries
from app.engine.infrastructure.counters import counts
from app.platform.database import transaction
from app.platform.logs import log


@dataclass(frozen=True)
class Correction:
    """A wrong number of enrollments: of the workflow (empty if it has been deleted) with the status."""

    workflow: str
    status: str
    shown: int
    counted: int


def recount_enrollments(actor: Actor) -> Sequence[Correction]:
    """Count the account's enrollments, correct the numbers that differ, and return those."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)  # two corrections at once would both add the same difference
        wrong = counts.differences(actor.account_id)
        counts.change(
            actor.account_id,
            {one.place: one.counted - one.kept for one in wrong},
        )
    names = queries.workflow_names(actor.account_id, sorted({one.place.workflow_id for one in wrong}))
    log.info("enrollments_recounted", extra={"account_id": actor.account_id, "corrected": len(wrong)})
    return [
        Correction(names.get(one.place.workflow_id, ("", ""))[0], one.place.status, one.kept, one.counted)
        for one in wrong
    ]
