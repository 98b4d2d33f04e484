"""Active workflows that start by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.workflows.application.lookup import Startable
from app.workflows.domain import TRIGGERS
from app.workflows.domain.definition.parts import Trigger
from app.workflows.domain.types.declarations import no_field
from app.workflows.infrastructure import active, queries

_DATED = tuple(one.type for one in TRIGGERS if one.starts_on is not no_field)


@dataclass(frozen=True)
class Triggered:
    """An active workflow with the trigger that enrolls people in it."""

    target: Startable
    trigger: Trigger


def triggered(account_id: int) -> Sequence[Triggered]:
    """Return the active workflows of the account whose trigger enrolls people, oldest first.

    Runs whenever contacts change: only the definitions of versions that this process has not seen are read.
    """
    found = []
    for row in active.active_workflows(account_id):
        known = _known(account_id, row.public_id, row.version_id)
        if known is not None:
            trigger, first_step = known
            target = Startable(
                workflow_id=row.id,
                public_id=row.public_id,
                name=row.name,
                version_id=row.version_id,
                number=row.number,
                first_step=first_step,
                enroll_again=row.enroll_again,
            )
            found.append(Triggered(target, trigger))
    return found


def accounts_with_dates() -> list[int]:
    """Return the accounts with active workflows that dates of contacts start."""
    return active.accounts_triggered_by(_DATED)


@lru_cache(maxsize=4096)
def _known(account_id: int, public_id: str, version_id: int) -> tuple[Trigger, str | None] | None:
    """Return the trigger and the first step of a version, which never change; None if people only enter it by
    hand. The public id is part of the key, because numbers of versions may be used again."""
    version = queries.version_by_id(account_id, version_id)
    if version is None or not version.parsed.trigger.enrolls:
        return None
    steps = version.parsed.steps
    return version.parsed.trigger, steps[0].id or None if steps else None
