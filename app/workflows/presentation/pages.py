"""Pages: the list of workflows, a workflow, and the form for its name and description."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.platform import web
from app.platform.errors import Conflict, Invalid, MusterError
from app.workflows import application as workflows
from app.workflows.application import Search
from app.workflows.domain import MERGE_TAGS, Sort, Status
from app.workflows.presentation.forms import NameForm

blueprint = Blueprint("workflows", __name__, url_prefix="/workflows")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """List workflows. A search while typing gets only the part that changes."""
    search = Search(
        text=request.args.get("q", "").strip()[:120],
        status=next((one for one in Status if one == request.args.get("status")), None),
        sort=next((one for one in Sort if one == request.args.get("sort")), Sort.UPDATED),
    )
    listing = workflows.find_workflows(
        web.actor(), search, after=request.args.get("after"), before=request.args.get("before")
    )
    facts: dict[str, Any] = {
        "search": search,
        "listing": listing,
        "statuses": list(Status),
        "address": lambda status=None: _address(search, status),
        "sort_address": _address(search, search.status, sort=None),
    }
    if listing.previous is not None:
        facts["previous_url"] = _address(search, search.status, before=listing.previous)
    if listing.next is not None:
        facts["next_url"] = _address(search, search.status, after=listing.next)
    if web.is_for("workflow-list"):
        part = render_template("workflows/_workflow_list.html", **facts)
        return part, {"HX-Replace-Url": _address(search, search.status)}
    return render_template("workflows/index.html", nav_active="workflows", **facts)


@blueprint.get("/<public_id>")
def show(public_id: str) -> ResponseReturnValue:
    return workflow_page(public_id)


@blueprint.get("/<public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    actor = web.actor()
    require(actor, Permission.WORKFLOWS)
    workflow = workflows.find_workflow(actor, public_id)
    return _name_page(workflow, NameForm(formdata=None, obj=workflow))


@blueprint.post("/<public_id>")
def change(public_id: str) -> ResponseReturnValue:
    actor, form = web.actor(), NameForm()
    form.validate()
    try:
        workflows.rename(
            actor,
            public_id,
            form.name.data or "",
            form.description.data or "",
            form.seen,
            enroll_again=bool(form.enroll_again.data),
            tracks_reactions=bool(form.tracks_reactions.data),
            same_name=bool(form.same_name.data) and form.same_name.data == form.name.data,
        )
    except Invalid as wrong:
        form.show(wrong.facts.get("fields", {}))
        return _name_page(workflows.find_workflow(actor, public_id), form), 422
    except workflows.SameName as taken:
        return _name_page(workflows.find_workflow(actor, public_id), form, taken=taken), 409
    except Conflict as conflict:
        return _name_page(workflows.find_workflow(actor, public_id), form, conflict), 409
    flash("Saved.", "success")
    return web.send_to(url_for("workflows.show", public_id=public_id))


def workflow_page(
    public_id: str,
    refused: bool = False,
    *,
    changed: str | None = None,
    done: str = "Saved",
    opens: bool = False,
    refusal: MusterError | None = None,
) -> str:
    """Render the page of a workflow, or the part of it that htmx replaces.

    `refused` means that an activation has just failed, `refusal` why an edit has. `changed` is the step that
    `done` was done to; with `opens`, its settings are shown next.
    """
    card = workflows.workflow_card(web.actor(), public_id)
    if changed is None and request.args.get("revision") == str(card.workflow.revision):
        changed = request.args.get("step", "")
    notes = {step_id: (note, "neutral") for step_id, note in card.notes.items()}
    is_part = web.is_for("workflow-body")
    may_change = web.actor().may(Permission.WORKFLOWS) and card.workflow.status != Status.ARCHIVED
    revision = card.workflow.revision
    return render_template(
        "workflows/_workflow_body.html" if is_part else "workflows/workflow.html",
        card=card,
        workflow=card.workflow,
        trigger=card.trigger,
        goals=card.goals,
        saved=changed,
        opens=changed if opens else None,
        notes=notes | ({changed: (done, "success")} if changed else {}),
        refused=refused,
        refusal=refusal,
        merge_tags=MERGE_TAGS,
        is_form=False,
        is_news=is_part and request.method == "GET",
        presence=workflows.presence_on(web.actor(), public_id, revision) if may_change else None,
        nav_active="workflows",
    )


def _name_page(
    workflow: Any, form: NameForm, conflict: Conflict | None = None, taken: Conflict | None = None
) -> str:
    """Render the form; `taken` means that another workflow has the entered name."""
    if taken is None:
        form.revision.data = str(workflow.revision)
    return render_template(
        "workflows/edit.html",
        workflow=workflow,
        form=form,
        conflict=conflict,
        taken=taken,
        nav_active="workflows",
    )


def _address(search: Search, status: str | None, **more: Any) -> str:
    sort = None if search.sort == Sort.UPDATED else search.sort.value
    return url_for("workflows.index", **{"q": search.text or None, "status": status, "sort": sort} | more)
