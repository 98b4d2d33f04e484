"""Pages to edit the paths of a branch or split, and the conditions of a path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.contacts.domain.criteria import OPERATORS, FilterForm, read_filter_form
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.text.numbers import typed_number, whole_number
from app.workflows import application as workflows
from app.workflows.application import PathConditions

blueprint = Blueprint("workflow_paths", __name__, url_prefix="/workflows/<public_id>/steps/<step_id>/paths")

MAX_TYPED = 200
_DONE = {"add": "Path added", "remove": "Path removed", "up": "Path moved", "down": "Path moved"}


@dataclass(frozen=True)
class PathRow:
    """A path in the form: what was typed, or what is saved, with what is wrong about it."""

    path: Any
    name: str
    percent: str
    rule: str
    name_error: str
    percent_error: str


@blueprint.get("")
def show(public_id: str, step_id: str) -> ResponseReturnValue:
    return _page(public_id, step_id)


@blueprint.post("")
def change(public_id: str, step_id: str) -> ResponseReturnValue:
    """Save names and percentages, and do what the button says (`act`): see `edit_paths`. “conditions.KEY”
    saves and goes to the conditions of a path."""
    sent, act = request.form, request.form.get("act", "")
    verb, _, key = act.partition(".")
    names = {name.removeprefix("name-"): _tidy(text) for name, text in sent.items() if name[:5] == "name-"}
    shares = {
        name.removeprefix("percent-"): _number(text) for name, text in sent.items() if name[:8] == "percent-"
    }
    seen = whole_number(sent.get("revision")) or 0
    done = act if verb in _DONE else ""
    try:
        edited = workflows.edit_paths(web.actor(), public_id, step_id, names, shares, done, seen)
    except (Invalid, Conflict) as refusal:
        return _page(public_id, step_id, sent, refusal), web.status_of(refusal)
    if verb == "conditions":
        return web.send_to(url_for(".conditions", public_id=public_id, step_id=step_id, key=key))
    if done:
        flash(f"{_DONE[verb]}.", "success")
        return web.send_to(url_for(".show", public_id=public_id, step_id=step_id, focus=key or verb))
    revision = edited.workflow.revision
    page = url_for("workflows.show", public_id=public_id, step=step_id, revision=revision)
    return web.send_to(f"{page}#step-{step_id}")


@blueprint.get("/<key>")
def conditions(public_id: str, step_id: str, key: str) -> ResponseReturnValue:
    found = workflows.path_conditions(web.actor(), public_id, step_id, key)
    form = FilterForm() if request.args.get("new") == "1" else found.form
    return _conditions_page(found, form)


@blueprint.post("/<key>")
def set_conditions(public_id: str, step_id: str, key: str) -> ResponseReturnValue:
    """Save the conditions, or do what another button of the form says (`act`)."""
    act = request.form.get("act", "")
    found = workflows.path_conditions(web.actor(), public_id, step_id, key)
    form = read_filter_form(request.form.to_dict(flat=False))
    if act != "save":
        return _conditions_page(found, form.after(act), focus=_focus(form.after(act), act))
    seen = whole_number(request.form.get("revision")) or 0
    try:
        workflows.set_conditions(web.actor(), public_id, step_id, key, form.document, seen)
    except Invalid as wrong:
        return _conditions_page(found, form, wrong.facts.get("problems", [wrong.message])), 422
    except Conflict as conflict:
        return _conditions_page(found, form, conflict=conflict), 409
    flash("Conditions saved.", "success")
    return web.send_to(url_for(".show", public_id=public_id, step_id=step_id))


def _page(public_id: str, step_id: str, sent: Mapping[str, str] | None = None, refusal: Any = None) -> str:
    card = workflows.fork_card(web.actor(), public_id, step_id)
    wrong = refusal.facts.get("fields", {}) if refusal else {}
    rows = []
    for path in card.step.paths:
        typed = sent or {}
        name = typed.get(f"name-{path.key}", path.name)[:MAX_TYPED]
        percent = typed.get(f"percent-{path.key}", "" if path.percent is None else str(path.percent))
        errors = [wrong.get(f"{what}-{path.key}", "") for what in ("name", "percent")]
        rows.append(PathRow(path, name, percent[:9], card.rules.get(str(path.key), ""), *errors))
    return render_template(
        "workflows/editing/paths.html",
        card=card,
        workflow=card.workflow,
        step=card.step,
        rows=rows,
        refusal=refusal,
        has_fields=bool(wrong),
        focus=request.args.get("focus", ""),
        nav_active="workflows",
    )


def _conditions_page(
    found: PathConditions,
    form: FilterForm | None,
    problems: Sequence[str] = (),
    *,
    conflict: Conflict | None = None,
    focus: str = "",
) -> str:
    is_part = request.headers.get("HX-Target", "").endswith("#conditions-form")
    return render_template(
        "workflows/editing/_conditions.html" if is_part else "workflows/editing/conditions.html",
        found=found,
        workflow=found.workflow,
        step=found.step,
        form=form,
        choices=workflows.condition_choices(web.actor(), found, form),
        operators=OPERATORS,
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


def _tidy(text: str) -> str:
    plain = text.replace("\0", "").encode("utf-8", "replace").decode()
    return " ".join(plain.split())[:MAX_TYPED]


def _number(text: str) -> Any:
    number = typed_number(text.replace("%", ""), 1_000)
    return text.strip()[:9] if number is None else number
