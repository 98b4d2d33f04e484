"""The page that changes the pace of a job that has been started or scheduled."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import application as accounts
from app.bulk_enrollment.application.control.pace_changes import PacePlan, change_pace, pace_plan
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.presentation.control.timing import PlanInWords, drip_in_words
from app.bulk_enrollment.presentation.selection.when_form import When, WhenForm, form_for, read_when
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.text.pace import Drip
from app.platform.text.pace_words import pace_words
from app.platform.text.words import counted

blueprint = Blueprint("pace", __name__, url_prefix="/enrollments/<public_id>/pace")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Show the form; htmx requests get the plan of the choices in the query."""
    shown = report.show_job(web.actor(), public_id)
    accounts.require(web.actor(), permission_for(shown.job.kind))
    if web.is_htmx():
        return _preview(public_id, WhenForm(formdata=request.args, meta={"csrf": False}))
    try:
        return _page(shown, form_for(shown.job.options, web.actor().time_zone))
    except Conflict as refusal:
        flash(refusal.message, "info")
        return web.send_to(url_for("jobs.show", public_id=public_id))


@blueprint.post("")
def change(public_id: str) -> ResponseReturnValue:
    form = WhenForm()
    try:
        change_pace(web.actor(), public_id, _chosen(form))
    except Invalid as wrong:
        form.show(wrong.facts.get("fields", {}))
        return _page(report.show_job(web.actor(), public_id), form), 422
    except Conflict as refusal:
        flash(refusal.message, "info")
    else:
        flash("The new pace is saved.", "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))


def _page(shown: report.ShownJob, form: WhenForm) -> str:
    """Return the page. Raises Conflict for a job whose pace can't be changed."""
    plan = pace_plan(web.actor(), shown.job.public_id, None)
    return render_template(
        "bulk_enrollment/pace.html",
        shown=shown,
        form=form,
        people=plan.people,
        pace=pace_words(shown.job.options.drip) if shown.job.options.drip else "all at once",
        preview_url=url_for("pace.show", public_id=shown.job.public_id),
        nav_active="enrollments",
    )


def _preview(public_id: str, form: WhenForm) -> str:
    facts: dict[str, object] = {"problem": "", "plan": None, "notice": ""}
    try:
        chosen = _chosen(form)
        facts["plan"] = _in_words(chosen, pace_plan(web.actor(), public_id, chosen))
    except (Conflict, Invalid) as refusal:
        facts["problem"] = refusal.message
    return render_template("bulk_enrollment/_when_preview.html", **facts)


def _in_words(drip: Drip | None, plan: PacePlan) -> PlanInWords:
    if drip is None or plan.drip is None:
        people = counted(plan.people, "person", "people")
        return PlanInWords([f"Up to {people} will be added as fast as possible."], [])
    return drip_in_words(drip, plan.drip)


def _chosen(form: WhenForm) -> Drip | None:
    """Return the pace in the form; None for all at once. Raises Invalid with `fields`."""
    chosen: When = read_when(form, web.actor().time_zone)
    if chosen.problems:
        sentence = next(iter(chosen.problems.values()))
        raise Invalid("VALIDATION_ERROR", sentence, fields=dict(chosen.problems))
    return chosen.drip
