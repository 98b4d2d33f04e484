"""Full recounts that check a job's figures, for `verify-job` and the tests. Slow."""

import sqlalchemy as sa

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.conditions.settled import is_settled
from app.bulk_enrollment.infrastructure.tables import EnrollmentRow
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session


def enrollments_of_job(account_id: int, job_id: int) -> int:
    query = sa.select(sa.func.count()).where(Enrollment.account_id == account_id, Enrollment.job_id == job_id)
    return session().scalar(query) or 0


def people_in_twice(account_id: int, workflow_id: int) -> int:
    """Count the contacts with more than one unfinished enrollment in the workflow."""
    twice = (
        sa.select(Enrollment.contact_id)
        .where(
            Enrollment.account_id == account_id,
            Enrollment.workflow_id == workflow_id,
            Enrollment.status.in_(UNDER_WAY),
        )
        .group_by(Enrollment.contact_id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return session().scalar(sa.select(sa.func.count()).select_from(twice)) or 0


def enrolled_rows_without_enrollment(account_id: int, job_id: int) -> int:
    """Count settled ENROLLED rows whose contact does not have exactly one enrollment by this job."""
    enrollments = (
        sa.select(sa.func.count())
        .where(
            Enrollment.account_id == account_id,
            Enrollment.job_id == job_id,
            Enrollment.contact_id == EnrollmentRow.contact_id,
        )
        .scalar_subquery()
    )
    query = sa.select(sa.func.count()).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        EnrollmentRow.outcome == Outcome.ENROLLED,
        is_settled(account_id, job_id),
        enrollments != 1,
    )
    return session().scalar(query) or 0


def rows_with_undone_enrollment(account_id: int, job_id: int) -> int:
    """Count the rows of an undo whose contact has an enrollment that this undo ended."""
    ended = (
        sa.select(Enrollment.id)
        .where(
            Enrollment.account_id == account_id,
            Enrollment.contact_id == EnrollmentRow.contact_id,
            Enrollment.undone_job_id == job_id,
        )
        .exists()
    )
    query = sa.select(sa.func.count()).where(
        EnrollmentRow.account_id == account_id, EnrollmentRow.job_id == job_id, ended
    )
    return session().scalar(query) or 0


def removed_contacts_still_there(account_id: int, job_id: int) -> int:
    """Count the settled CONTACT_REMOVED rows of an undo whose contact exists."""
    exists = sa.exists().where(Contact.account_id == account_id, Contact.id == EnrollmentRow.contact_id)
    query = sa.select(sa.func.count()).where(
        EnrollmentRow.account_id == account_id,
        EnrollmentRow.job_id == job_id,
        EnrollmentRow.outcome == Outcome.CONTACT_REMOVED,
        is_settled(account_id, job_id),
        exists,
    )
    return session().scalar(query) or 0
