"""The mapping page: matched columns, the check-up of the rows, and the options of the job."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.bulk_enrollment.application import corrections, dry_runs, start
from app.bulk_enrollment.application.newcomers import Newcomers
from app.bulk_enrollment.application.selections import ReadAnotherWay
from app.bulk_enrollment.application.start import JobRequest
from app.bulk_enrollment.application.uploads import uses_of
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.presentation.column_readings import SECOND_ACT, chosen_styles
from app.bulk_enrollment.presentation.consent_form import (
    CONSENT,
    ConsentCard,
    Said,
    answers_as_fields,
    asked,
    read_consent,
)
from app.bulk_enrollment.presentation.destination import Destination, destination
from app.bulk_enrollment.presentation.layout_form import SEEN, is_outdated, read_told, shown_layout
from app.bulk_enrollment.presentation.mapping_figures import counted_later, figures_of
from app.bulk_enrollment.presentation.mapping_form import (
    CHOICES,
    OptionsForm,
    columns_of,
    options_form,
    read_mapping,
    read_opened,
    read_options,
)
from app.contacts import application as contacts
from app.files import application as files
from app.files.domain.columns.identify import SECOND_EMAIL
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.text.garbled import MENDS
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached, MusterError, NotFound, TooMuch
from app.workflows import application as workflows

blueprint = Blueprint("mapping", __name__)

ROWS_SHOWN = 5
COLUMNS_SHOWN = 40  # of the first rows
ACTS_OF_READING = frozenset(
    ("reread", "first-row", *(f"{act}-{mend}" for act in ("repair", "unrepair") for mend in MENDS))
)


@blueprint.get("/contacts/import/<uuid:upload_id>")
@blueprint.get("/workflows/<uuid:workflow_id>/enroll/<uuid:upload_id>")
def show(upload_id: UUID, workflow_id: UUID | None = None) -> ResponseReturnValue:
    refusal = ReadAnotherWay() if "changed" in request.args else None
    return _first_page(*_opened(upload_id, workflow_id), refusal)


def _first_page(goal: Destination, upload: files.Upload, refusal: MusterError | None = None) -> str:
    """The page with what was chosen before: by this person here, in a check, or in another job."""
    fields = files.choices_of(web.actor(), upload, forget=CONSENT)
    if fields is not None:
        sent: MultiDict[str, str] = MultiDict(fields)
        form = OptionsForm(formdata=sent)
        form.once.data = uuid4().hex
        said = read_consent(sent, upload, read_mapping(sent, len(upload.layout["columns"])))
        styles = chosen_styles(sent, said.mapping)
        return _page(goal, upload, form, said, form.identifier.data, styles, refusal, sent.getlist("opened"))
    chosen = dry_runs.choices_of(web.actor(), request.args.get("check", ""), upload)
    if chosen is None and goal.corrected is not None:
        chosen = corrections.inherited_choices(web.actor(), goal.corrected, upload)
    if chosen is not None:
        selection, _ = chosen
        said = asked(upload, selection.mapping, selection.consent_answers)
        styles = selection.dates, selection.phones
        return _page(goal, upload, options_form(chosen), said, selection.identifier, styles, refusal)
    remembered = files.remembered_answers(upload.account_id, upload)
    return _page(goal, upload, None, asked(upload, _suggested(upload), remembered), None, ("", ""), refusal)


@blueprint.post("/contacts/import/<uuid:upload_id>")
@blueprint.post("/workflows/<uuid:workflow_id>/enroll/<uuid:upload_id>")
def decide(upload_id: UUID, workflow_id: UUID | None = None) -> ResponseReturnValue:
    """One form with several buttons, so that nothing typed is lost whichever is pressed."""
    goal, upload = _opened(upload_id, workflow_id)
    if is_outdated(request.form, upload):
        return _first_page(goal, upload, ReadAnotherWay()), 409
    form = OptionsForm()
    said = _said(upload)
    columns_at = {str(at) for at in range(len(upload.layout["columns"]))}
    refusal: MusterError | None = None
    act = "open" if "open" in request.form else request.form.get("act", "check")
    _keep_choices(upload, said)
    try:
        if act in ("check", "start"):
            styles = chosen_styles(request.form, said.mapping)
            read_as = request.form.get(SEEN, "")
            selection, options, found = read_options(
                form, upload, said, goal.workflow is None, styles, read_as
            )
            if not found:
                key = (form.once.data or uuid4().hex) if act == "start" else None
                return _begin(goal, selection, options, key)
            form.show(found)
        elif act == "mend":
            files.mend_addresses(web.actor(), upload.public_id, said.mapping)
        elif act == "unmend":
            files.undo_mends(web.actor(), upload.public_id)
        elif act.startswith(SECOND_ACT):
            second = {at: SECOND_EMAIL for at in (act.removeprefix(SECOND_ACT),) if at in columns_at}
            said = asked(upload, said.mapping | second, said.answers)
        elif act in ACTS_OF_READING:
            return _read_again(goal, upload, act)
        elif act in ("activate", "activate-anyway") and goal.workflow_id:
            asks = workflows.Ask.NEVER if act == "activate-anyway" else workflows.Ask.ANYTHING
            workflows.activate(web.actor(), goal.workflow_id, asks)
            goal = replace(destination(web.actor(), workflow_id), corrected=goal.corrected)
    except Invalid as wrong:
        fields = wrong.facts.get("fields") or {}
        form.show(fields)
        refusal = None if fields else wrong
    except (Conflict, TooMuch, LimitReached) as wrong:
        refusal = wrong
    status = web.status_of(refusal) if refusal else 422 if form.errors else 200
    styles = chosen_styles(request.form, said.mapping)
    opened = request.form.getlist("opened") + request.form.getlist("open")
    return _page(goal, upload, form, said, form.identifier.data, styles, refusal, opened), status


@blueprint.post("/contacts/import/<uuid:upload_id>/choices")
@blueprint.post("/workflows/<uuid:workflow_id>/enroll/<uuid:upload_id>/choices")
def remember(upload_id: UUID, workflow_id: UUID | None = None) -> ResponseReturnValue:
    """Keeps what is chosen at the moment, so that a reload shows it again."""
    goal, upload = _opened(upload_id, workflow_id)
    if is_outdated(request.form, upload):
        return _to_what_is_there(goal, upload) if web.is_htmx() else ("", 204)
    _keep_choices(upload)
    return "", 204


@blueprint.post("/contacts/import/<uuid:upload_id>/checkup")
@blueprint.post("/workflows/<uuid:workflow_id>/enroll/<uuid:upload_id>/checkup")
def recount(upload_id: UUID, workflow_id: UUID | None = None) -> ResponseReturnValue:
    """The check-up for the columns as they are chosen at the moment; nothing is kept."""
    goal, upload = _opened(upload_id, workflow_id)
    if is_outdated(request.form, upload):
        return _to_what_is_there(goal, upload)
    said = _said(upload)
    styles = chosen_styles(request.form, said.mapping)
    figures = figures_of(upload, said, request.form.get("identifier"), styles)
    return render_template("bulk_enrollment/_checkup.html", goal=goal, upload=upload, **figures)


@blueprint.post("/contacts/import/<uuid:upload_id>/consent")
@blueprint.post("/workflows/<uuid:workflow_id>/enroll/<uuid:upload_id>/consent")
def ask_again(upload_id: UUID, workflow_id: UUID | None = None) -> ResponseReturnValue:
    """The questions about consent for the columns and answers as they are chosen at the moment."""
    goal, upload = _opened(upload_id, workflow_id)
    if is_outdated(request.form, upload):
        return _to_what_is_there(goal, upload)
    return render_template(
        "bulk_enrollment/_consent_questions.html",
        goal=goal,
        upload=upload,
        consent=ConsentCard(_said(upload), request.form),
    )


@blueprint.get("/contacts/import/<uuid:upload_id>/newcomers")
@blueprint.get("/workflows/<uuid:workflow_id>/enroll/<uuid:upload_id>/newcomers")
def newcomers(upload_id: UUID, workflow_id: UUID | None = None) -> ResponseReturnValue:
    """How many people of a large file are new: asked for by its page when it is there."""
    _, upload = _opened(upload_id, workflow_id)
    counted = counted_later(upload, request.args)
    return render_template("bulk_enrollment/_newcomers.html", newcomers=counted)


def _opened(upload_id: UUID, workflow_id: UUID | None) -> tuple[Destination, files.Upload]:
    goal = destination(web.actor(), workflow_id)
    upload = files.kept(web.actor().account_id, str(upload_id))
    if upload is None:
        raise NotFound(
            "NOT_FOUND",
            "This upload has expired. Files that aren’t used are deleted after a day.",
            next_url=goal.upload_url,
            next_label="Upload the file again",
        )
    corrected = corrections.corrected_job(web.actor(), upload, goal.workflow_id, goal.corrects)
    return replace(goal, corrected=corrected), upload


def _to_what_is_there(goal: Destination, upload: files.Upload) -> ResponseReturnValue:
    """To the page as the file is read now, with a sentence that it was changed."""
    return web.send_to(goal.mapping_url(upload.public_id, changed="1"))


def _keep_choices(upload: files.Upload, said: Said | None = None) -> None:
    fields = {
        name: values
        for name, values in request.form.lists()
        if name not in ("csrf_token", "once", "act", "open") and not name.startswith("layout-")
    }
    if "open" in request.form:
        fields["opened"] = [*fields.get("opened", []), *request.form.getlist("open")]
    if said is not None:
        fields |= answers_as_fields(said)
    files.save_choices(web.actor(), upload, fields)


def _read_again(goal: Destination, upload: files.Upload, act: str) -> ResponseReturnValue:
    """Read the file as the person says; what was chosen for its columns goes along."""
    told = files.told_of(upload)
    mends = set(told.mends)
    if act == "first-row":
        told = replace(told, header_line=0)
    elif act == "reread":
        told = read_told(request.form, upload)
    elif act.startswith("repair-"):
        told = files.with_mends(upload, *mends, act.removeprefix("repair-"))
    else:
        told = files.with_mends(upload, *(mends - {act.removeprefix("unrepair-")}))
    again = files.read_again(web.actor(), upload.public_id, told)
    files.take_choices(web.actor(), upload, again, forget=CONSENT)
    return web.send_to(goal.mapping_url(again.public_id))


def _begin(
    goal: Destination, selection: FileSelection, options: JobOptions, key: str | None
) -> ResponseReturnValue:
    """Start the job when there is an idempotency key, else check first what it would do."""
    actor = web.actor()
    corrects = goal.corrected.public_id if goal.corrected else None
    wanted = JobRequest(selection, options, goal.workflow_id, key, corrects)
    if key is None:
        job = start.dry_run(actor, wanted)
        return web.send_to(url_for("check.show", job_id=job.public_id))
    job = start.start_job(actor, wanted)
    return web.send_to(url_for("jobs.show", public_id=job.public_id))


def _page(
    goal: Destination,
    upload: files.Upload,
    form: Any,
    said: Said,
    identifier: str | None,
    styles: tuple[Dates, Phones],
    refusal: MusterError | None = None,
    opened: Sequence[str] = (),
) -> str:
    actor = web.actor()
    figures = figures_of(upload, said, identifier, styles)
    if form is None:
        form = options_form(missing=_decided_beforehand(goal, upload, figures["newcomers"]))
        form.identifier.data = figures["identifier"]
    return render_template(
        "bulk_enrollment/mapping.html",
        goal=goal,
        upload=upload,
        layout=files.layout_of(upload),
        form=form,
        how=shown_layout(upload),
        opened=read_opened(opened, len(upload.layout["columns"])),
        columns=columns_of(
            files.suggestion(actor.account_id, upload),
            said.mapping,
            list(contacts.own_fields(actor).values()),
            read_opened(opened, len(upload.layout["columns"])),
        ),
        choices=CHOICES,
        first=files.first_rows(upload, ROWS_SHOWN),
        columns_shown=COLUMNS_SHOWN,
        uses=uses_of(actor, upload),
        earlier=files.same_file_before(actor.account_id, upload),
        refusal=refusal,
        tags=contacts.tags_to_choose(actor),
        nav_active=goal.place,
        **figures,
        consent=ConsentCard(said),
    )


def _said(upload: files.Upload) -> Said:
    """What was sent about the columns."""
    mapping = read_mapping(request.form, len(upload.layout["columns"]))
    return read_consent(request.form, upload, mapping)


def _decided_beforehand(goal: Destination, upload: files.Upload, counted: Newcomers | None) -> str | None:
    """Adding strangers or leaving most of a file out is the person's own decision."""
    if goal.workflow is None:
        return "create"
    return None if counted is None or counted.are_most else "skip"


def _suggested(upload: files.Upload) -> dict[str, str]:
    guesses = files.suggestion(upload.account_id, upload)
    return {str(guess.index): guess.field for guess in guesses if files.may_be_mapped_to(guess.field)}
