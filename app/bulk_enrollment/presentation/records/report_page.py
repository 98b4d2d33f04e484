"""The report of a finished job, made for printing."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.records.job_report import job_report
from app.bulk_enrollment.domain import job_texts
from app.bulk_enrollment.presentation.report import figures
from app.contacts.domain import consent_words
from app.platform import web
from app.platform.clock import now
from app.platform.errors import Conflict
from app.platform.settings import current

blueprint = Blueprint("job_report", __name__, url_prefix="/enrollments")


@blueprint.get("/<public_id>/report")
def show(public_id: str) -> ResponseReturnValue:
    """Show the report; while the job runs, its page is shown instead."""
    try:
        report = job_report(web.actor(), public_id)
    except Conflict:
        return redirect(url_for("jobs.show", public_id=public_id), 303)
    shown = report.shown
    path = url_for("jobs.show", public_id=public_id)
    return render_template(
        "bulk_enrollment/report.html",
        report=report,
        shown=shown,
        headline=job_texts.headline(shown.facts),
        skipped=job_texts.skipped(shown.state.outcomes),
        figures=figures.figures_of(shown),
        consent=consent_words(shown.job.options.consent_basis),
        link=f"{current().public_url or request.host_url.rstrip('/')}{path}",
        printed_at=now(),
        nav_active="contacts" if shown.job.kind == "import" else "enrollments",
    )
