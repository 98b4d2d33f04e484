"""The page that asks before a job is undone, with its figures, and the requests behind it."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application import undoing
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.application.report.problems import expected_problems
from app.bulk_enrollment.domain.undoing import parts_to_undo, undo_question
from app.bulk_enrollment.infrastructure.problem_rows import MOST
from app.bulk_enrollment.presentation.report.figures import tone_of
from app.platform import web
from app.platform.ids import number_of

blueprint = Blueprint("undo", __name__, url_prefix="/enrollments/<public_id>/undo")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Show what an undo would change. A started undo has a page of its own."""
    figures = undoing.undo_figures(web.actor(), public_id)
    if figures.undo is not None and figures.is_started:
        page = url_for("jobs.show", public_id=figures.undo.public_id)
        return web.send_to(page) if web.is_htmx() else redirect(page)
    shown = report.show_job(web.actor(), public_id)
    total = figures.undo.total if figures.undo is not None else 0
    after = min(number_of(request.args.get("after", "")) or 0, MOST)
    return render_template(
        "bulk_enrollment/_undo.html" if web.is_htmx() else "bulk_enrollment/undo.html",
        nav_active="contacts" if shown.job.workflow_id is None else "enrollments",
        shown=shown,
        figures=figures,
        why_not=undoing.why_not(figures.original),
        may_undo=undoing.may_undo(web.actor(), figures.original),
        question=undo_question(figures.expected, total, shown.facts.workflow),
        parts=parts_to_undo(figures.expected, shown.facts.workflow),
        shares=[{"value": rows, "tone": tone_of(one)} for one, rows in figures.expected.items()],
        left=expected_problems(figures.undo, after)
        if figures.undo is not None and figures.is_ready
        else None,
        lacks_workers=not figures.is_ready and not report.workers_are_alive(),
    )


@blueprint.post("/figures")
def prepare(public_id: str) -> ResponseReturnValue:
    """Make the figures, or make them again with `again=1`, and show them."""
    make = undoing.refresh_undo if request.form.get("again") == "1" else undoing.prepare_undo
    make(web.actor(), public_id)
    return web.send_to(url_for("undo.show", public_id=public_id))


@blueprint.post("")
def start(public_id: str) -> ResponseReturnValue:
    job = undoing.undo_job(web.actor(), public_id)
    return web.send_to(url_for("jobs.show", public_id=job.public_id))
