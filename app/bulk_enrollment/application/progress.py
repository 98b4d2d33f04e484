"""What a job tells while it is under way, and how a page knows that it shows the latest."""

from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import events


def tell(job: EnrollmentJob, kind: str, **facts: events.Fact) -> None:
    """Tell whoever watches the job, after the commit. `kind` is an event in the past tense."""
    events.publish(job.account_id, subject_of(job.public_id), kind, **facts)


def latest_event(account_id: int, public_id: str) -> str | None:
    """The id of the newest thing told of a job; None when that cannot be read now."""
    return events.latest(account_id, subject_of(public_id))


def subject_of(public_id: str) -> str:
    """A job's subject, for `events.subscribe`."""
    return f"job:{public_id}"
