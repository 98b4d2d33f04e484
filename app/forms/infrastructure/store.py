"""Writes of forms and submissions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.forms.domain.submissions import SubmissionState
from app.forms.infrastructure.queries import are_due
from app.forms.infrastructure.tables import FormSubmission, HostedForm
from app.platform.database import is_sqlite, session
from app.platform.database.upserts import insert_into

_PLAIN: Final = {"synchronize_session": False}


class ConfirmationEmail(NamedTuple):
    """An email that a sender has claimed, and that asks for confirmation."""

    submission_id: int
    form_id: int
    email: str
    consent_text: str
    attempt: int


def add_form(values: Mapping[str, Any]) -> HostedForm:
    added = HostedForm(**values)
    session().add(added)
    session().flush()
    return added


def change_form(account_id: int, form_id: int, values: Mapping[str, Any]) -> None:
    changed = sa.update(HostedForm).where(HostedForm.account_id == account_id, HostedForm.id == form_id)
    session().execute(changed.values(**values))


def lock_address(account_id: int, email_key: str) -> None:
    """Let one transaction at a time take submissions with an address. SQLite has one writer."""
    if not is_sqlite():
        digest = sha256(f"form {account_id} {email_key}".encode()).digest()
        key = int.from_bytes(digest[:8], signed=True)
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def add_submission(values: Mapping[str, Any]) -> int | None:
    """Add a submission and return its id; None if the same page has said the same before."""
    insert = insert_into(FormSubmission)
    added = insert.values(letter_attempt=0, **values).on_conflict_do_nothing().returning(FormSubmission.id)
    found: int | None = session().execute(added).scalar()
    return found


def receive(account_id: int, submission_id: int, contact_id: int) -> None:
    """Note which contact a submission has created or updated."""
    one = FormSubmission
    changed = sa.update(one).where(one.account_id == account_id, one.id == submission_id)
    session().execute(changed.values(contact_id=contact_id), execution_options=_PLAIN)


def confirm(account_id: int, submission_id: int, at: datetime) -> bool:
    """Let a submission that waits be received; return False if it was confirmed before."""
    one = FormSubmission
    changed = (
        sa.update(one)
        .where(*_waits(account_id, submission_id))
        .values(state=SubmissionState.RECEIVED.value, confirmed_at=at, letter_due_at=None)
        .returning(one.id)
    )
    return session().execute(changed, execution_options=_PLAIN).first() is not None


def claim_confirmation_emails(
    account_id: int, at: datetime, again_at: datetime, at_most: int
) -> list[ConfirmationEmail]:
    """Claim up to `at_most` emails that are due; until `again_at` nobody else sends them. They are selected
    first: PostgreSQL may run a subquery that skips what is locked more than once, and claim too many."""
    one = FormSubmission
    is_due = (one.account_id == account_id, *are_due(at))
    due = sa.select(one.id).where(*is_due).order_by(one.letter_due_at).limit(at_most)
    ids = session().scalars(due.with_for_update(skip_locked=True)).all()
    claimed = (
        sa.update(one)
        .where(*is_due, one.id.in_(ids))
        .values(letter_due_at=again_at, letter_attempt=one.letter_attempt + 1)
        .returning(one.id, one.form_id, one.answers, one.consent_text, one.letter_attempt)
    )
    rows = session().execute(claimed, execution_options=_PLAIN).all()
    return [ConfirmationEmail(row[0], row[1], row[2]["email"], row[3], row[4]) for row in rows]


def settle_confirmation_email(
    account_id: int, submission_id: int, attempt: int, again_at: datetime | None, was_tried: bool
) -> None:
    """Send an email again at a time; never again with None. Only the sender that claimed it for this attempt
    decides, and nobody once it was settled or its submission confirmed."""
    one = FormSubmission
    settled = (
        sa.update(one)
        .where(
            *_waits(account_id, submission_id),
            one.letter_attempt == attempt,
            one.letter_due_at.is_not(None),
        )
        .values(letter_due_at=again_at, letter_attempt=attempt if was_tried else attempt - 1)
    )
    session().execute(settled, execution_options=_PLAIN)


def delete_of_contacts(account_id: int, contacts: sa.Select[Any]) -> None:
    one = FormSubmission
    theirs = sa.delete(one).where(one.account_id == account_id, one.contact_id.in_(contacts))
    session().execute(theirs, execution_options=_PLAIN)


def delete_of_addresses(account_id: int, email_keys: Sequence[str]) -> None:
    one = FormSubmission
    theirs = sa.delete(one).where(one.account_id == account_id, one.email_key.in_(email_keys))
    session().execute(theirs, execution_options=_PLAIN)


def discard_waiting_before(moment: datetime, at_most: int) -> int:
    """Delete up to `at_most` submissions of all accounts that nobody has confirmed; return how many."""
    one = FormSubmission
    old = sa.select(one.id).where(one.state == SubmissionState.WAITING.value, one.submitted_at < moment)
    deleted = (
        sa.delete(one).where(one.id.in_(old.order_by(one.submitted_at).limit(at_most))).returning(one.id)
    )
    return len(session().execute(deleted, execution_options=_PLAIN | {"cross_account": True}).all())


def _waits(account_id: int, submission_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: it is this submission, and it waits for confirmation."""
    one = FormSubmission
    return (
        one.account_id == account_id,
        one.id == submission_id,
        one.state == SubmissionState.WAITING.value,
    )
