"""Checks of `flask doctor`: jobs that make no progress, and leases that nobody has released."""

from typing import Final

from app.accounts import application as accounts
from app.bulk_enrollment.infrastructure import stuck, waiting
from app.platform.clock import now
from app.platform.doctor import Check, Result, ok, problem
from app.platform.doctor import register as add
from app.platform.text.words import counted

STUCK_SECONDS: Final = 600.0
"""The sweeper acts within seconds; workers may be busy with other jobs for minutes."""
ADVICE: Final = (
    "The clock process and the workers take such work up again: see their checks, and the logs in"
    " DATA_DIR/logs."
)


def register() -> None:
    add(Check("jobs", "Bulk enrollments", jobs, reads_data=True))
    add(Check("leases", "Leases", leases, reads_data=True))


def jobs() -> Result:
    """Check for jobs that have waited for minutes to be planned, continued, or deleted."""
    waits = waiting.unplanned_jobs(STUCK_SECONDS)
    suspended = accounts.suspended_among({account_id for account_id, _ in waits})
    unplanned = {job for account_id, job in waits if account_id not in suspended}
    undeleted = {job for _, job in waiting.interrupted_deletions(STUCK_SECONDS)}
    number = len(unplanned | undeleted) + stuck.idle_jobs(now(), STUCK_SECONDS)
    if number:
        return problem(f"{counted(number, 'job')} made no progress for 10 minutes.", ADVICE)
    return ok("All jobs make progress." if waiting.has_unfinished_jobs() else "No jobs are running.")


def leases() -> Result:
    """Check for work that a worker has held longer than it may, and that was not given to another."""
    held = stuck.expired_leases(STUCK_SECONDS)
    if held:
        found = f"{counted(held, 'lease')} expired more than 10 minutes ago without being released."
        return problem(found, ADVICE)
    return ok("None expired without being released.")
