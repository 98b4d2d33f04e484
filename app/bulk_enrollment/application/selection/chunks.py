"""Chunks of a selection's rows, which write themselves to the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from app.bulk_enrollment.domain.reading import Findings, ReadRow
from app.bulk_enrollment.infrastructure.store import planning, withheld
from app.bulk_enrollment.infrastructure.store.planning import PlanContext


class Chunk(Protocol):
    """Consecutive rows of a selection."""

    @property
    def findings(self) -> Findings:
        """What reading has found up to the last of the rows, to continue from later; empty if that is nothing
        of note."""

    def load(self, context: PlanContext) -> int:
        """Write the rows to the ledger with their expected outcomes, in the caller's transaction.

        Return the number of rows.
        """


class SelectedRows(Protocol):
    """All rows of a selection, in order."""

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        """Yield the rows that follow row number `after`, up to `size` at a time.

        Load each chunk before requesting the next. Raises UnreadableFile.
        """


@dataclass(frozen=True)
class ReadChunk:
    """Rows that were read, and (row number, key, withheld) for further addresses of withheld rows."""

    rows: Sequence[ReadRow]
    other_keys: Sequence[tuple[int, str, str]] = ()
    findings: Findings = field(default_factory=dict)

    def load(self, context: PlanContext) -> int:
        planning.load_chunk(context, self.rows)
        withheld.load_other_keys(context.account_id, context.job_id, self.other_keys)
        return len(self.rows)
