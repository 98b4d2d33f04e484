"""Delivery of emails and webhook calls by workers.

The database knows what waits; a task is only a hint, and the clock process sends it again if it is lost. An
attempt is claimed in one transaction, made outside of any, and settled in another. A worker that dies between
the receiver's answer and the second transaction makes the attempt again when its lease is over: an email can
then arrive twice, with the same Message-ID, and a call can be repeated with the same Muster-Delivery.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.accounts import application as accounts
from app.notifications.application import webhook_secrets
from app.notifications.application.kinds import system_email_of
from app.notifications.domain.deliveries import INTERRUPTED, Attempt
from app.notifications.infrastructure import delivery_claims, queries
from app.notifications.infrastructure.delivery_claims import Table
from app.notifications.infrastructure.tables import OutgoingEmail, WebhookCall
from app.platform import mail, queue
from app.platform.claims.retry_waits import wait_after
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.logs import log
from app.platform.outgoing import client
from app.platform.outgoing.client import NotCalled
from app.platform.outgoing.rules import signature
from app.platform.settings import current
from app.platform.text import formats
from app.platform.text.headers import one_line

EMAIL_TASK = "notifications.send_emails"
CALL_TASK = "notifications.call_webhook"
QUEUE = "steps"
TASK_SECONDS = 50  # shorter than a lease, so that an attempt never outlasts it
BEGIN_SECONDS: Final = 15.0  # after that, a task begins no further attempt
MAX_SHOWN_ANSWER: Final = 200


@dataclass(frozen=True)
class _Channel:
    """A kind of delivery: its table, its task, and what makes an attempt."""

    table: Table
    task: str
    attempt: Callable[[Any], Attempt]


def send_emails(account_id: int) -> None:
    """Send the account's emails that are due."""
    _deliver(_EMAILS, account_id)


def call_webhook(account_id: int) -> None:
    """Make the account's webhook calls that are due."""
    _deliver(_CALLS, account_id)


def send_again() -> None:
    """Enqueue a task for each account with a delivery that is due, unless tasks may still be queued."""
    if queue.length(QUEUE) != 0:
        return
    for channel in (_EMAILS, _CALLS):
        due = delivery_claims.accounts_with_due(channel.table)
        queue.send_all(channel.task, [(account_id,) for account_id in due])


def _deliver(channel: _Channel, account_id: int) -> None:
    until = time.monotonic() + BEGIN_SECONDS
    while time.monotonic() < until and not queue.should_stop():
        with transaction():
            delivery = delivery_claims.claim(channel.table, account_id, now())
        if delivery is None:
            return
        waits = current().delivery_retry_seconds
        # A delivery whose attempts end with their worker is given up, too.
        result = INTERRUPTED if delivery.attempt > len(waits) + 1 else _try(channel, delivery)
        with transaction():
            wait = wait_after(delivery.attempt, waits)
            is_ours = delivery_claims.settle(
                channel.table, account_id, delivery.id, delivery.attempt, result, wait
            )
        log.info(
            "delivery_settled" if is_ours else "delivery_reassigned",
            extra={
                "task": channel.task,
                "delivery": delivery.id,
                "attempt": delivery.attempt,
                "delivered": result.is_delivered,
                "status": result.status_code,
            },
        )


def _try(channel: _Channel, delivery: Any) -> Attempt:
    try:
        return channel.attempt(delivery)
    except Exception as failure:  # also the time limit of the task
        log.exception("delivery_failed", extra={"task": channel.task, "delivery": delivery.id})
        return Attempt(False, f"The attempt failed ({type(failure).__name__}).")


def _send(outgoing: OutgoingEmail) -> Attempt:
    settings = current()
    formats.zone.set(accounts.worker_actor(outgoing.account_id).time_zone)
    email = system_email_of(outgoing.kind, outgoing.facts, outgoing.subject_id)
    try:
        message = mail.message(email, outgoing.address, settings, now(), outgoing.message_id)
    except ValueError:
        return Attempt(False, "This isn’t a valid address.", is_final=True)
    try:
        return Attempt(True, mail.send(message, settings))
    except mail.NotSent as refusal:
        return Attempt(False, str(refusal), is_final=refusal.is_final)


def _call(call: WebhookCall) -> Attempt:
    webhook, settings = queries.webhook_of(call.account_id), current()
    if webhook is None:
        return Attempt(False, "The webhook was removed.", is_final=True)
    body, timestamp = call.body.encode(), int(time.time())
    secret = webhook_secrets.secret_of(webhook.secret, webhook.account_id, webhook.salt)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Muster",
        "Muster-Event": call.event,
        "Muster-Delivery": call.public_id,
        "Muster-Signature": signature([secret], timestamp, body),
    }
    try:
        answer = client.post(
            webhook.url, headers, body, may_be_private=bool(settings.webhook_private_addresses)
        )
    except NotCalled as failure:
        return Attempt(False, str(failure))
    text = one_line(answer.text)[:MAX_SHOWN_ANSWER]
    if 300 <= answer.status < 400:
        text = "Redirects aren’t followed."
    return Attempt(
        200 <= answer.status < 300,
        text,
        status_code=answer.status,
        milliseconds=answer.milliseconds,
    )


_EMAILS: Final = _Channel(OutgoingEmail, EMAIL_TASK, _send)
_CALLS: Final = _Channel(WebhookCall, CALL_TASK, _call)
