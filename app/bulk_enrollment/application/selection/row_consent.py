"""Consent to messages in the rows of files. A refusal is saved even if its row or its whole batch fails.

Rows of batches that are skipped because the job was canceled are left alone, refusals included: whoever
cancels has not imported them.
"""

import json
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from app.bulk_enrollment.domain.reading import SMS
from app.bulk_enrollment.infrastructure.store import rows
from app.bulk_enrollment.infrastructure.store.row_range import Range, fields_and_owners, owners_of_keys
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.platform.database import is_transient, session
from app.platform.logs import log


def note_sms_consents(job: EnrollmentJob, span: Range, at: datetime, *, only_refusals: bool = False) -> None:
    """Keep what the rows say about text messages."""
    if not job.selection.says_sms_consent:
        return
    said = [one for one in _sms_consents(span) if not (only_refusals and one[1])]
    contacts.note_sms_rows(job.account_id, said, job.options.source_name or "Imported file", at, job.id)


def says_consent(job: EnrollmentJob) -> bool:
    """Return whether columns of the job's file may say that somebody wants no messages."""
    return job.kind != "undo" and (job.selection.withholds or job.selection.says_sms_consent)


def keep_refusals(job: EnrollmentJob, span: Range, at: datetime) -> None:
    """Keep what rows say that are about to fail: contacts who want no messages, or no text messages, get
    none. If a row causes a database error, only what it says is lost."""
    if not says_consent(job):
        return
    try:
        with session().begin_nested():
            _keep_refusals(job, span, at)
    except DBAPIError as failure:
        if is_transient(failure):
            raise
        if span.size == 1:
            log.error("refusal_not_kept", extra={"job": job.id, "row": span.first})
            return
        for half in span.halves():
            keep_refusals(job, half, at)


def _keep_refusals(job: EnrollmentJob, span: Range, at: datetime) -> None:
    if job.selection.withholds and rows.has_withheld(span):
        rows.tie(span)
        contacts.hold_many(job.account_id, rows.linked_people(span), to_change=True)
        contacts.block_many(job.account_id, rows.withheld_people(span), job.id, at)
    note_sms_consents(job, span, at, only_refusals=True)


def _sms_consents(span: Range) -> list[tuple[int | None, bool, str | None]]:
    """Return what the rows say about text messages, for `note_sms_rows`."""
    found: list[tuple[int | None, bool, str | None]] = []
    refusing: set[str] = set()  # keys of invalid rows whose number is not known
    for contact_id, fields in fields_and_owners(span):
        if (said := json.loads(fields).get(SMS)) is None:
            continue
        agrees, number, *key = said
        if contact_id is None and number is None:
            refusing.update(key)
        else:
            found.append((contact_id, agrees, number))
    return found + [(contact_id, False, None) for contact_id in owners_of_keys(span, refusing).values()]
