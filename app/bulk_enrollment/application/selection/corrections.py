"""Corrections of earlier jobs: which job a file corrects, and the choices it inherits."""

from collections.abc import Sequence
from dataclasses import replace

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.retrying import Correctable, job_of_download
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure import relatives
from app.bulk_enrollment.infrastructure.relatives import Relative
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files import application as files
from app.files.domain.reading.layout import FileLayout
from app.platform.errors import NotFound
from app.platform.ids import is_public_id

NONE = "none"  # the user says that the file corrects no job


def job_to_correct(actor: Actor, public_id: str, workflow_id: str | None) -> EnrollmentJob:
    """Return a finished job into the same workflow (None: an import). Raises NotFound for any other."""
    found = (
        relatives.correctable_jobs(actor.account_id, workflow_id, 1, public_id)
        if is_public_id(public_id)
        else []
    )
    if not found:
        sentence = "The job to correct doesn’t exist, or its rows can’t be corrected."
        raise NotFound("JOB_NOT_FOUND", sentence, fields={"corrects": sentence})
    return found[0][0]


def corrected_job(
    actor: Actor, upload: files.Upload, workflow_id: str | None, asked: str
) -> EnrollmentJob | None:
    """Return the job that a file corrects: the requested one, or else, if the file is one of our downloads,
    the one with the same columns that it was most likely downloaded from. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    if asked == NONE:
        return None
    if asked:
        return job_to_correct(actor, asked, workflow_id)
    outcomes = files.outcomes_in_download(upload)
    if not outcomes:
        return None
    layout = files.layout_of(upload)
    alike = {
        job.id: job
        for job, known in relatives.correctable_jobs(actor.account_id, workflow_id)
        if known is not None and files.has_columns_of(FileLayout.from_json(known), layout)
    }
    candidates = [
        Correctable(job.id, job.options.source_name, job.totals, job.retries is not None)
        for job in alike.values()
    ]
    found = job_of_download(candidates, upload.file_name, upload.rows, outcomes)
    return alike[found.place] if found else None


def inherited_choices(
    actor: Actor, job: EnrollmentJob, upload: files.Upload
) -> tuple[FileSelection, JobOptions]:
    """Return the choices of the job with its columns located in the corrected file. New columns are
    guessed."""
    chosen = job.selection if isinstance(job.selection, FileSelection) else FileSelection("", {})
    return _found_again(actor, job, chosen, upload), replace(job.options, scheduled_at=None)


def _found_again(
    actor: Actor, job: EnrollmentJob, chosen: FileSelection, upload: files.Upload
) -> FileSelection:
    chosen = replace(chosen, upload_id=upload.public_id, names={}, read_as="")
    guesses = files.mapping_as_guessed(upload)
    original = files.upload_by_id(actor.account_id, job.upload_id) if job.upload_id else None
    if original is None:
        return replace(chosen, mapping=guesses, not_consent=[])
    source, target = files.layout_of(original), files.layout_of(upload)
    known = files.carried_over({str(at): "" for at in range(source.width)}, source, target)
    taken = files.carried_over(chosen.mapping, source, target)
    new = {at: field for at, field in guesses.items() if at not in known and field not in taken.values()}
    answers = files.carried_answers(chosen.consent_answers, original, upload)
    denied = sorted(map(str, answers.not_consent))
    return replace(chosen, mapping=taken | new, not_consent=denied, consent_words=dict(answers.words))


def relatives_of(actor: Actor, job: EnrollmentJob) -> tuple[Relative | None, Sequence[Relative]]:
    """Return (the job that this one corrects, retries, or undoes; the jobs that do so with it)."""
    accounts.require(actor, Permission.REPORTS)
    account_id, is_suspended = actor.account_id, actor.is_suspended
    children = relatives.children_of(account_id, job.id, is_suspended=is_suspended)
    return relatives.original_of(account_id, job, is_suspended=is_suspended), children


def correction_of(actor: Actor, job: EnrollmentJob) -> str | None:
    """Return the public id of the newest job of the job's corrected file; None if there is none."""
    accounts.require(actor, Permission.REPORTS)
    return relatives.correction_of(actor.account_id, job.id)
