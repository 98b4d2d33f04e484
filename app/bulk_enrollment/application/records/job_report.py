"""The report of a finished job: what it did with which file, for printing and for the records."""

from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.report.shown_jobs import ShownJob, show_job
from app.bulk_enrollment.application.selection import corrections
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.relatives import Relative
from app.files import application as files
from app.platform.errors import Conflict


@dataclass(frozen=True)
class JobReport:
    """A finished job, its file (None if its contacts were not selected by one), the job that it corrects, and
    the jobs that correct it."""

    shown: ShownJob
    upload: files.Upload | None
    original: Relative | None
    corrections: list[Relative]


def job_report(actor: Actor, public_id: str) -> JobReport:
    """Return the report of a job. Raises NotFound, and Conflict for a job that has not finished."""
    accounts.require(actor, Permission.REPORTS)
    shown = show_job(actor, public_id)
    if not shown.is_over:
        raise Conflict("CONFLICT", "This job is still running. Its report is available when it has finished.")
    job = shown.job
    original, later = corrections.relatives_of(actor, job)
    return JobReport(shown, _upload_of(job.account_id, job.id), original, list(later))


def _upload_of(account_id: int, job_id: int) -> files.Upload | None:
    upload_id = queries.job_by_id(account_id, job_id).upload_id
    return files.upload_by_id(account_id, upload_id) if upload_id is not None else None
