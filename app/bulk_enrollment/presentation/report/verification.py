"""The page that verifies the figures of a job."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.application.report.verification import verification_of, verify_again
from app.bulk_enrollment.domain.permissions import permission_for
from app.platform import web

blueprint = Blueprint("verification", __name__, url_prefix="/enrollments/<public_id>/verification")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    shown = report.show_job(web.actor(), public_id)
    _job, latest = verification_of(web.actor(), public_id)
    return render_template(
        "bulk_enrollment/_verification.html" if web.is_htmx() else "bulk_enrollment/verification.html",
        nav_active="contacts" if shown.job.workflow_id is None else "enrollments",
        shown=shown,
        latest=latest,
        may_change=web.actor().may(permission_for(shown.job.kind)),
    )


@blueprint.post("")
def start(public_id: str) -> ResponseReturnValue:
    verify_again(web.actor(), public_id)
    return web.send_to(url_for("verification.show", public_id=public_id))
