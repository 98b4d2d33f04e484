"""Reads of forms and submissions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure.tables import Contact
from app.forms.domain.submissions import MOST_ATTEMPTS, SubmissionState
from app.forms.infrastructure.tables import FormSubmission, HostedForm
from app.platform.database import session
from app.platform.database.many_rows import constant, is_there
from app.platform.database.short_reads import read_built
from app.platform.database.skip_scan import distinct_values
from app.platform.ids import number_of


class Counts(NamedTuple):
    """How many submissions a form has received, and how many wait for confirmation."""

    received: int = 0
    waiting: int = 0


def forms_of(account_id: int) -> Sequence[HostedForm]:
    """Return all forms, those that are archived last."""
    is_archived = HostedForm.archived_at.is_not(None)
    query = sa.select(HostedForm).where(HostedForm.account_id == account_id)
    return session().scalars(query.order_by(is_archived, HostedForm.name_key)).all()


def form(account_id: int, form_id: int) -> HostedForm | None:
    query = sa.select(HostedForm).where(HostedForm.account_id == account_id, HostedForm.id == form_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def form_at(public_id: str) -> HostedForm | None:
    """Return the form with this address, in whatever account."""
    query = sa.select(HostedForm).where(HostedForm.public_id == public_id)
    return session().scalar(query, execution_options={"cross_account": True})


def counts(account_id: int, form_id: int | None = None) -> dict[int, Counts]:
    """Return {form id: numbers} of the forms with submissions, or only of one."""
    one = FormSubmission
    query = (
        sa.select(one.form_id, one.state, sa.func.count())
        .where(one.account_id == account_id)
        .group_by(one.form_id, one.state)
    )
    if form_id is not None:
        query = query.where(one.form_id == form_id)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for form_id, state, number in session().execute(query):
        found[form_id][state] = number
    return {
        form_id: Counts(by.get(SubmissionState.RECEIVED, 0), by.get(SubmissionState.WAITING, 0))
        for form_id, by in found.items()
    }


def submission(account_id: int, submission_id: int) -> FormSubmission | None:
    query = sa.select(FormSubmission).where(
        FormSubmission.account_id == account_id, FormSubmission.id == submission_id
    )
    return session().scalar(query, execution_options={"populate_existing": True})


def submissions_page(
    account_id: int, form_id: int, *, before: str = "", after: str = "", limit: int
) -> Sequence[sa.Row[Any]]:
    """Return what was entered in a form, newest first, with the contacts that still exist: with keys below
    `before`, or the `limit` oldest ones above `after`. Keys are ordered by when their pages were opened, and
    have an index, which times of submissions have not."""
    one = FormSubmission
    query = (
        sa.select(
            one.id,
            one.key,
            one.answers,
            one.state,
            one.submitted_at,
            one.confirmed_at,
            one.consent_text,
            Contact.id.label("contact_id"),
        )
        .outerjoin(Contact, sa.and_(Contact.account_id == account_id, Contact.id == one.contact_id))
        .where(one.account_id == account_id, one.form_id == form_id)
    )
    if after:
        query = query.where(one.key > after).order_by(one.key).limit(limit)
        return list(reversed(session().execute(query).all()))
    if before:
        query = query.where(one.key < before)
    return session().execute(query.order_by(one.key.desc()).limit(limit)).all()


def submissions_since(account_id: int, email_key: str, since: datetime) -> int:
    """Return how many submissions with an address wait for confirmation that were made since then."""
    query = sa.select(sa.func.count()).where(
        FormSubmission.account_id == account_id,
        FormSubmission.email_key == email_key,
        FormSubmission.submitted_at > since,
        FormSubmission.state == SubmissionState.WAITING.value,
    )
    return session().scalar(query) or 0


def submissions_of(account_id: int, contacts: sa.Select[int]) -> int:
    """Return how many submissions contacts have made."""
    query = sa.select(sa.func.count()).where(
        FormSubmission.account_id == account_id, FormSubmission.contact_id.in_(contacts)
    )
    return session().scalar(query) or 0


def names(account_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return {id: name} of forms, for the activity log."""
    wanted = [number for one in ids if (number := number_of(one)) is not None]
    query = sa.select(HostedForm.id, HostedForm.name).where(
        HostedForm.account_id == account_id, HostedForm.id.in_(wanted)
    )
    return {str(form_id): name for form_id, name in session().execute(query)}


def are_due(at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: the email of a submission may be sent."""
    one = FormSubmission
    is_waiting = one.state == SubmissionState.WAITING.value
    return one.letter_due_at <= at, one.letter_attempt < MOST_ATTEMPTS, is_waiting


def is_confirmation_email_due(account_id: int, at: datetime) -> bool:
    """Return whether emails of an account are due."""
    one = FormSubmission
    query = sa.select(one.id).where(one.account_id == account_id, *are_due(at))
    return session().scalar(query.limit(1)) is not None


def accounts_with_confirmation_emails(at: datetime) -> list[int]:
    """Return the ids of the accounts with emails that are due. It takes one look into their index for each,
    however many wait."""
    return [row[0] for row in read_built(_accounts_with_emails(), {"at": at}, cross_account=True)]


@lru_cache
def _accounts_with_emails() -> sa.Select[Any]:
    one: Any = FormSubmission.__table__.c
    has_email = one.letter_due_at.is_not(None)
    account_id = distinct_values(one.account_id, has_email, one.letter_due_at).c.account_id
    due = (
        sa.select(one.id)
        .where(
            has_email,
            one.account_id == account_id,
            one.letter_due_at <= sa.bindparam("at", type_=one.letter_due_at.type),
            one.letter_attempt < constant(MOST_ATTEMPTS),
            one.state == constant(SubmissionState.WAITING.value),
        )
        .order_by(one.letter_due_at)
    )
    return sa.select(account_id).where(is_there(due))
