"""Emails that ask to confirm what was entered in a form, and what becomes of submissions that nobody
confirms."""

from datetime import datetime, timedelta
from typing import Final

from app.accounts import application as accounts
from app.forms.application.addresses import form_url
from app.forms.domain.submissions import CONFIRM_WITHIN
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.store import ConfirmationEmail
from app.forms.infrastructure.tokens import token_of
from app.messaging.application import TransactionalEmail
from app.platform.clock import now
from app.platform.database.pieces import delete_in_pieces

LEASE: Final = timedelta(minutes=5)


def discard_unconfirmed() -> None:
    """Delete, in short transactions, what nobody has confirmed in time."""
    before = now() - CONFIRM_WITHIN
    delete_in_pieces(lambda at_most: store.discard_waiting_before(before, at_most))


class ConfirmationEmails:
    """Supplies the emails to the messaging room. An email that was claimed becomes due again if its sender is
    killed."""

    def accounts_due(self, at: datetime) -> list[int]:
        return queries.accounts_with_confirmation_emails(at)

    def is_any_due(self, account_id: int, at: datetime) -> bool:
        return queries.is_confirmation_email_due(account_id, at)

    def claim(self, account_id: int, at: datetime, at_most: int) -> list[TransactionalEmail]:
        claimed = store.claim_confirmation_emails(account_id, at, at + LEASE, at_most)
        return [_written(account_id, one) for one in claimed]

    def settle(
        self, account_id: int, email: TransactionalEmail, again_at: datetime | None, was_tried: bool
    ) -> None:
        store.settle_confirmation_email(account_id, email.key, email.attempt, again_at, was_tried)


def _written(account_id: int, email: ConfirmationEmail) -> TransactionalEmail:
    form = queries.form(account_id, email.form_id)
    assert form is not None  # its submissions are deleted with it
    name = accounts.worker_actor(account_id).account_name
    return TransactionalEmail(
        key=email.submission_id,
        to=email.email,
        subject=f"Please confirm: {form.title}",
        paragraphs=(
            f"This address was entered in the form “{form.title}” from {name}. If that was you, please "
            f"confirm it within {CONFIRM_WITHIN.days} days. By confirming, you agree to this:",
            f"“{email.consent_text}”",
            "If it wasn’t you, you can ignore this email. You won’t be signed up.",
        ),
        link=f"{form_url(form.public_id)}/confirmations/{token_of(email.submission_id)}",
        link_text="Confirm",
        attempt=email.attempt,
    )
