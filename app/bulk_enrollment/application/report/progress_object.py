"""A job's progress as a JSON object, the same in the API and in the event stream."""

import math
from typing import Any

from app.bulk_enrollment.domain.job import Progress


def progress_object(public_id: str, progress: Progress) -> dict[str, Any]:
    """Return the object. `rate` is in rows per second; it and `seconds_left` are None if unknown.

    `processed` excludes rows that were canceled before they were processed, `skipped` includes them.
    """
    return {
        "job_id": public_id,
        "status": progress.status.value,
        "total": progress.total,
        "processed": progress.processed,
        "succeeded": progress.succeeded,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "current_batch": progress.current_batch,
        "batches": progress.batches,
        "percent": progress.percent,
        "rate": None if progress.rate is None else round(progress.rate, 1),
        "seconds_left": None if progress.seconds_left is None else math.ceil(progress.seconds_left),
        "needs_attention": progress.decision,
    }
