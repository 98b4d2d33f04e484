"""What is known of uploads here: which are still needed, what came of the same file before."""

from app.accounts.domain import Actor
from app.bulk_enrollment.infrastructure import uploads
from app.bulk_enrollment.infrastructure.uploads import Use
from app.files import application as files

BYTES_OF_A_ROW = 200  # in the ledger, with its share of the indexes

__all__ = ["Use", "uses_of", "watch_over_uploads"]


def uses_of(actor: Actor, upload: files.Upload) -> list[Use]:
    """Jobs that were started from the same file, the newest first."""
    return uploads.uses_of_same_bytes(actor.account_id, upload.sha256)


def watch_over_uploads() -> None:
    """Keep the uploads that jobs were made from for as long as the jobs."""
    files.register_use(uploads.in_use)
    files.register_kept("dry runs", lambda account_id: uploads.rows_of_dry_runs(account_id) * BYTES_OF_A_ROW)
