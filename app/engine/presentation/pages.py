"""The page of a workflow's contacts, and the start of the workflow for those who are held."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.engine import application as engine
from app.engine.application import retrying
from app.engine.infrastructure.failed import Which
from app.platform import clock, web
from app.platform.errors import Conflict, Invalid
from app.platform.ids import number_of
from app.platform.text.pace import Drip
from app.platform.text.pace_words import portion_words
from app.platform.text.words import counted
from app.platform.web.pace_form import pace_fields, pace_values, read_pace
from app.workflows import application as workflows

blueprint = Blueprint("engine", __name__, url_prefix="/workflows/<public_id>/people")


class StartForm(pace_fields(), web.ShowingForm):  # type: ignore[misc]
    """The pace at which people begin who are held."""


@blueprint.get("")
def people(public_id: str) -> ResponseReturnValue:
    view = request.args.get("view", "")
    found = engine.people_in(web.actor(), public_id, view, after=_place("after"), before=_place("before"))
    # Apart from “Active”, a tab is shown only once it has entries.
    tabs = [
        {
            "text": one.label,
            "url": _address(public_id, one.key),
            "count": found.figures.of(*one.statuses),
            "active": one is found.view,
        }
        for one in engine.VIEWS
        if not one.key or one is found.view or found.figures.of(*one.statuses)
    ]
    facts: dict[str, Any] = {"previous_url": None, "next_url": None}
    if found.previous is not None:
        facts["previous_url"] = _address(public_id, found.view.key, before=found.previous)
    if found.next is not None:
        facts["next_url"] = _address(public_id, found.view.key, after=found.next)
    if found.view.key == "failed":
        facts["failed"] = retrying.failed_groups(web.actor(), public_id)
    return render_template("engine/people.html", found=found, tabs=tabs, nav_active="workflows", **facts)


@blueprint.post("/retry")
def retry(public_id: str) -> ResponseReturnValue:
    """Let failed enrollments go on: one, those of a group, or all."""
    given = request.form
    one = number_of(given.get("enrollment", ""))
    which = Which(given.get("step") or None, given.get("reason") or None, one)
    try:
        people = retrying.retry_failed(web.actor(), public_id, which)
    except Conflict as refusal:
        flash(refusal.message, "info")
        return web.send_to(_address(public_id, "failed"))
    flash(_retried(people), "success" if people else "info")
    return web.send_to(_address(public_id, "failed"))


@blueprint.get("/start")
def ask(public_id: str) -> ResponseReturnValue:
    """Show the form with the pace at which people begin; htmx requests get the plan of the choices in the
    query."""
    if web.is_htmx():
        return _plan(public_id, StartForm(formdata=request.args, meta={"csrf": False}))
    try:
        start = engine.start_plan(web.actor(), public_id)
    except Conflict as refusal:
        flash(refusal.message, "info")
        return web.send_to(url_for("workflows.show", public_id=public_id))
    workflow = workflows.find_workflow(web.actor(), public_id)
    now = engine.pace_of(web.actor(), workflow)
    values = pace_values(now.drip if now else None)
    return _start_page(workflow, start.people, StartForm(formdata=None, data=values), now)


@blueprint.post("/start")
def start(public_id: str) -> ResponseReturnValue:
    """Let everybody who is held begin, at once or at a pace."""
    form = StartForm()
    try:
        started = engine.start_held(web.actor(), public_id, _chosen(form))
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        people = engine.start_plan(web.actor(), public_id).people
        workflow = workflows.find_workflow(web.actor(), public_id)
        return _start_page(workflow, people, form, engine.pace_of(web.actor(), workflow)), 422
    if started.plan is not None:
        words = " ".join(["The workflow has started.", *started.sentences[1:]])
    elif not started.people:
        words = "The workflow has started: everyone added from now on begins right away."
    else:
        verb = "begins" if started.people == 1 else "begin"
        words = f"The workflow has started: {counted(started.people, 'person', 'people')} {verb} now."
    flash(words, "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def _retried(people: int) -> str:
    if not people:
        return "Nobody can continue: they are enrolled again, no longer accept messages, or no longer exist."
    more = " Others follow in the background." if people == retrying.AT_ONCE else ""
    verb = "continues" if people == 1 else "continue"
    return f"{counted(people, 'person', 'people')} {verb} at the step that failed.{more}"


def _start_page(workflow: Any, people: int, form: StartForm, now: engine.Start | None) -> str:
    return render_template(
        "engine/start.html",
        workflow=workflow,
        people=people,
        form=form,
        now=now,
        stays_in_outbox=workflows.stays_in_outbox(workflow),
        nav_active="workflows",
    )


def _plan(public_id: str, form: StartForm) -> str:
    try:
        start = engine.start_plan(web.actor(), public_id, _chosen(form))
    except (Invalid, Conflict) as refusal:
        return render_template("engine/_start_plan.html", problem=refusal.message, plan=None, start=None)
    portions = portion_words(start.plan, start.drip.zone, clock.now()) if start.drip and start.plan else []
    return render_template("engine/_start_plan.html", problem="", start=start, portions=portions)


def _chosen(form: StartForm) -> Drip | None:
    """Return the pace in the form; None for all at once. Raises Invalid with `fields`."""
    drip, problems = read_pace(form, web.actor().time_zone)
    if problems:
        raise Invalid.in_fields(problems)
    return drip


def _place(name: str) -> int | None:
    """Return the enrollment id in a query parameter, if it is valid."""
    return number_of(request.args.get(name, ""))


def _address(public_id: str, view: str, **place: Any) -> str:
    return url_for("engine.people", public_id=public_id, view=view or None, **place)
