"""Limits of an account: rows per job, unfinished jobs, and open dry runs.

Each dry run stores a plan as large as its file.
"""

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.bulk_enrollment.application.jobs.discarding import discard_dry_run
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.errors import LimitReached
from app.platform.settings import current


def row_limit_of(account_id: int, is_import: bool) -> int:
    """Return the maximum number of rows per job of an account."""
    settings = current()
    if is_import:
        return accounts.limit_of(account_id, "import_rows", settings.max_import_rows)
    most = settings.max_contacts_per_job
    highest = max(most, settings.highest_contacts_per_job)
    return accounts.limit_of(account_id, "contacts_per_job", most, highest)


def check_unfinished(actor: Actor) -> None:
    """Raise LimitReached at the account's limit of unfinished jobs."""
    limit = accounts.limit_of(actor.account_id, "unfinished_jobs", current().max_unfinished_jobs)
    if jobs.count_unfinished(actor.account_id) >= limit:
        raise LimitReached(
            "JOB_LIMIT_REACHED",
            f"You’ve reached the limit of {limit:,} unfinished jobs. Wait for one to finish, or cancel one.",
            limit=limit,
        )


def make_room_for(actor: Actor, new: EnrollmentJob) -> None:
    """Discard the dry run that the new one replaces: the one of the same upload or selection and user or, at
    the account's limit, the user's oldest. Raises LimitReached if all belong to other users."""
    others = [job for job in jobs.dry_runs_of(actor.account_id) if job.id != new.id]
    mine = [job for job in others if job.created_by == actor.user_id]
    replaced = [job for job in mine if _is_again(job, new)]
    limit = accounts.limit_of(actor.account_id, "dry_runs", current().max_dry_runs)
    if len(others) - len(replaced) >= limit:
        if not mine:
            raise LimitReached(
                "DRY_RUN_LIMIT_REACHED",
                f"Your colleagues have {limit} dry runs open, the maximum for your account. "
                "Ask them to start one, or try again tomorrow. Dry runs are deleted after a day.",
                limit=limit,
            )
        replaced = replaced or mine[:1]
    for job in replaced:
        discard_dry_run(actor.account_id, job.id)


def _is_again(job: EnrollmentJob, new: EnrollmentJob) -> bool:
    """Whether both are dry runs of the same upload, or of contacts that were selected together."""
    if new.upload_id is not None or job.upload_id is not None:
        return job.upload_id == new.upload_id
    chosen = [getattr(one.selection, "chosen_id", None) for one in (job, new)]
    return chosen[0] == chosen[1]
