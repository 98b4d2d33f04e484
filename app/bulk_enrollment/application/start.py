"""Starting a job, and the dry run before it.

A dry run is a job in the hidden state `draft`, planned like any other; starting it promotes that plan. Each
batch looks at its contacts afresh, so nothing that changed since can be enrolled by mistake. Starting reads
no row: it takes the same time whatever the size.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.bulk_enrollment.application.corrections import job_to_correct
from app.bulk_enrollment.application.dry_run_limits import make_room_for
from app.bulk_enrollment.application.plan import PLAN_TASK, file_options
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.reading import TOO_MANY_TAGS, custom_labels
from app.bulk_enrollment.domain.selection import FileOptions, problems
from app.bulk_enrollment.infrastructure import queries
from app.bulk_enrollment.infrastructure.store import jobs
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.files import application as files
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.infrastructure.tables import Upload
from app.platform import queue
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, Invalid, LimitReached, NotFound, TooMuch
from app.platform.settings import current
from app.workflows import application as workflows


class ReadAnotherWay(Conflict):
    """What was chosen for the columns was chosen for another reading of the file."""

    def __init__(self) -> None:
        super().__init__(
            "CONFLICT",
            "This file was changed to be read another way after you opened this page. "
            "Check how its columns are matched, then continue.",
        )


@dataclass(frozen=True)
class FileJob:
    """What to start: an upload's public id, the person's choices, and the workflow's public id (None: an
    import). `once_key` makes a second call with the same key return the first one's job; `corrects` is the
    public id of the job whose failed rows this file corrects; `read_as` the mark of the reading that the
    choices were made for."""

    upload_id: str
    options: FileOptions
    workflow_id: str | None = None
    once_key: str | None = None
    corrects: str | None = None
    read_as: str | None = None


def dry_run(actor: Actor, wanted: FileJob) -> EnrollmentJob:
    """Plan a job without starting it; nothing that anybody sees is written. A person has one open dry run of
    an upload: a new one replaces it. Raises LimitReached when the account has as many as it may."""
    with transaction():
        accounts.lock(actor.account_id)
        job = _draft(actor, wanted)
        make_room_for(actor, job)
        after_commit(lambda: queue.send(PLAN_TASK, actor.account_id, job.id))
    return job


def start_job(actor: Actor, wanted: FileJob) -> EnrollmentJob:
    """Make a job and start it at once. Raises NotAllowed, NotFound, Conflict (the workflow is not active),
    Invalid (`fields`), TooMuch (rows), LimitReached (unfinished jobs)."""
    with transaction():
        # A double click finds the job of the first, and nobody has the file read another way meanwhile.
        accounts.lock(actor.account_id)
        if wanted.once_key:
            known = queries.job_of_once_key(actor.account_id, _once(actor, wanted.once_key))
            if known is not None:
                return known
        job = _draft(actor, wanted)
        return _promote(actor, job, wanted.once_key)


def start_draft(actor: Actor, public_id: str) -> EnrollmentJob:
    """Start what a dry run has planned. Starting twice gives the same job."""
    accounts.require(actor, _permission(import_only=False))
    with transaction():
        accounts.lock(actor.account_id)
        job = queries.job_by_public_id(actor.account_id, public_id)
        if job is None:
            raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
        if job.status == JobStatus.FAILED:
            raise Conflict("CONFLICT", job.failure or "This file can’t be read.")
        return job if job.status != JobStatus.DRAFT else _promote(actor, job, None)


def find_job(actor: Actor, public_id: str) -> EnrollmentJob:
    """A job of the actor's account. Raises NotFound."""
    job = queries.job_by_public_id(actor.account_id, public_id)
    if job is None:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    return job


def _permission(import_only: bool) -> Permission:
    return Permission.CONTACTS if import_only else Permission.WORKFLOWS


def _draft(actor: Actor, wanted: FileJob) -> EnrollmentJob:
    accounts.require(actor, _permission(import_only=wanted.workflow_id is None))
    upload = files.kept(actor.account_id, wanted.upload_id)
    if upload is None:
        raise NotFound("NOT_FOUND", "This upload has expired. Upload the file again.")
    if wanted.read_as not in (None, files.reading_mark(upload)):
        raise ReadAnotherWay
    _check_choices(upload, wanted.options)
    _check_size(actor, upload, is_import=wanted.workflow_id is None)
    _check_columns(upload, wanted.options)
    target = workflows.startable(actor, wanted.workflow_id) if wanted.workflow_id else None
    parent = job_to_correct(actor, wanted.corrects, wanted.workflow_id) if wanted.corrects else None
    return jobs.add(
        EnrollmentJob(
            account_id=actor.account_id,
            created_by=actor.user_id,
            kind="enroll" if target else "import",
            status=JobStatus.DRAFT.value,
            workflow_id=target.workflow_id if target else None,
            selection_type="csv",
            upload_id=upload.id,
            parent_job_id=parent.id if parent else None,
            total=upload.rows,
            options=_kept_options(wanted.options, upload, again=target.enroll_again if target else False),
        )
    )


def _check_choices(upload: Upload, options: FileOptions) -> None:
    """Raises Invalid, also while the file asks who may be contacted: no caller gets past that."""
    questions = files.questions_of(upload, options.mapping, options.consent_answers)
    if found := problems(options, upload.layout["columns"], questions):
        raise Invalid("VALIDATION_ERROR", next(iter(found.values())), fields=found)


def _kept_options(options: FileOptions, upload: Upload, again: bool) -> dict[str, Any]:
    return options.as_dict() | {
        "withholds": any(name in CONSENT_FIELDS for name in options.mapping.values()),
        "source_name": upload.file_name[:200],
        "again": again,
        "tag_ids": [],
        "first_step": None,
    }


def _check_columns(upload: Upload, options: FileOptions) -> None:
    """What the person has to decide first."""
    styles = files.styles_of(upload, options.mapping, options.dates, options.phones)
    if options.writes_contacts and styles.dates is not None and styles.dates.must_be_chosen:
        sentence = f"“{styles.dates.name}”: {styles.dates.sentence}"
        raise Invalid("VALIDATION_ERROR", sentence, fields={"dates": sentence})
    tags = files.tags_in(upload, options.mapping)
    if tags is not None and len(tags.names) > MOST_TAGS:
        raise Invalid("VALIDATION_ERROR", TOO_MANY_TAGS, fields={"mapping": TOO_MANY_TAGS})


def row_limit(actor: Actor, is_import: bool) -> int:
    """How many rows one job of the actor's account may have."""
    settings = current()
    if is_import:
        return accounts.limit_of(actor.account_id, "import_rows", settings.max_import_rows)
    return accounts.limit_of(actor.account_id, "contacts_per_job", settings.max_contacts_per_job)


def _check_size(actor: Actor, upload: Upload, is_import: bool) -> None:
    limit = row_limit(actor, is_import)
    if upload.rows > limit:
        raise TooMuch(
            "CONTACT_LIMIT_EXCEEDED",
            f"The limit is {limit:,} contacts per job; this file has {upload.rows:,}. "
            "Split the file, or ask an administrator to raise the limit.",
            limit=limit,
            count=upload.rows,
        )


def _promote(actor: Actor, job: EnrollmentJob, once_key: str | None) -> EnrollmentJob:
    """Turn a draft into a job: the version that is active now, the limits as they are now."""
    accounts.lock(actor.account_id)
    limit = accounts.limit_of(actor.account_id, "unfinished_jobs", current().max_unfinished_jobs)
    if jobs.count_unfinished(actor.account_id) >= limit:
        raise LimitReached(
            "JOB_LIMIT_REACHED",
            f"You’ve reached the limit of {limit:,} unfinished jobs. Wait for one to finish, or cancel one.",
            limit=limit,
        )
    options = dict(job.options)
    values: dict[str, Any] = {}
    if job.workflow_id is not None:
        target = workflows.startable_by_id(actor, job.workflow_id)
        values["version_id"] = target.version_id
        options |= {"first_step": target.first_step, "again": target.enroll_again}
    chosen = file_options(job)
    assert job.upload_id is not None
    upload = files.upload_by_id(actor.account_id, job.upload_id)
    _check_choices(upload, chosen)
    files.remember_mapping(actor, upload, chosen.mapping, chosen.consent_answers)
    options["tag_ids"] = contacts.ensure_tags(actor.account_id, chosen.tags, created_by=actor.user_id)
    if chosen.writes_contacts:
        contacts.ensure_fields(actor.account_id, custom_labels(chosen), created_by=actor.user_id)
    if once_key:
        values["once_key"] = _once(actor, once_key)
    if not jobs.move(actor.account_id, job.id, JobStatus.PENDING, options=options, **values):
        raise Conflict("CONFLICT", "This job has already been started.")
    activity.record(actor, "job_started", "job", job.public_id, rows=job.total, kind=job.kind)
    after_commit(lambda: queue.send(PLAN_TASK, actor.account_id, job.id))
    return queries.job_by_id(actor.account_id, job.id)


def _once(actor: Actor, key: str) -> str:
    """Keys of two people never meet."""
    return hashlib.sha256(f"{actor.user_id}:{key}".encode()).hexdigest()
