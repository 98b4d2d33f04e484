"""Check of `flask doctor`: enrollments that should have gone on long ago."""

from datetime import datetime, timedelta
from typing import Final

from app.accounts import application as accounts
from app.engine.infrastructure.positions import due_versions
from app.platform.clock import now
from app.platform.doctor import Check, Result, ok, problem, warning
from app.platform.doctor import register as add
from app.platform.text.words import counted

LATE: Final = timedelta(minutes=10)
TOO_LATE: Final = timedelta(hours=1)
ADVICE: Final = (
    "See the checks of the clock process and the workers. If both are running, workers have too much to do:"
    " raise WORKERS, or add a machine."
)


def register_check() -> None:
    """Let `flask doctor` look for enrollments that are overdue."""
    add(Check("overdue_enrollments", "Enrollments", overdue, reads_data=True))


def overdue() -> Result:
    at = now()
    if too_late := _late_versions(at - TOO_LATE):
        return problem(
            f"People in {_workflows(too_late)} should have moved on more than an hour ago.", ADVICE
        )
    if late := _late_versions(at - LATE):
        return warning(f"People in {_workflows(late)} should have moved on 10 minutes ago.", ADVICE)
    return ok("All people move on as planned.")


def _late_versions(at: datetime) -> set[int]:
    found = due_versions(at)
    suspended = accounts.suspended_among({one.account_id for one in found})
    return {one.version_id for one in found if one.account_id not in suspended}


def _workflows(versions: set[int]) -> str:
    return counted(len(versions), "workflow")
