"""A job as JSON, in the shape of the API."""

from datetime import datetime
from typing import Any, Final

from app.bulk_enrollment.domain.documents import FILE, selection_type
from app.bulk_enrollment.domain.job import FINISHED, JobStatus
from app.bulk_enrollment.infrastructure import job_list
from app.bulk_enrollment.infrastructure.figures import final_figures, job_figures, progress_of
from app.bulk_enrollment.infrastructure.job_list import NamedJob
from app.platform.clock import now

SELECTION_TYPES: Final = {FILE: "csv"}


def job_document(named: NamedJob) -> dict[str, Any]:
    """Return a job whose selection is loaded."""
    job = named.job
    is_over = job.status in FINISHED
    figures = final_figures(job) if is_over else job_figures(job.account_id, [job.id])[job.id]
    progress = progress_of(job, figures, now())
    kind = selection_type(job.selection)
    return {
        "id": job.public_id,
        "kind": job.kind,
        "workflow_id": named.workflow_id,
        "workflow_name": named.workflow,
        "workflow_version": job_list.version_number(job.account_id, job.version_id),
        "status": job.status,
        "selection_type": SELECTION_TYPES.get(kind, kind),
        "source_name": job.options.source_name,
        "upload_id": getattr(job.selection, "upload_id", None),
        "parent_job_id": job_list.public_id_of(job.account_id, job.parent_job_id),
        "total": progress.total,
        "processed": progress.processed,
        "succeeded": progress.succeeded,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "outcomes": figures.outcomes,
        "batches": progress.batches,
        "batches_done": progress.batches_done,
        "percent": progress.percent,
        "tags": list(job.options.tags),
        "paused_by": job.paused_by if job.status == JobStatus.PAUSED else None,
        "failure": job.failure,
        "scheduled_at": _text(job.options.scheduled_at),
        "created_at": _text(job.created_at),
        "started_at": _text(job.started_at),
        "completed_at": _text(job.finished_at),
        "created_by": named.started_by,
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
