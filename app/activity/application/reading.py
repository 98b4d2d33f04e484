"""Read the audit log in pages.

Entries hold no personal data and not every name, so other rooms register functions that look up the current
names of subjects: `register_names("contact", names_of_contacts)`. They also tell which subjects are gone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.activity.infrastructure import queries
from app.activity.infrastructure.queries import LogFilter
from app.activity.infrastructure.tables import AuditEntry
from app.platform.errors import NotAllowed

PAGE = 50

# (account id, subject ids as text) -> {subject id: name}; deleted subjects are left out.
Names = Callable[[int, Sequence[str]], Mapping[str, str]]

_NAMES: dict[str, Names] = {}


class Reader(Protocol):
    """The attributes of the accounts room's Actor that reading needs."""

    @property
    def account_id(self) -> int: ...
    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class LogPage:
    """A page of entries, newest first.

    `newer` and `older` are cursors for the adjacent pages, or None. `names` is {entry id: current name of its
    subject}; `gone` holds the ids of entries whose subject has been deleted.
    """

    entries: Sequence[AuditEntry]
    newer: int | None
    older: int | None
    names: Mapping[int, str]
    gone: Collection[int]


def register_names(subject: str, names: Names) -> None:
    """Register the function that looks up names of subjects of this kind."""
    _NAMES[subject] = names


def read_log(
    actor: Reader, wanted: LogFilter, *, before: int | None = None, after: int | None = None
) -> LogPage:
    """Return the page of entries before or after the entry with an id. Raises NotAllowed."""
    require_reading(actor)
    account_id = actor.account_id
    found = list(queries.audit_entries(account_id, wanted, before=before, after=after, limit=PAGE + 1))
    more = len(found) > PAGE
    entries = found[1:] if more and after is not None else found[:PAGE]
    has_newer = more if after is not None else before is not None
    has_older = True if after is not None else more
    names = names_of(account_id, entries)
    return LogPage(
        entries=entries,
        newer=entries[0].id if entries and has_newer else None,
        older=entries[-1].id if entries and has_older else None,
        names=names,
        gone={entry.id for entry in entries if entry.subject in _NAMES and entry.id not in names},
    )


def first_entry_since(account_id: int, subject: str, subject_id: str, since: datetime) -> AuditEntry | None:
    """Return who did the first thing to a subject since a moment, and what; None if it was long ago."""
    return queries.first_entry_since(account_id, subject, subject_id, since)


def count_entries(account_id: int) -> int:
    """Return the number of entries in the account's log, for the storage quota."""
    return queries.count_entries(account_id)


def people_in_log(actor: Reader) -> list[tuple[int, str]]:
    """Return (user id, name) of everyone in the log; the system has id 0. Raises NotAllowed."""
    require_reading(actor)
    return queries.people_in_log(actor.account_id)


def actions_in_log(actor: Reader) -> list[tuple[str, str]]:
    """Return (action, a subject of it) of everything in the log. Raises NotAllowed."""
    require_reading(actor)
    return queries.actions_in_log(actor.account_id)


def require_reading(actor: Reader) -> None:
    """Raises NotAllowed if the actor may not read the log."""
    if not actor.may("report:view"):
        raise NotAllowed("NOT_ALLOWED", "Your role can’t view activity.")


def names_of(account_id: int, entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Return {entry id: current name of its subject}; those without a name are left out."""
    by_subject: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        if entry.subject in _NAMES:
            by_subject.setdefault(entry.subject, []).append(entry)
    found: dict[int, str] = {}
    for subject, some in by_subject.items():
        names = _NAMES[subject](account_id, sorted({entry.subject_id for entry in some}))
        found |= {entry.id: names[entry.subject_id] for entry in some if entry.subject_id in names}
    return found


__all__ = [
    "LogFilter",
    "LogPage",
    "Names",
    "Reader",
    "names_of",
    "people_in_log",
    "read_log",
    "require_reading",
]
