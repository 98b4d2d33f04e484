"""The page that updates a workflow from its template (T-14, T-15)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.gallery.application.field_mapping import FIELDS
from app.gallery.application.merging.comparing import template_update
from app.gallery.application.merging.taking import (
    Taken,
    dismiss_template_update,
    take_template_update,
    undo_template_update,
)
from app.gallery.domain.merging import Change
from app.gallery.presentation.merging.shown_changes import problems_elsewhere, shown_parts
from app.gallery.presentation.readiness.field_choices import given_fields
from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.text.numbers import whole_number
from app.platform.text.words import counted, joined

CHOICE: Final = "choice-"
"""Before the key of a conflict, the name of the field with what is chosen."""
TEMPLATE: Final = "template"
MOST_NAMED: Final = 5

blueprint = Blueprint("template_updates", __name__, url_prefix="/workflows/<public_id>/template-update")


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    """Show what a newer version of the template changes. Changes nothing."""
    return _page(public_id)


@blueprint.post("")
def take(public_id: str) -> ResponseReturnValue:
    choices = None if "all" in request.form else _choices()
    try:
        taken = take_template_update(
            web.actor(),
            public_id,
            version=_number("version"),
            revision=_number("revision"),
            choices=choices,
            fields=given_fields(request.form),
        )
    except Invalid as wrong:
        facts = wrong.facts
        return _page(public_id, choices, facts.get("fields", {}), facts.get("problems", ())), 422
    except Conflict as conflict:
        return _page(public_id, choices, conflict=conflict), 409
    flash(_words(taken), "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/dismissal")
def dismiss(public_id: str) -> ResponseReturnValue:
    dismiss_template_update(web.actor(), public_id, _number("version"))
    return web.send_to(url_for("workflows.show", public_id=public_id))


@blueprint.post("/reversal")
def undo(public_id: str) -> ResponseReturnValue:
    try:
        undo_template_update(
            web.actor(),
            public_id,
            revision=_number("revision"),
            lose_edits=bool(request.form.get("lose_edits")),
        )
    except Conflict as conflict:
        return _page(public_id, conflict=conflict), 409
    flash("The update is undone. The workflow is as it was before.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def _choices() -> dict[str, bool]:
    """Return {key of a change: whether it is taken} of what was sent."""
    taken = dict.fromkeys(request.form.getlist("take"), True)
    given = request.form.items()
    return taken | {
        name.removeprefix(CHOICE): value == TEMPLATE for name, value in given if name.startswith(CHOICE)
    }


def _number(name: str) -> int:
    return whole_number(request.form.get(name)) or 0


def _words(taken: Taken) -> str:
    words = f"{counted(taken.count, 'change')} taken from the template."
    if not taken.count and not taken.left_out:
        words = "Nothing was taken. The workflow stays as it is."
    if taken.left_out:
        words += f" Not taken, because they belong to changes that you left: {_named(taken.left_out)}."
    if taken.kept:
        words += f" Your version was kept where both had changes: {_named(taken.kept)}."
    if taken.switched_off:
        words += f" Switched off, because an integration isn’t connected: {joined(taken.switched_off)}."
    return words


def _named(changes: Sequence[Change]) -> str:
    """Return up to MOST_NAMED changes by their places."""
    names = [f"“{one.place}: {one.label}”" for one in changes[:MOST_NAMED]]
    return joined([*names, *([f"{len(changes) - MOST_NAMED} more"] if len(changes) > MOST_NAMED else [])])


def _page(
    public_id: str,
    choices: Mapping[str, bool] | None = None,
    errors: Mapping[str, str] | None = None,
    problems: Collection[Mapping[str, Any]] = (),
    conflict: Conflict | None = None,
) -> str:
    """Render the page; `errors` are conflicts without a choice, `problems` those of the result."""
    update = template_update(web.actor(), public_id)
    comparison = update.comparison
    parts = shown_parts(comparison.changes, choices, errors, problems) if comparison else []
    return render_template(
        "gallery/update.html",
        update=update,
        workflow=update.workflow,
        parts=parts,
        clean=sum(1 for _ in comparison.clean) if comparison else 0,
        conflicts=sum(1 for _ in comparison.conflicts) if comparison else 0,
        problems=problems,
        elsewhere=problems_elsewhere(parts, problems),
        conflict=conflict,
        choice=CHOICE,
        chosen=given_fields(request.form),
        wrong={name: text for name, text in (errors or {}).items() if name.startswith(FIELDS)},
        nav_active="workflows",
    )
