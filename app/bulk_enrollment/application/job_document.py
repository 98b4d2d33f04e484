"""A job as the API and the webhook show it: the only place that knows its shape, except for the schemas."""

from datetime import datetime
from typing import Any, Final

from app.bulk_enrollment.application.job_facts import JobFacts
from app.bulk_enrollment.domain.documents import FILE
from app.bulk_enrollment.domain.job import JobStatus
from app.platform.text.pace import Drip
from app.platform.text.pace_words import DAY_NAMES

_SELECTION_TYPES: Final = {FILE: "csv"}  # where they differ from those in the database


def job_document(facts: JobFacts) -> dict[str, Any]:
    """Return a job as {field: value}; times are datetimes."""
    job, progress, options = facts.job, facts.progress, facts.job.options
    return {
        "id": job.public_id,
        "kind": job.kind,
        "workflow_id": job.workflow_id,
        "workflow_name": job.workflow,
        "workflow_version": job.workflow_version,
        "status": job.status,
        "selection_type": _SELECTION_TYPES.get(job.selection, job.selection),
        "source_name": options.source_name,
        "upload_id": job.upload_id,
        "parent_job_id": job.parent_job_id,
        "total": job.total,
        "processed": progress.processed,
        "succeeded": progress.succeeded,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "outcomes": facts.outcomes,
        "batches": progress.batches,
        "batches_done": progress.batches_done,
        "percent": progress.percent,
        "tags": list(options.tags),
        "paused_by": job.paused_by if job.status == JobStatus.PAUSED else None,
        "needs_attention": progress.decision,
        "failure": job.failure,
        "scheduled_at": options.scheduled_at,
        "time_zone": options.time_zone or None,
        "drip": drip_document(options.drip) if options.drip else None,
        "brakes": dict(vars(options.brakes)),
        "notify_email": options.notify_email or None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "completed_at": job.finished_at,
        "created_by": job.created_by,
    }


def job_as_json(facts: JobFacts) -> dict[str, Any]:
    """Return the same with times as text, for JSON."""
    return {name: _text(value) for name, value in job_document(facts).items()}


def drip_document(drip: Drip) -> dict[str, Any]:
    return {
        "people": drip.people,
        "every": drip.every,
        "unit": drip.unit,
        "opens": _clock(drip.opens),
        "closes": _clock(drip.closes),
        "weekdays": [DAY_NAMES[day].lower() for day in drip.weekdays],
        "time_zone": drip.zone,
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _text(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
