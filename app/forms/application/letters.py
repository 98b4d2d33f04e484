"""Emails that ask to confirm what was entered in a form, and what becomes of submissions that nobody
confirms."""

from datetime import datetime, timedelta
from typing import Final

from app.accounts import application as accounts
from app.forms.application.addresses import form_url
from app.forms.domain.submissions import CONFIRM_WITHIN
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.store import Letter
from app.forms.infrastructure.tokens import token_of
from app.messaging import application as messaging
from app.messaging.application import SingleEmail
from app.platform import queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.logs import log

SEND_TASK = "forms.send_letters"
AT_ONCE: Final = 10
LEASE: Final = timedelta(minutes=5)
ROWS: Final = 1_000  # per transaction
MOST_PIECES: Final = 20  # per call


def wake_senders() -> None:
    """Send a task for each account with emails that are due. Called by the clock."""
    for account_id in queries.accounts_with_letters(now()):
        queue.send(SEND_TASK, account_id)


def send_letters(account_id: int, at: datetime | None = None) -> None:
    """Send the emails of an account that are due, at the current time or `at`."""
    if messaging.sends_singles_now(account_id):
        while not queue.should_stop() and _send_some(account_id, at or now()):
            pass


def discard_unconfirmed() -> None:
    """Delete, in short transactions, what nobody has confirmed in time."""
    before = now() - CONFIRM_WITHIN
    for _ in range(MOST_PIECES):
        with transaction():
            deleted = store.discard_waiting_before(before, ROWS)
        if not deleted:
            return


def _send_some(account_id: int, at: datetime) -> bool:
    """Send a few emails; return whether another round makes sense."""
    with transaction():
        claimed = store.claim_letters(account_id, at, at + LEASE, AT_ONCE)
        emails = [_written(account_id, one) for one in claimed]
    forget_snapshot()
    sent = 0
    for one, wait in zip(claimed, messaging.send_singles(account_id, emails), strict=True):
        with transaction():
            store.settle_letter(account_id, one.submission_id, at + wait if wait else None)
        sent += wait is None
    if claimed:
        log.info("confirmations_sent", extra={"account": account_id, "emails": len(claimed), "settled": sent})
    return bool(claimed) and sent == len(claimed)


def _written(account_id: int, letter: Letter) -> SingleEmail:
    form = queries.form(account_id, letter.form_id)
    assert form is not None  # its submissions are deleted with it
    name = accounts.worker_actor(account_id).account_name
    return SingleEmail(
        to=letter.email,
        subject=f"Please confirm: {form.title}",
        paragraphs=(
            f"This address was entered in the form “{form.title}” from {name}. If that was you, please "
            f"confirm it within {CONFIRM_WITHIN.days} days. By confirming, you agree to this:",
            f"“{letter.consent_text}”",
            "If it wasn’t you, you can ignore this email. You won’t be signed up.",
        ),
        link=f"{form_url(form.public_id)}/confirmations/{token_of(letter.submission_id)}",
        link_text="Confirm",
        attempt=letter.attempt,
    )
