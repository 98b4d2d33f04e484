"""Progress events of a job."""

from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform import events


def publish(job: EnrollmentJob, kind: str, **facts: events.Fact) -> None:
    """Publish an event about the job after the commit. `kind` is in the past tense."""
    events.publish(job.account_id, subject_of(job.public_id), kind, **facts)


def latest_event(account_id: int, public_id: str) -> str | None:
    """Return the id of the job's latest event; None if it cannot be read now."""
    return events.latest(account_id, subject_of(public_id))


def subject_of(public_id: str) -> str:
    """Return a job's subject for `events.subscribe`."""
    return f"job:{public_id}"
