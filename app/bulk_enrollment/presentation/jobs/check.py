"""The page of a dry run: expected outcomes, and the button that starts the job."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.bulk_enrollment.application.control import schedule
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.report.dry_runs import DryRun, dry_run_of
from app.bulk_enrollment.domain.dry_runs.meaning import value_words
from app.bulk_enrollment.presentation.control.timing import plan_in_words
from app.bulk_enrollment.presentation.report.figures import tone_of
from app.bulk_enrollment.presentation.selection.when_form import WhenForm, form_for, read_when
from app.contacts.domain import consent_words
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached, MusterError, TooMuch
from app.workflows import application as workflows
from app.workflows.domain import beginning_words

blueprint = Blueprint("check", __name__, url_prefix="/enrollments/checks/<uuid:job_id>")


@blueprint.get("")
def show(job_id: UUID) -> ResponseReturnValue:
    run = dry_run_of(web.actor(), str(job_id))
    if run.is_started:
        page = url_for("jobs.show", public_id=run.job.public_id)
        return web.send_to(page) if web.is_htmx() else redirect(page)
    return _page(run)


@blueprint.post("/start")
def begin(job_id: UUID) -> ResponseReturnValue:
    try:
        job = start.start_draft(web.actor(), str(job_id))
    except (Conflict, Invalid, LimitReached, TooMuch) as refusal:
        run = dry_run_of(web.actor(), str(job_id))
        return _page(run, refusal), web.status_of(refusal)
    return web.send_to(url_for("jobs.show", public_id=job.public_id))


@blueprint.post("/when")
def change_when(job_id: UUID) -> ResponseReturnValue:
    """Change when the job will start, and its pace."""
    form = WhenForm()
    chosen = read_when(form, web.actor().time_zone)
    try:
        if chosen.problems:
            raise Invalid("VALIDATION_ERROR", "Fix the fields below.", fields=dict(chosen.problems))
        schedule.change_timing(web.actor(), str(job_id), chosen.scheduled_at, chosen.time_zone, chosen.drip)
    except Invalid as wrong:
        form.show(wrong.facts.get("fields", {}))
        return _page(dry_run_of(web.actor(), str(job_id)), when=form), 422
    except Conflict:
        return web.send_to(url_for("check.show", job_id=job_id))  # which leads to the job
    if chosen.notice:
        flash(chosen.notice, "info")
    return web.send_to(url_for("check.show", job_id=job_id))


@blueprint.post("/again")
def again(job_id: UUID) -> ResponseReturnValue:
    """Plan the job in another way: `only_with` leaves out people without a value in that contact field,
    `way=import` only writes the contacts."""
    try:
        job = start.check_again(
            web.actor(),
            str(job_id),
            only_with=request.form.get("only_with"),
            imports=request.form.get("way") == "import",
        )
    except (Conflict, Invalid, LimitReached, TooMuch) as refusal:
        run = dry_run_of(web.actor(), str(job_id))
        return _page(run, refusal), web.status_of(refusal)
    return web.send_to(url_for("check.show", job_id=job.public_id))


@blueprint.post("/activation")
def activate(job_id: UUID) -> ResponseReturnValue:
    """Activate the workflow and return to the page; `confirmed=1` accepts what is missing."""
    run = dry_run_of(web.actor(), str(job_id))
    accounts.require(web.actor(), Permission.WORKFLOWS)
    if run.workflow is not None:
        asks = workflows.Ask.NEVER if request.form.get("confirmed") == "1" else workflows.Ask.ANYTHING
        try:
            workflows.activate(web.actor(), run.workflow.public_id, asks)
        except (Invalid, workflows.ActivationQuestion) as refusal:
            return _page(run, refusal), web.status_of(refusal)
    return web.send_to(url_for("check.show", job_id=job_id))


def _page(run: DryRun, refusal: MusterError | None = None, when: WhenForm | None = None) -> str:
    workflow_id = run.workflow.public_id if run.workflow else None
    back = _options_page(run, workflow_id)
    template = "bulk_enrollment/_check.html" if web.is_htmx() else "bulk_enrollment/check.html"
    shares = [
        {"value": one.rows, "tone": tone_of(one.outcome), "label": one.outcome.label} for one in run.expected
    ]
    waits = refusal is not None and refusal.code in ("WORKFLOW_NOT_ACTIVE", "CONFIRMATION_NEEDED")
    return render_template(
        template,
        run=run,
        refusal=refusal,
        missing=workflows.what_is_missing(web.actor(), workflow_id) if waits and workflow_id else (),
        when=when or form_for(run.job.options, web.actor().time_zone),
        timing=plan_in_words(run.job.options, run.to_be_done) if run.is_ready else None,
        begins=_begins(run),
        left_out_value=value_words(run.job.options.only_with),
        consent=consent_words(run.job.options.consent_basis),
        back=back,
        shares=shares,
        tone_of=tone_of,
        nav_active="workflows" if run.workflow else "contacts",
    )


def _begins(run: DryRun) -> str:
    """Return when people start, unless the remarks say it."""
    if run.workflow is None or run.effects.remarks:
        return ""
    return beginning_words(run.workflow.parsed, is_held=run.workflow.held_until_started)


def _options_page(run: DryRun, workflow_id: str | None) -> str | None:
    """Return the page on which the options were chosen; None for a dry run that was not made on one."""
    check = run.job.public_id
    if run.upload is not None:
        return url_for(
            "mapping.show",
            workflow_id=workflow_id,
            upload_id=run.upload.public_id,
            check=check,
            corrects=run.corrects,
        )
    if run.chosen_id is None or workflow_id is None:
        return None
    return url_for("selected_contacts.show", workflow_id=workflow_id, selection_id=run.chosen_id, check=check)
