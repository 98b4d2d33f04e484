"""Adding contacts that were selected in the contact list to a workflow: options, then dry run or start."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report import dry_runs
from app.bulk_enrollment.domain.options import BATCH_SIZES, JobOptions
from app.bulk_enrollment.domain.selection import FilterSelection, ManualSelection
from app.bulk_enrollment.presentation.selection.destinations import JobDestination, workflow_destination
from app.bulk_enrollment.presentation.selection.options_form import (
    option_fields,
    read_options,
    values_of,
)
from app.contacts.application import selecting
from app.files import application as files
from app.platform import mail, web
from app.platform.errors import Conflict, Invalid, LimitReached, MusterError, NotFound, TooMuch
from app.platform.ids import HIGHEST_ID, is_public_id
from app.platform.settings import current
from app.workflows import application as workflows

blueprint = Blueprint(
    "selected_contacts",
    __name__,
    url_prefix=f"/workflows/<uuid:workflow_id>/enroll/selections/<int(max={HIGHEST_ID}):selection_id>",
)

_ADDED = {"missing": "skip", "existing": "leave"}  # everybody selected is a contact already


def register() -> None:
    selecting.register_use(
        selecting.SelectionUse(
            name="workflow",
            label="Add to workflow",
            icon="enrollments",
            permission=Permission.WORKFLOWS,
            url=_next_page,
            title=_title,
        )
    )


@blueprint.get("")
def show(workflow_id: UUID, selection_id: int) -> ResponseReturnValue:
    destination, selected = _load(workflow_id, selection_id)
    before = dry_runs.options_of(web.actor(), request.args.get("check", ""), selected.id)
    zone = web.actor().time_zone
    values = values_of(before, zone) if before else dict(destination.first_values(None))
    return _page(destination, selected, _form(formdata=None, once=uuid4().hex, **values))


@blueprint.post("")
def add(workflow_id: UUID, selection_id: int) -> ResponseReturnValue:
    """Check or start the job, or activate the workflow, by the button that was pressed (`act`)."""
    destination, selected = _load(workflow_id, selection_id)
    form, act = _form(), request.form.get("act", "check")
    try:
        if (changed := destination.act(act)) is not None:
            return _page(changed, selected, form)
        options, problems = _read(form)
        if problems:
            form.show(problems)
            return _page(destination, selected, form), 422
        return web.send_to(_begin(destination, selected, options, act, form.once.data or uuid4().hex))
    except (Conflict, Invalid, LimitReached, TooMuch) as refusal:
        if isinstance(refusal, Invalid):
            form.show(refusal.facts.get("fields", {}))
        return _page(destination, selected, form, refusal), web.status_of(refusal)


def job_selection(selected: selecting.Selected) -> ManualSelection | FilterSelection:
    """Return a selection of the contact list as that of a job."""
    if selected.ids is not None:
        return ManualSelection(tuple(map(str, selected.ids)), chosen_id=selected.id)
    return FilterSelection(dict(selected.criteria or {}), name=selected.name, chosen_id=selected.id)


def _begin(
    destination: JobDestination, selected: selecting.Selected, options: JobOptions, act: str, once: str
) -> str:
    """Start the job, or its dry run, and return the URL of its page."""
    wanted = JobRequest(job_selection(selected), options, destination.workflow_id)
    if act != "start":
        return destination.check_job(wanted)
    return destination.start_job(replace(wanted, idempotency_key=f"{once[:36]}:{selected.id}"))


def _load(workflow_id: UUID, selection_id: int) -> tuple[JobDestination, selecting.Selected]:
    actor = web.actor()
    accounts.require(actor, Permission.WORKFLOWS)
    destination = workflow_destination(actor, str(workflow_id))
    return destination, selecting.find_selection(actor, selection_id)


def _form(**given: Any) -> Any:
    class OptionsForm(option_fields(), web.ShowingForm):  # type: ignore[misc]
        once = HiddenField()

    return OptionsForm(**given)


def _read(form: Any) -> tuple[JobOptions, dict[str, str]]:
    for name, value in _ADDED.items():
        form[name].data = value
    return read_options(form, files.FileChoices({}, "contact_id"), False, web.actor().time_zone)


def _page(
    destination: JobDestination, selected: selecting.Selected, form: Any, refusal: MusterError | None = None
) -> str:
    return render_template(
        "bulk_enrollment/selected_contacts.html",
        destination=destination,
        selected=selected,
        form=form,
        refusal=refusal,
        batch_sizes=BATCH_SIZES,
        rows=selected.total,
        can_email=mail.is_set_up(current()),
        nav_active="workflows",
    )


def _next_page(selection_id: int, target: str) -> str:
    if not target:
        return url_for("choosing.choose", selection=selection_id)
    return url_for("selected_contacts.show", workflow_id=target, selection_id=selection_id)


def _title(actor: Actor, target: str) -> str:
    if not target:
        return "Add people to a workflow"
    if not is_public_id(target):
        raise NotFound("WORKFLOW_NOT_FOUND", "This workflow doesn’t exist.")
    return f"Add people to {workflows.find_workflow(actor, target).name}"
