"""The request that retries rows of a finished job."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.fixing.retry import retry_failures
from app.bulk_enrollment.application.report import shown_jobs as report
from app.platform import web
from app.platform.errors import Conflict

blueprint = Blueprint("retries", __name__, url_prefix="/enrollments/<public_id>")


@blueprint.post("/retry")
def retry(public_id: str) -> ResponseReturnValue:
    """Retry all rows that a retry can help; fixed rows have a button of their own."""
    return run_again(public_id, only_fixed=False)


def run_again(public_id: str, *, only_fixed: bool) -> ResponseReturnValue:
    """Start a retry and go to its page, or to that of the retry that has taken the rows already."""
    actor = web.actor()
    try:
        job = retry_failures(actor, public_id, outcomes=() if only_fixed else None, with_fixed=only_fixed)
    except Conflict as conflict:
        if earlier := conflict.facts.get("retry"):
            flash(conflict.message, "info")
            return web.send_to(url_for("jobs.show", public_id=earlier))
        if conflict.code == "WORKFLOW_NOT_ACTIVE":
            raise _with_way_out(public_id, conflict) from None
        raise
    return web.send_to(url_for("jobs.show", public_id=job.public_id))


def _with_way_out(public_id: str, conflict: Conflict) -> Conflict:
    """Return the same error with a link to the workflow, unless that was deleted and has no page."""
    workflow_id = report.show_job(web.actor(), public_id).workflow_id
    if workflow_id is None:
        return conflict
    return Conflict(
        conflict.code,
        conflict.message,
        **conflict.facts,
        next_url=url_for("workflows.show", public_id=workflow_id),
        next_label="Open workflow",
    )
