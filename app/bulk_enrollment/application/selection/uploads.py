"""Relation of uploads to jobs: which uploads are in use, and earlier jobs of the same file."""

from app.accounts.domain import Actor
from app.bulk_enrollment.infrastructure import uploads
from app.bulk_enrollment.infrastructure.uploads import Use
from app.files import application as files

BYTES_OF_A_ROW = 200  # in the ledger, including indexes, and in the list of a job of selected contacts

__all__ = ["Use", "refuse_over_quota", "uses_of", "watch_over_uploads"]


def uses_of(actor: Actor, upload: files.Upload) -> list[Use]:
    """Return the jobs that were started from the same file, newest first."""
    return uploads.uses_of_same_bytes(actor.account_id, upload.sha256)


def refuse_over_quota(account_id: int, rows: int) -> None:
    """Raise LimitReached if the account has no storage left for the rows of another job."""
    files.refuse_over_quota(account_id, rows * BYTES_OF_A_ROW, "job")


def watch_over_uploads() -> None:
    """Register with the files room which uploads jobs use, and how much storage jobs and dry runs take."""
    files.register_use(uploads.in_use)
    files.register_kept(
        "jobs and dry runs", lambda account_id: uploads.rows_of_jobs(account_id) * BYTES_OF_A_ROW
    )
