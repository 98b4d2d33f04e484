"""Processing the rows of one batch, inside one transaction.

Most batches turn out as planned: they enroll the contacts and leave the ledger unchanged. On any difference
from the plan the transaction is rolled back, and the batch is processed again row range by row range. If a
row causes a database error, the range is halved until that row is isolated: only that row gets
ENROLLMENT_ERROR, all others their actual outcome.

Either way the contacts are held before anything is written about them, so that nothing stays behind of those
that a user, an erasure, or an undo is removing at the same moment; and after new ones are created, so that
batches with the same people cannot deadlock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.activity import application as activity
from app.bulk_enrollment.application.jobs.undo_batch import undo_rows
from app.bulk_enrollment.application.selection.row_consent import keep_refusals, note_sms_consents
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.store import as_planned, rows
from app.bulk_enrollment.infrastructure.store.claims import Claim
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.engine import application as engine
from app.platform.database import is_transient, session
from app.platform.database.many_rows import Bound
from app.workflows import application as workflows

SOURCE = "bulk_enrollment"


class NotAsPlanned(Exception):
    """The plan of the batch does not apply. The caller must roll back and run `settle_rows` instead."""


class Written(NamedTuple):
    """Numbers of contacts that were created and changed."""

    created: int = 0
    updated: int = 0


NOTHING: Final = Written()


def enroll_as_planned(job: EnrollmentJob, batches: Sequence[Claim], span: Range, at: datetime) -> Written:
    """Carry out the plans of consecutive batches, whose rows are `span`.

    Raises NotAsPlanned if anything has changed since planning, if the workflow cannot take anybody, or if
    there is no plan to follow, as for imports, undos, and files that say who agrees to text messages.
    """
    account_id, options = job.account_id, job.options
    if not all(batch.expected for batch in batches):
        raise NotAsPlanned
    if job.kind != "enroll" or job.selection.says_sms_consent or _workflow_trouble(job) is not None:
        raise NotAsPlanned
    values = as_planned.parameters(span, job.workflow_id)
    updated = 0
    newcomers = sum(batch.newcomers for batch in batches)
    if newcomers and _create(job, as_planned.newcomers(values), at) != newcomers:
        raise NotAsPlanned
    written_about = as_planned.people_written_about(values, options.updates)  # without the newcomers
    contacts.hold_many(account_id, written_about, to_change=_changes_contacts(job))
    if newcomers and as_planned.tie_newcomers(span, values) != newcomers:
        raise NotAsPlanned
    if job.selection.withholds and rows.has_withheld(span):
        contacts.block_many(account_id, rows.withheld_people(span), job.id, at)
    if as_planned.something_differs(span, options.again, values):
        raise NotAsPlanned
    if options.existing != "leave":
        updated = contacts.update_many(
            account_id, contacts.unpack(rows.known_people(span)), options.existing, at, job_id=job.id
        )
    enrolled = _enroll(job, as_planned.people_to_enroll(span, values), at)
    if enrolled != sum(planned_outcomes(batch).get(Outcome.ENROLLED, 0) for batch in batches):
        raise NotAsPlanned
    people_in = as_planned.people_enrolled(values)
    activity.record_many("enrolled", account_id, people_in, at, job.workflow_id, job.id)
    if options.tag_ids:
        contacts.tag_many(account_id, people_in, options.tag_ids, job.id, at)
    if job.findings.get("tags"):
        contacts.tag_each(account_id, as_planned.fields_of_enrolled(values), job.id, at)
    if keeps_fields(job):
        as_planned.forget_fields(values)
    return Written(newcomers, updated)


def planned_outcomes(batch: Claim) -> dict[Outcome, int]:
    """Return {outcome: rows} of a batch that turns out as planned."""
    return {Outcome[name]: rows for name, rows in batch.expected.items() if rows}


def keeps_fields(job: EnrollmentJob) -> bool:
    """Return whether the job stores the values of its rows' other columns until their batch is settled."""
    has_more = bool(job.findings.get("tags")) or job.selection.says_sms_consent
    return job.options.writes_contacts or has_more


def _changes_contacts(job: EnrollmentJob) -> bool:
    """Return whether the job may change contacts that exist already, or their tags."""
    options = job.options
    has_tags = bool(options.tag_ids or job.findings.get("tags"))
    return options.existing != "leave" or job.selection.withholds or has_tags


def settle_rows(job: EnrollmentJob, span: Range, at: datetime) -> tuple[dict[Outcome, int], Written]:
    """Process a batch whose plan does not apply. Return {outcome: rows}, and what was written."""
    trouble = _workflow_trouble(job)
    written = NOTHING
    if trouble is not None:
        keep_refusals(job, span, at)
        rows.write_failed(span, trouble)
    else:
        written = _settle_halving(job, span, at)
    if keeps_fields(job):
        rows.forget_fields(span)
    return rows.count_outcomes(span), written


def _workflow_trouble(job: EnrollmentJob) -> Outcome | None:
    if job.kind != "enroll" or job.workflow_id is None:
        return None
    state = workflows.state_of(job.account_id, job.workflow_id)
    if state is None:
        return Outcome.WORKFLOW_NOT_FOUND
    return Outcome.WORKFLOW_INACTIVE if state == "archived" else None


def _settle_halving(job: EnrollmentJob, span: Range, at: datetime) -> Written:
    try:
        with session().begin_nested():
            return _settle(job, span, at)
    except DBAPIError as failure:
        if is_transient(failure):
            raise
        if span.size == 1:
            keep_refusals(job, span, at)
            rows.write_failed(span, Outcome.ENROLLMENT_ERROR)
            return NOTHING
        first, second = (_settle_halving(job, half, at) for half in span.halves())
        return Written(first.created + second.created, first.updated + second.updated)


def _settle(job: EnrollmentJob, span: Range, at: datetime) -> Written:
    if job.kind == "undo":
        undo_rows(job, span, at)
        return NOTHING
    account_id, options = job.account_id, job.options
    made = 0
    if options.creates:
        made = _create(job, rows.new_people(span), at)
    is_met_again = rows.tie(span) != made and rows.may_meet_again(span)
    contacts.hold_many(account_id, rows.linked_people(span), to_change=_changes_contacts(job))
    if job.selection.withholds and rows.has_withheld(span):
        contacts.block_many(account_id, rows.withheld_people(span), job.id, at)
    if is_met_again:  # after blocking: withheld consent also counts in a duplicate row
        rows.count_again(span)
    settle = _settle_import if job.kind == "import" else _settle_enrollment
    updated = settle(job, span, at)
    note_sms_consents(job, span, at)
    return Written(made, updated)


def _settle_enrollment(job: EnrollmentJob, span: Range, at: datetime) -> int:
    """Enroll the rows' contacts. Return how many existing contacts changed."""
    account_id, options = job.account_id, job.options
    assert job.workflow_id is not None and job.version_id is not None
    updated = 0
    if options.existing != "leave":
        people = contacts.unpack(rows.known_people(span))
        updated = contacts.update_many(account_id, people, options.existing, at, job_id=job.id)
    enrolled = _enroll(job, rows.open_people(span), at)
    rows.write_enrolled(span, job.workflow_id, options.creates)
    if rows.count_outcomes(span).get(Outcome.ENROLLED, 0) != enrolled:
        rows.count_again(span)  # another batch of this job has enrolled the same contact in the meantime
    people_in = rows.people_with(span, (Outcome.ENROLLED,))
    activity.record_many("enrolled", account_id, people_in, at, job.workflow_id, job.id)
    if options.tag_ids:
        contacts.tag_many(account_id, people_in, options.tag_ids, job.id, at)
    if job.findings.get("tags"):
        contacts.tag_each(account_id, rows.fields_with(span, (Outcome.ENROLLED,)), job.id, at)
    return updated


def _create(job: EnrollmentJob, rows: sa.Select[Any] | Bound, at: datetime) -> int:
    return contacts.create_many(
        job.account_id,
        contacts.unpack(rows),
        job.id,
        at,
        consent_basis=job.options.consent_basis,
        consent_source=job.options.source_name or None,
        created_by=job.created_by,
    )


def _enroll(job: EnrollmentJob, people: sa.Select[Any] | Bound, at: datetime) -> int:
    assert job.workflow_id is not None and job.version_id is not None
    return engine.enroll_many(
        job.account_id,
        people,
        workflow_id=job.workflow_id,
        version_id=job.version_id,
        first_step=job.options.first_step,
        again=job.options.again,
        source=SOURCE,
        job_id=job.id,
        at=at,
    )


def _settle_import(job: EnrollmentJob, span: Range, at: datetime) -> int:
    """Write the rows to the contacts. Return how many existing contacts changed."""
    account_id, options = job.account_id, job.options
    creates, updated = options.creates, 0
    if options.existing == "leave":
        rows.write_imported(span, None, creates)
    else:
        people = contacts.unpack(rows.known_people(span))
        rows.write_imported(span, contacts.changed_by(account_id, people, options.existing), creates)
        updated = contacts.update_many(account_id, people, options.existing, at, job_id=job.id)
    done = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    created = rows.people_with(span, (Outcome.CREATED,))
    activity.record_many("imported", account_id, created, at, None, job.id)
    if options.tag_ids:
        contacts.tag_many(account_id, rows.people_with(span, done), options.tag_ids, job.id, at)
    if job.findings.get("tags"):
        contacts.tag_each(account_id, rows.fields_with(span, done), job.id, at)
    return updated
