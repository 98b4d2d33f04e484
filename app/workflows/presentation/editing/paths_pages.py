"""The page to edit the paths of a branch or split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.platform import web
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.text.numbers import typed_number, whole_number
from app.platform.text.storable import storable
from app.workflows import application as workflows
from app.workflows.presentation.editing.answers import is_just_added
from app.workflows.presentation.editing.typed_texts import lost_page, typed_in_paths

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
    except (Invalid, Conflict, NotFound) as refusal:
        return _refused(public_id, step_id, refusal)
    if verb == "conditions" and key:
        return web.send_to(
            url_for("workflow_conditions.of_path", public_id=public_id, step_id=step_id, key=key)
        )
    if done:
        flash(f"{_DONE[verb]}.", "success")
        focus = _beside(key, list(names)) if verb == "remove" else key or verb
        return web.send_to(url_for(".show", public_id=public_id, step_id=step_id, focus=focus))
    revision = edited.workflow.revision
    page = url_for("workflows.show", public_id=public_id, step=step_id, revision=revision)
    return web.send_to(f"{page}#step-{step_id}")


def _refused(public_id: str, step_id: str, refusal: Invalid | Conflict | NotFound) -> ResponseReturnValue:
    """Show the form again as it was sent, or what was typed, if the step is gone."""
    try:
        return _page(public_id, step_id, request.form, refusal), web.status_of(refusal)
    except (Conflict, NotFound) as why:
        return lost_page(public_id, why, typed_in_paths())


def _page(public_id: str, step_id: str, sent: Mapping[str, str] | None = None, refusal: Any = None) -> str:
    card = workflows.fork_card(web.actor(), public_id, step_id)
    wrong = refusal.facts.get("fields", {}) if refusal else {}
    rows = []
    for path in card.step.paths:
        typed = sent or {}
        name = typed.get(f"name-{path.ref}", path.name)[:MAX_TYPED]
        percent = typed.get(f"percent-{path.ref}", "" if path.percent is None else str(path.percent))
        errors = [wrong.get(f"{what}-{path.ref}", "") for what in ("name", "percent")]
        rows.append(PathRow(path, name, percent[:9], card.rules.get(path.ref, ""), *errors))
    return render_template(
        "workflows/editing/paths.html",
        card=card,
        workflow=card.workflow,
        step=card.step,
        rows=rows,
        refusal=refusal,
        has_fields=bool(wrong),
        is_new=is_just_added(card.workflow.revision),
        focus=request.args.get("focus", ""),
        presence=workflows.presence_on(web.actor(), public_id, card.workflow.revision),
        is_form=True,
        nav_active="workflows",
    )


def _beside(gone: str, keys: Sequence[str]) -> str:
    """Return the key of the path after one that is removed, or at the end of the one before it."""
    at = keys.index(gone) if gone in keys else 0
    beside = keys[at + 1 : at + 2] or keys[:at][-1:]
    return beside[0] if beside else ""


def _tidy(text: str) -> str:
    return " ".join(storable(text).split())[:MAX_TYPED]


def _number(text: str) -> Any:
    number = typed_number(text.replace("%", ""), 1_000)
    return text.strip()[:9] if number is None else number
