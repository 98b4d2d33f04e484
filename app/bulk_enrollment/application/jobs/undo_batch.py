"""Processing the rows of one batch of an undo, inside one transaction."""

from datetime import datetime

from app.activity import application as activity
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure import queries, undoing
from app.bulk_enrollment.infrastructure.store import rows
from app.bulk_enrollment.infrastructure.store.row_range import Range
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.engine import application as engine


def undo_rows(job: EnrollmentJob, span: Range, at: datetime) -> None:
    """Take back what the original job did for these rows, and write their outcomes.

    Tags go from all contacts, also from those that have moved on. Contacts and enrollments of the range are
    locked first, so that the outcomes written are what is done.
    """
    assert job.parent_job_id is not None
    account_id = job.account_id
    original = queries.job_by_id(account_id, job.parent_job_id)
    contacts.lock_many(account_id, undoing.all_people(span))
    undoing.lock_enrollments(span, original)
    undoing.write_outcomes(span, original)
    if original.workflow_id is not None:
        withdrawn = rows.people_with(span, (Outcome.WITHDRAWN, Outcome.CONTACT_REMOVED))
        engine.withdraw_many(account_id, withdrawn, job_id=original.id, undone_by=job.id, at=at)
        staying = rows.people_with(span, (Outcome.WITHDRAWN,))
        activity.record_many("withdrawn", account_id, staying, at, original.workflow_id, job.id)
    contacts.take_back_tags(account_id, undoing.all_people(span), original.id, at)
    removed = rows.people_with(span, (Outcome.CONTACT_REMOVED,))
    contacts.remove_created(account_id, removed, original.id, at)
