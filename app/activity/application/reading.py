"""Reading the audit log, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.activity.infrastructure import queries
from app.activity.infrastructure.queries import LogFilter
from app.activity.infrastructure.tables import AuditEntry
from app.platform.errors import NotAllowed

PAGE = 50


class Reader(Protocol):
    """Whoever reads: the accounts room's Actor."""

    @property
    def account_id(self) -> int: ...
    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class LogPage:
    """Entries newest first; `newer` and `older` are the ids to go on from, None where nothing follows."""

    entries: Sequence[AuditEntry]
    newer: int | None
    older: int | None
    people: list[tuple[int, str]]


def read_log(
    actor: Reader, wanted: LogFilter, *, before: int | None = None, after: int | None = None
) -> LogPage:
    """A page of the log. Raises NotAllowed."""
    if not actor.may("report:view"):
        raise NotAllowed("NOT_ALLOWED", "Your role may not see what happened here.")
    account_id = actor.account_id
    found = list(queries.audit_entries(account_id, wanted, before=before, after=after, limit=PAGE + 1))
    more = len(found) > PAGE
    entries = found[1:] if more and after is not None else found[:PAGE]
    has_newer = more if after is not None else before is not None
    has_older = True if after is not None else more
    return LogPage(
        entries=entries,
        newer=entries[0].id if entries and has_newer else None,
        older=entries[-1].id if entries and has_older else None,
        people=queries.people_in_log(account_id),
    )


__all__ = ["LogFilter", "LogPage", "Reader", "read_log"]
