"""The destinations of an uploaded file: enrollment in a workflow, or import into the contacts.

Registered with `files`, whose upload and mapping pages show and run them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.jobs.limits import row_limit_of
from app.bulk_enrollment.application.jobs.start import JobRequest
from app.bulk_enrollment.application.report import dry_runs
from app.bulk_enrollment.application.selection import corrections
from app.bulk_enrollment.application.selection.uploads import uses_of
from app.bulk_enrollment.domain.options import BATCH_SIZES, JobOptions
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.presentation.selection.options_form import (
    option_fields,
    read_options,
    values_of,
)
from app.bulk_enrollment.presentation.selection.when_form import first_when, flash_notice
from app.files import application as files
from app.platform import mail
from app.platform.errors import MusterError
from app.platform.settings import current
from app.workflows import application as workflows
from app.workflows.application import Missing
from app.workflows.domain import Status, beginning_words

# Codes of errors that the notices explain themselves.
EXPLAINED = ("CONTACT_LIMIT_EXCEEDED", "WORKFLOW_NOT_ACTIVE", "CONFIRMATION_NEEDED", "JOB_LIMIT_REACHED")
_ASKS = {"activate": workflows.Ask.ANYTHING, "activate-anyway": workflows.Ask.NEVER}


def register() -> None:
    files.register_destination(
        files.DestinationKind("import", "/contacts/import", _open_contacts, option_fields)
    )
    files.register_destination(
        files.DestinationKind("enroll", "/workflows/<uuid:workflow_id>/enroll", _open_workflow, option_fields)
    )


@dataclass(frozen=True)
class JobDestination:
    """A workflow, or the contacts (`workflow` None), as the destination of a file.

    `most_rows` is the limit of rows per job, `missing` what an inactive workflow still lacks. `corrects` is
    the public id of the job whose rows the file corrects, or "none" to correct none; `corrected` is that job,
    once it is loaded.
    """

    actor: Actor
    workflow: Any
    most_rows: int
    missing: Sequence[Missing] = ()
    corrects: str = ""
    corrected: Any = None

    @property
    def workflow_id(self) -> str | None:
        return str(self.workflow.public_id) if self.workflow else None

    @property
    def title(self) -> str:
        return f"Add people to {self.workflow.name}" if self.workflow else "Import contacts"

    @property
    def action(self) -> str:
        return "Add people" if self.workflow else "Import contacts"

    @property
    def place(self) -> str:
        return "workflows" if self.workflow else "contacts"

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        if self.workflow is None:
            return [("Contacts", url_for("contacts.index"))]
        page = url_for("workflows.show", public_id=self.workflow.public_id)
        return [("Workflows", url_for("workflows.index")), (self.workflow.name, page)]

    @property
    def kept(self) -> Mapping[str, str]:
        return {"corrects": self.corrects} if self.corrects else {}

    @property
    def is_open(self) -> bool:
        """Whether people can be added now, because the workflow is active or there is none."""
        return self.workflow is None or self.workflow.status == Status.ACTIVE

    @property
    def begins(self) -> str:
        """A sentence that says when added people start; empty for an import."""
        if self.workflow is None:
            return ""
        return beginning_words(self.workflow.parsed, is_held=self.workflow.held_until_started)

    def with_upload(self, upload: files.Upload) -> "JobDestination":
        found = corrections.corrected_job(self.actor, upload, self.workflow_id, self.corrects)
        return replace(self, corrected=found)

    def upload_notices(self) -> str:
        corrected = (
            corrections.job_to_correct(self.actor, self.corrects, self.workflow_id)
            if self.corrects not in ("", corrections.NONE)
            else None
        )
        return self._html("_upload_notices.html", destination=replace(self, corrected=corrected))

    def notices(self, upload: files.Upload, refusal: MusterError | None) -> files.Notices:
        uses = uses_of(self.actor, upload)
        is_about_workflow = refusal is not None and self.workflow and "problems" in refusal.facts
        is_explained = refusal is not None and (refusal.code in EXPLAINED or bool(is_about_workflow))
        html = self._html(
            "_mapping_notices.html",
            upload=upload,
            refusal=refusal,
            is_about_workflow=is_about_workflow,
            uses=uses,
            upload_url=file_page("upload.choose", self.workflow_id, **self.kept),
            start_over=file_page(
                "mapping.show", self.workflow_id, upload_id=upload.public_id, corrects=corrections.NONE
            ),
        )
        return files.Notices(html, is_explained, used_before=bool(uses))

    def remembered(self, upload: files.Upload, query: Mapping[str, str]) -> files.Remembered | None:
        """Return the choices of a dry run, else those of the job that the file corrects, else None."""
        chosen = dry_runs.choices_of(self.actor, query.get("check", ""), upload)
        if chosen is None and self.corrected is not None:
            chosen = corrections.inherited_choices(self.actor, self.corrected, upload)
        if chosen is None:
            return None
        selection, options = chosen
        values = {"notify_email": self.actor.email} | values_of(options, self.actor.time_zone)
        return files.Remembered(selection.choices, values)

    def first_values(self, newcomers: files.PeopleCount | None) -> Mapping[str, Any]:
        """Return preset values of the options.

        Whether to add unknown people to a workflow has no preset if most people in the file are unknown, or
        if that cannot be told: it is the user's decision.
        """
        if self.workflow is None:
            missing = "create"
        else:
            missing = "" if newcomers is None or newcomers.are_most else "skip"
        first = {"missing": missing or None, "existing": "leave", "notify_email": self.actor.email}
        return first | first_when(self.actor.time_zone)

    def options(self, form: Any, newcomers: files.PeopleCount | None) -> str:
        rows = newcomers.people if newcomers else 0
        return self._html(
            "_mapping_options.html",
            form=form,
            newcomers=newcomers,
            rows=rows,
            batch_sizes=BATCH_SIZES,
            can_email=mail.is_set_up(current()),
        )

    def read(
        self, form: Any, upload: files.Upload, choices: files.FileChoices
    ) -> tuple[JobOptions, dict[str, str]]:
        return read_options(form, choices, self.workflow is None, self.actor.time_zone)

    def check(self, upload: files.Upload, choices: files.FileChoices, options: JobOptions) -> str:
        return self.check_job(self._job(upload, choices, options))

    def start(
        self, upload: files.Upload, choices: files.FileChoices, options: JobOptions, idempotency_key: str
    ) -> str:
        return self.start_job(self._job(upload, choices, options, idempotency_key))

    def check_job(self, wanted: JobRequest) -> str:
        """Make the dry run of a job, and return the URL of its page."""
        job = start.dry_run(self.actor, wanted)
        flash_notice(self.actor.time_zone)
        return url_for("check.show", job_id=job.public_id)

    def start_job(self, wanted: JobRequest) -> str:
        """Start a job, and return the URL of its page.

        If the workflow’s trigger starts people on a date or at an event of their own, make its dry run
        instead: the figures come before the start.
        """
        meaning = workflows.meaning_of(self.actor.account_id, self.workflow.id) if self.workflow else None
        if self.is_open and meaning is not None and meaning.starts_otherwise:
            return self.check_job(replace(wanted, idempotency_key=None))
        job = start.start_job(self.actor, wanted)
        flash_notice(self.actor.time_zone)
        return url_for("jobs.show", public_id=job.public_id)

    def act(self, name: str) -> "JobDestination | None":
        """Activate the workflow on the action `activate` or `activate-anyway`; None for any other action."""
        if name not in _ASKS or self.workflow is None:
            return None
        workflows.activate(self.actor, self.workflow.public_id, _ASKS[name])
        return replace(workflow_destination(self.actor, self.workflow.public_id), corrects=self.corrects)

    def _job(
        self, upload: files.Upload, choices: files.FileChoices, options: JobOptions, key: str | None = None
    ) -> JobRequest:
        corrects = None
        if self.corrected:
            corrects = self.corrected.public_id
            options = replace(options, only_with=self.corrected.options.only_with)
        return JobRequest(
            FileSelection.of(upload.public_id, choices), options, self.workflow_id, key, corrects
        )

    def _html(self, part: str, **facts: Any) -> Markup:
        return Markup(render_template(f"bulk_enrollment/{part}", **{"destination": self} | facts))


def file_page(page: str, workflow_id: str | None, **more: Any) -> str:
    """Return the URL of a page of `files` for a workflow, or for an import (None)."""
    to = "enroll" if workflow_id else "import"
    return url_for(page, to=to, workflow_id=workflow_id, **more)


def _open_contacts(actor: Actor, _at: Mapping[str, Any], query: Mapping[str, str]) -> JobDestination:
    accounts.require(actor, Permission.CONTACTS)
    return JobDestination(
        actor, None, row_limit_of(actor.account_id, is_import=True), corrects=_corrects(query)
    )


def _open_workflow(actor: Actor, at: Mapping[str, Any], query: Mapping[str, str]) -> JobDestination:
    accounts.require(actor, Permission.WORKFLOWS)
    return replace(workflow_destination(actor, str(at["workflow_id"])), corrects=_corrects(query))


def workflow_destination(actor: Actor, public_id: str) -> JobDestination:
    """Return a workflow as a destination. Raises NotFound."""
    workflow = workflows.find_workflow(actor, public_id)
    is_asked = workflow.status in (Status.DRAFT, Status.PAUSED)
    missing = workflows.what_is_missing(actor, workflow.public_id) if is_asked else ()
    return JobDestination(actor, workflow, row_limit_of(actor.account_id, is_import=False), missing)


def _corrects(query: Mapping[str, str]) -> str:
    return query.get("corrects", "")[:36]
