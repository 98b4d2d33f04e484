"""Export of the audit log as a CSV file, safe to open in a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, Protocol

from app.activity.application import reading
from app.activity.application import recording as activity
from app.activity.application.recording import ActorLike
from app.activity.application.words import sentence_of
from app.activity.infrastructure import queries
from app.activity.infrastructure.queries import LogFilter
from app.activity.infrastructure.tables import AuditEntry
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.text.spreadsheet_safe import csv_chunks, guarded

SLICE: Final = 1_000
HEADER: Final = ("Time (UTC)", "Person", "Activity", "Action", "Type", "ID", "From")


class Exporter(ActorLike, reading.Reader, Protocol):
    """The attributes of the accounts room's Actor that an export needs."""


@dataclass(frozen=True)
class Export:
    """The file name and the content, generated while it is sent."""

    name: str
    chunks: Iterator[bytes]


def export_log(actor: Exporter, wanted: LogFilter, asked: dict[str, Any]) -> Export:
    """Return the entries that meet a filter as CSV, newest first. Raises NotAllowed.

    The export is recorded with the filters that were `asked` for. Entries are read in slices, so memory use
    is bounded, and no transaction stays open during a slow download.
    """
    reading.require_reading(actor)
    with transaction():
        activity.record(actor, "activity_exported", "activity_log", actor.account_id, filters=asked)

    def rows() -> Iterator[Sequence[str]]:
        yield HEADER
        last: int | None = None
        while entries := queries.audit_entries(actor.account_id, wanted, before=last, limit=SLICE):
            names = reading.names_of(actor.account_id, entries)
            last = entries[-1].id
            found = [[guarded(cell) for cell in _cells(one, names.get(one.id, ""))] for one in entries]
            forget_snapshot()
            yield from found

    return Export(f"activity-{now():%Y-%m-%d}.csv", csv_chunks(rows()))


def _cells(entry: AuditEntry, name: str) -> Iterator[str]:
    yield f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield entry.user_name
    yield sentence_of(entry, name, is_gone=True).text
    yield entry.action
    yield entry.subject
    yield entry.subject_id
    yield entry.origin
