"""Finding jobs by the name of their file or workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.infrastructure import job_list

LOOKED_AT: Final = 200
"""So many jobs, the latest ones, are looked at: older ones are found by the filters of their list."""


@dataclass(frozen=True)
class FoundJob:
    public_id: str
    title: str
    file_name: str
    created_at: datetime


def matching_jobs(actor: Actor, text: str, limit: int) -> Sequence[FoundJob]:
    """Return the latest jobs whose file or workflow has all words of a text in its name; all for an empty
    one."""
    accounts.require(actor, Permission.REPORTS)
    words = text.casefold().split()
    found = []
    for one in job_list.latest_names(actor.account_id, LOOKED_AT if words else limit):
        name = f"{one.workflow or ''} {one.options.source_name}".casefold()
        if all(word in name for word in words):
            title = one.workflow or f"Import of {one.options.source_name}"
            file_name = one.options.source_name if one.workflow else ""
            found.append(FoundJob(one.public_id, title, file_name, one.created_at))
    return found[:limit]
