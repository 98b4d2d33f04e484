"""The rows of an undo: those of the original job that enrolled or imported somebody."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.bulk_enrollment.application.selection.chunks import Chunk
from app.bulk_enrollment.domain.reading import Findings
from app.bulk_enrollment.infrastructure import undoing
from app.bulk_enrollment.infrastructure.store.planning import PlanContext
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob


class UndoneRows:
    """Rows of the original job, numbered anew from 1 and copied by the database alone."""

    def __init__(self, original: EnrollmentJob) -> None:
        self._original = original

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        last = undoing.row_of_original(self._original, after)
        while True:
            chunk = UndoneChunk(self._original, after, last, size)
            yield chunk
            after, last = after + chunk.loaded, chunk.last
            if chunk.loaded < size:
                return


@dataclass
class UndoneChunk:
    """`last` is a row number of the original job: the last one before the chunk and, once it is loaded, its
    own last one."""

    original: EnrollmentJob
    after: int
    last: int
    size: int
    loaded: int = 0
    findings: Findings = field(default_factory=dict)

    def load(self, context: PlanContext) -> int:
        self.loaded, self.last = undoing.load_rows(
            self.original, context.job_id, self.after, self.last, self.size
        )
        return self.loaded
