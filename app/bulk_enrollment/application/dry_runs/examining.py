"""What the plan of a job would do, counted range by range after its rows are in the ledger.

A dry run is examined for its page: contacts to create, changes field by field, values that the workflow needs
and people lack. A job that leaves out people without a value is examined to do so. Each range is a short
transaction, and the effects so far are stored, so an interrupted examination continues.
"""

from collections.abc import Iterator

from app.bulk_enrollment.domain.dry_runs.effects import Effects, FieldEffect
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.infrastructure.dry_runs import effects as counted
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.workflows import application as workflows

ROWS = 10_000  # per transaction


def is_examined(job: EnrollmentJob) -> bool:
    """Return whether planning examines the job: a dry run, or one that leaves people out."""
    return job.status == JobStatus.DRAFT or bool(job.options.only_with)


def ranges_left(job: EnrollmentJob, rows: int) -> Iterator[Range]:
    """Yield the ranges of the job's `rows` rows that are not examined yet."""
    for first in range((job.effects or Effects()).rows + 1, rows + 1, ROWS):
        last = min(first + ROWS - 1, rows)
        yield Range(job.account_id, job.id, job.selection.identifier, first, last, first)


def examine(job: EnrollmentJob, span: Range, so_far: Effects) -> Effects:
    """Examine a range of rows, and leave out people as chosen, in the caller's transaction. Return the
    effects up to its last row, which are stored."""
    if job.options.only_with:
        counted.leave_out(span, job.options.only_with, job.options.updates)
    effects = so_far.plus(_effects_of(job, span))
    jobs.change(job.account_id, job.id, effects=effects)
    return effects


def needed_fields(job: EnrollmentJob) -> list[str]:
    """Return the contact fields that the job's workflow needs a value in."""
    meaning = workflows.meaning_of(job.account_id, job.workflow_id) if job.workflow_id else None
    return list(dict.fromkeys(one.field for one in meaning.needed)) if meaning else []


def _effects_of(job: EnrollmentJob, span: Range) -> Effects:
    created, withheld, samples = counted.people_to_create(span) if job.options.creates else (0, 0, [])
    updated, fields = 0, {}
    mode = job.options.existing
    if mode != "leave":
        rows = contacts.unpack(counted.people_to_update(span))
        updated, changes = contacts.count_changes(job.account_id, rows, mode)
        fields = {
            name: FieldEffect(
                one.filled, one.overwritten, tuple(dict.fromkeys((one.first_row, one.last_row)))
            )
            for name, one in changes.items()
        }
    people = 0
    lacking: dict[str, int] = {}
    if job.workflow_id is not None:
        people, lacking = counted.people_lacking(span, needed_fields(job), job.options.updates)
    return Effects(span.size, created, withheld, tuple(samples), updated, fields, people, lacking)
