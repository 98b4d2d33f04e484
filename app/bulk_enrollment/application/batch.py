"""What one batch does to its rows, inside one transaction.

When a row makes the database refuse the whole, the range is halved until that row stands alone: it alone
gets ENROLLMENT_ERROR, all others their true outcome.
"""

from datetime import datetime

from sqlalchemy.exc import DBAPIError

from app.activity import application as activity
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.store import rows
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.engine import application as engine
from app.platform.database import is_transient, session
from app.workflows import application as workflows

SOURCE = "bulk_enrollment"


def settle_rows(job: EnrollmentJob, span: Range, at: datetime) -> dict[Outcome, int]:
    """Give every row of the range its outcome; returns {outcome: rows}."""
    trouble = _workflow_trouble(job)
    if trouble is not None:
        rows.write_failed(span, trouble)
    else:
        _settle_halving(job, span, at)
    return rows.count_outcomes(span)


def _workflow_trouble(job: EnrollmentJob) -> Outcome | None:
    if job.workflow_id is None:
        return None
    state = workflows.state_of(job.account_id, job.workflow_id)
    if state is None:
        return Outcome.WORKFLOW_NOT_FOUND
    return Outcome.WORKFLOW_INACTIVE if state == "archived" else None


def _settle_halving(job: EnrollmentJob, span: Range, at: datetime) -> None:
    try:
        with session().begin_nested():
            _settle(job, span, at)
    except DBAPIError as failure:
        if is_transient(failure):
            raise
        if span.size == 1:
            rows.write_failed(span, Outcome.ENROLLMENT_ERROR)
            return
        for half in span.halves():
            _settle_halving(job, half, at)


def _settle(job: EnrollmentJob, span: Range, at: datetime) -> None:
    account_id, options = job.account_id, job.options
    made = 0
    if options.creates:
        people = contacts.unpack(rows.new_people(span))
        made = contacts.create_many(
            account_id,
            people,
            job.id,
            at,
            consent_basis=options.consent_basis,
            consent_source=options.source_name or None,
            created_by=job.created_by,
        )
    is_met_again = rows.tie(span) != made and rows.may_meet_again(span)
    if job.selection.withholds and rows.has_withheld(span):
        contacts.block_many(account_id, rows.withheld_people(span), job.id, at)
    if is_met_again:  # only now: a no counts also in a row that turns out to be a duplicate
        rows.count_again(span)
    if job.kind == "import":
        _settle_import(job, span, at)
    else:
        _settle_enrollment(job, span, at)


def _settle_enrollment(job: EnrollmentJob, span: Range, at: datetime) -> None:
    account_id, options = job.account_id, job.options
    assert job.workflow_id is not None and job.version_id is not None
    if options.existing != "leave":
        people = contacts.unpack(rows.known_people(span))
        contacts.update_many(account_id, people, options.existing, at)
    enrolled = engine.enroll_many(
        account_id,
        rows.open_people(span),
        workflow_id=job.workflow_id,
        version_id=job.version_id,
        first_step=options.first_step,
        again=options.again,
        source=SOURCE,
        job_id=job.id,
        at=at,
    )
    tagged = bool(job.met.get("tags"))
    creates = options.creates
    rows.write_enrolled(span, job.workflow_id, creates, keep_fields=tagged)
    if rows.count_outcomes(span).get(Outcome.ENROLLED, 0) != enrolled:
        rows.count_again(span)  # another batch of this job has enrolled the same contact meanwhile
    people_in = rows.people_with(span, (Outcome.ENROLLED,))
    activity.record_many("enrolled", account_id, people_in, at, job.workflow_id, job.id)
    if options.tag_ids:
        contacts.tag_many(account_id, people_in, options.tag_ids, job.id, at)
    if tagged:
        contacts.tag_each(account_id, rows.fields_with(span, (Outcome.ENROLLED,)), job.id, at)
        rows.forget_fields(span)


def _settle_import(job: EnrollmentJob, span: Range, at: datetime) -> None:
    account_id, options = job.account_id, job.options
    tagged = bool(job.met.get("tags"))
    creates = options.creates
    if options.existing == "leave":
        rows.write_imported(span, None, creates, keep_fields=tagged)
    else:
        people = contacts.unpack(rows.known_people(span))
        rows.write_imported(span, contacts.changed_by(account_id, people, options.existing), creates)
        contacts.update_many(account_id, people, options.existing, at)
    done = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)
    created = rows.people_with(span, (Outcome.CREATED,))
    activity.record_many("imported", account_id, created, at, None, job.id)
    if options.tag_ids:
        contacts.tag_many(account_id, rows.people_with(span, done), options.tag_ids, job.id, at)
    if tagged:
        contacts.tag_each(account_id, rows.fields_with(span, done), job.id, at)
    if tagged or options.updates:
        rows.forget_fields(span)
