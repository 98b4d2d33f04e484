"""The rows of retries, which are rows of an earlier job, with what users changed in them."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Protocol

from app.bulk_enrollment.application.selection.chunks import Chunk, ReadChunk
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS, RowReader
from app.bulk_enrollment.domain.retrying import taken_outcomes
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.fixing import retried_rows, source_rows
from app.bulk_enrollment.infrastructure.fixing.retried_rows import TakenRow
from app.bulk_enrollment.infrastructure.store.planning import PlanContext
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.domain.cells.row import Row
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.text.unreadable import UnreadableFile

SLICE = 5_000


class SourceRows(Protocol):
    """The rows of a selection as they were given, and a reader for them; `width` is the number of cells that
    the reader needs."""

    width: int

    reader: RowReader

    def source(self) -> Iterator[Row]:
        """Yield all rows in order, numbered from 1."""


class RetriedRows:
    """Rows of the parent job, numbered anew from 1. They keep their own numbers as `source_row`."""

    def __init__(self, job: EnrollmentJob, original: SourceRows) -> None:
        self._job = job
        self._original = original

    def chunks(self, after: int, size: int) -> Iterator[Chunk]:
        reader = self._original.reader
        number = after
        rows = islice(changed_rows(self._original.source(), taken_rows(self._job)), after, None)
        while chunk := list(islice(rows, size)):
            places = {row.number: number + place for place, row in enumerate(chunk, start=1)}
            read = [
                reader.read(row.number, row.line, row.cells)._replace(
                    row_number=places[row.number], source_row=row.number
                )
                for row in chunk
            ]
            if len(reader.tags) > MOST_TAGS:
                raise UnreadableFile("too_many_tags", TOO_MANY_TAGS)
            others = [(places[row], key, withheld) for row, key, withheld in reader.take_other_keys()]
            findings = reader.findings if reader.left_out or reader.tags else {}
            number += len(chunk)
            yield RetriedChunk(read, others, findings)


class RetriedChunk(ReadChunk):
    """Rows of a retry: duplicates among them name the kept row by its number in the file."""

    def load(self, context: PlanContext) -> int:
        loaded = super().load(context)
        first, last = self.rows[0].row_number, self.rows[-1].row_number
        source_rows.name_kept_rows(context.account_id, context.job_id, first, last)
        return loaded


def taken_rows(job: EnrollmentJob, edits_of: int | None = None) -> Iterator[TakenRow]:
    """Yield the rows that a retry takes up, in the order of the file, with the changes of the job `edits_of`,
    by default its own."""
    edits_of = edits_of or job.id
    parent = parent_of(job)
    if parent.planned_at is None:  # a retry that was canceled before its rows were read: all of them
        yield from taken_rows(parent, edits_of)
        return
    after = 0
    outcomes = taken_outcomes(job.retries)
    while rows := retried_rows.rows_taken(
        job.account_id, parent.id, job.id, outcomes, edits_of, after, SLICE
    ):
        yield from rows
        after = rows[-1].row_number


def parent_of(job: EnrollmentJob) -> EnrollmentJob:
    """Return the job that an unfinished retry or undo was created from."""
    parent = find_parent(job)
    assert parent is not None
    return parent


def find_parent(job: EnrollmentJob) -> EnrollmentJob | None:
    """Return the job that a job was created from, or None if there is none or it has been deleted."""
    return queries.find_job(job.account_id, job.parent_job_id) if job.parent_job_id else None


def listed_source(job: EnrollmentJob) -> Iterator[Row]:
    """Yield the rows that a retry of a filter takes up: contact ids, from the ledger of the parent."""
    for row in taken_rows(job):
        yield Row(row.source_row, row.line, [row.identifier or ""])


def changed_rows(rows: Iterator[Row], taken: Iterator[TakenRow]) -> Iterator[Row]:
    """Yield the taken ones of `rows` with their changes; both are in the order of the file."""
    wanted = next(taken, None)
    for row in rows:
        if wanted is None:
            return
        if row.number == wanted.source_row:
            if wanted.edits:
                apply_edits(row.cells, json.loads(wanted.edits))
            yield row
            wanted = next(taken, None)


def apply_edits(cells: list[str], edits: Mapping[str, str]) -> None:
    """Replace the changed cells {column position: text}, in place."""
    for position, text in edits.items():
        if int(position) < len(cells):
            cells[int(position)] = text
