"""What a request gets that has changed the steps of a workflow: its page, or the part that differs."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.platform import web
from app.platform.errors import Conflict, Invalid
from app.platform.text.numbers import whole_number
from app.workflows.application import Edited
from app.workflows.domain import Step
from app.workflows.presentation.pages import workflow_page


def after_edit(
    public_id: str, edit: Callable[[int], Edited], words: str, *, opens: bool = False
) -> ResponseReturnValue:
    """Call `edit(revision)` with the revision that the form was made for; answer with the workflow's page.

    `words` say what was done; `opens`: the settings of the step are opened next. A refused change leaves the
    workflow as it is now, with the reason.
    """
    seen = whole_number(request.form.get("revision")) or 0
    try:
        edited = edit(seen)
    except (Conflict, Invalid) as refusal:
        return workflow_page(public_id, refusal=refusal), web.status_of(refusal)
    step_id, revision = edited.step_id, edited.workflow.revision
    page = url_for("workflows.show", public_id=public_id, step=step_id or None, revision=revision)
    if is_part():
        html = workflow_page(public_id, changed=step_id, done=words, opens=opens)
        return html, {"HX-Replace-Url": page}
    flash(f"{words}.", "success")
    part = edited.workflow.parsed.part(step_id)
    if opens and part is not None and (part.is_editable or isinstance(part, Step)):
        has_paths = isinstance(part, Step) and part.paths
        settings = "workflow_paths.show" if has_paths else "workflow_steps.show"
        return web.send_to(url_for(settings, public_id=public_id, step_id=step_id, added=revision))
    return web.send_to(f"{page}#step-{step_id}" if step_id else page)


def is_just_added(revision: int) -> bool:
    """Whether the request shows or saves the settings of a part that the last edit has added: `added` is the
    revision that this edit made."""
    return request.values.get("added") == str(revision)


def is_part() -> bool:
    """Whether htmx puts the answer into the page of the workflow."""
    return web.is_for("workflow-body")


def act_page(name: str, workflow: Any, **facts: Any) -> str:
    """Render a form that changes the steps, on a page of its own or in the dialog."""
    is_sheet = web.is_for("sheet-body")
    return render_template(
        "workflows/editing/sheet.html" if is_sheet else "workflows/editing/page.html",
        part=f"workflows/editing/_{name}.html",
        workflow=workflow,
        is_sheet=is_sheet,
        nav_active="workflows",
        **{"button": "", "tone": "primary", "step": None} | facts,
    )
