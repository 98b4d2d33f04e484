"""Pages with the conditions of a path, and the filters of a trigger."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.contacts.domain.criteria import FilterForm, in_groups, read_filter_form
from app.platform import web
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.text.numbers import whole_number
from app.workflows import application as workflows
from app.workflows.application import Conditions

blueprint = Blueprint("workflow_conditions", __name__, url_prefix="/workflows/<public_id>")


@blueprint.get("/steps/<step_id>/paths/<key>")
def of_path(public_id: str, step_id: str, key: str) -> ResponseReturnValue:
    return _shown(workflows.path_conditions(web.actor(), public_id, step_id, key))


@blueprint.post("/steps/<step_id>/paths/<key>")
def set_of_path(public_id: str, step_id: str, key: str) -> ResponseReturnValue:
    """Save the conditions, or do what another button of the form says (`act`)."""
    try:
        found = workflows.path_conditions(web.actor(), public_id, step_id, key)
    except (NotFound, Conflict) as refusal:
        return _lost(public_id, refusal, of_path=True)
    return _after(
        found,
        lambda criteria, seen: workflows.set_conditions(
            web.actor(), public_id, step_id, key, criteria or {}, seen
        ),
    )


@blueprint.get("/filters")
def of_trigger(public_id: str) -> ResponseReturnValue:
    return _shown(workflows.trigger_filters(web.actor(), public_id))


@blueprint.post("/filters")
def set_of_trigger(public_id: str) -> ResponseReturnValue:
    """Save the filters, or do what another button of the form says (`act`); “clear” removes them."""
    try:
        found = workflows.trigger_filters(web.actor(), public_id)
    except Conflict as refusal:
        return _lost(public_id, refusal, of_path=False)
    return _after(
        found,
        lambda criteria, seen: workflows.set_trigger_filters(web.actor(), public_id, criteria, seen),
    )


def _lost(public_id: str, refusal: Conflict | NotFound, *, of_path: bool) -> ResponseReturnValue:
    """Show the form as it was sent, if conditions were chosen in it."""
    form = read_filter_form(request.form.to_dict(flat=False))
    if form == FilterForm():
        raise refusal
    return _page(
        workflows.lost_conditions(web.actor(), public_id, of_path=of_path), form, conflict=refusal
    ), 409


def _shown(found: Conditions) -> str:
    return _page(found, FilterForm() if request.args.get("new") == "1" else found.form)


def _after(found: Conditions, save: Callable[[Mapping[str, Any] | None, int], object]) -> ResponseReturnValue:
    act = request.form.get("act", "")
    form = read_filter_form(request.form.to_dict(flat=False))
    seen = whole_number(request.form.get("revision")) or 0
    if act not in ("save", "clear"):
        changed = form.after(act)
        return _page(found, changed, seen=seen, focus=_focus(changed, act))
    try:
        save(None if act == "clear" else form.document, seen)
    except Invalid as wrong:
        return _page(found, form, wrong.facts.get("problems", [wrong.message]), seen=seen), 422
    except Conflict as conflict:
        return _page(found, form, conflict=conflict), 409
    flash("Conditions saved." if found.step else "Filters saved.", "success")
    return web.send_to(_back(found))


def _back(found: Conditions) -> str:
    public_id = found.workflow.public_id
    if found.step is not None:
        return url_for("workflow_paths.show", public_id=public_id, step_id=found.step.id)
    return url_for("workflows.show", public_id=public_id, _anchor=None if found.is_lost else "step-trigger")


def _page(
    found: Conditions,
    form: FilterForm | None,
    problems: Sequence[str] = (),
    *,
    seen: int | None = None,
    conflict: Conflict | NotFound | None = None,
    focus: str = "",
) -> str:
    """Render the form. It keeps the revision that was `seen`, so that it can’t overwrite what others have
    saved since; after a conflict, which tells about that, it goes on with the current one."""
    is_part = web.is_for("conditions-form")
    revision = found.workflow.revision if seen is None else seen
    public_id = found.workflow.public_id
    choices = workflows.condition_choices(web.actor(), found, form)
    return render_template(
        "workflows/editing/_conditions.html" if is_part else "workflows/editing/conditions.html",
        found=found,
        workflow=found.workflow,
        revision=revision,
        presence=None if is_part else workflows.presence_on(web.actor(), public_id, revision),
        is_form=True,
        step=found.step,
        address=request.path,
        back=_back(found),
        form=form,
        choices=choices,
        fields=in_groups(choices.fields),
        problems=problems,
        conflict=conflict,
        focus=focus,
        nav_active="workflows",
    )


def _focus(form: FilterForm, act: str) -> str:
    """Return the id of the field that a button has added, to put the focus there."""
    if not act.startswith("add"):
        return ""
    place = whole_number(act.removeprefix("add-"), len(form.groups) - 1)
    group = len(form.groups) - 1 if place is None else place
    return f"g{group}-{len(form.groups[group].rows) - 1}-field"
