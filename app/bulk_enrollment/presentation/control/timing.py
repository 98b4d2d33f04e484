"""Pages and fragments for when a job starts and at which pace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.bulk_enrollment.application.control import schedule
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.timing.plan_ahead import TimePlan, check_timing, time_plan
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.permissions import permission_for
from app.bulk_enrollment.domain.timing.texts import plan_words, start_words
from app.bulk_enrollment.presentation.selection.when_form import (
    When,
    WhenForm,
    read_start,
    read_when,
)
from app.platform import web
from app.platform.clock import now
from app.platform.errors import Conflict, Invalid, TooMuch
from app.platform.text.numbers import whole_number
from app.platform.text.pace import Drip, DripPlan
from app.platform.text.pace_words import pace_words, portion_words

blueprint = Blueprint("timing", __name__, url_prefix="/enrollments")


@blueprint.get("/plan-preview")
def preview() -> ResponseReturnValue:
    """Return the plan of the choices in the query: when the job starts and when its people leave."""
    accounts.require(web.actor(), Permission.WORKFLOWS)
    form = WhenForm(formdata=request.args, meta={"csrf": False})
    chosen = read_when(form, web.actor().time_zone)
    people = whole_number(request.args.get("people"), 99_999_999) or 0
    return render_template("bulk_enrollment/_when_preview.html", **preview_facts(chosen, people))


def preview_facts(chosen: When, people: int) -> dict[str, Any]:
    """Return what the preview of a plan shows: sentences, or the first problem."""
    options = chosen.within(JobOptions())
    problem = next(iter(chosen.problems.values()), "")
    try:
        if not problem:
            check_timing(options, "enroll", people, now())
    except Invalid as wrong:
        problem = wrong.message
    if problem:
        return {"problem": problem, "plan": None, "notice": ""}
    return {"problem": "", "plan": plan_in_words(options, people), "notice": chosen.notice}


@dataclass(frozen=True)
class PlanInWords:
    """When a job starts and its people leave: sentences, and a line for each of the first portions."""

    sentences: Sequence[str]
    portions: Sequence[str]


def plan_in_words(options: JobOptions, people: int) -> PlanInWords | None:
    """Say when a job that has not started starts, and when its people leave; None for all at once."""
    at, zone = now(), web.actor().time_zone
    plan: TimePlan = time_plan(options, people, at, zone)
    found: list[str] = []
    portions: Sequence[str] = []
    if plan.starts_at is not None:
        found.append(start_words(plan.starts_at, plan.zone, at))
    if options.drip is not None and plan.drip is not None:
        spread = drip_in_words(options.drip, plan.drip)
        found += spread.sentences
        portions = spread.portions
    return PlanInWords(found, portions) if found else None


def drip_in_words(drip: Drip, plan: DripPlan) -> PlanInWords:
    """Describe a pace, and say when the people leave."""
    at = now()
    sentences = [f"{pace_words(drip)}.", plan_words(plan, drip.zone, at)]
    return PlanInWords(list(filter(None, sentences)), portion_words(plan, drip.zone, at))


@blueprint.post("/<public_id>/schedule")
def reschedule(public_id: str) -> ResponseReturnValue:
    """Change the start of a scheduled job."""
    job = find_job(web.actor(), public_id)
    accounts.require(web.actor(), permission_for(job.kind))
    form = WhenForm()
    chosen = read_start_of(form)
    try:
        if chosen.problems or chosen.scheduled_at is None:
            raise Invalid("VALIDATION_ERROR", next(iter(chosen.problems.values()), "Choose a date."))
        schedule.reschedule_job(web.actor(), public_id, chosen.scheduled_at, chosen.time_zone)
    except (Invalid, Conflict) as refusal:
        flash(refusal.message, "danger")
    else:
        flash(chosen.notice or "The new time is saved.", "info" if chosen.notice else "success")
    return web.send_to(url_for("jobs.show", public_id=public_id))


@blueprint.post("/<public_id>/schedule/removal")
def start_now(public_id: str) -> ResponseReturnValue:
    """Start a scheduled job without waiting for its time."""
    try:
        schedule.start_scheduled_job(web.actor(), public_id)
    except (Conflict, TooMuch) as refusal:
        flash(refusal.message, "info")
    return web.send_to(url_for("jobs.show", public_id=public_id))


def read_start_of(form: Any) -> When:
    zone = form.time_zone.data or web.actor().time_zone
    try:
        return read_start(form, zone)
    except Invalid as wrong:
        return When(problems=wrong.facts["fields"])
