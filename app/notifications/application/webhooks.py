"""The account's webhook: its address, secret, test call, and log."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.notifications.application import webhook_secrets
from app.notifications.application.telling import call
from app.notifications.infrastructure import delivery_claims, queries, store
from app.notifications.infrastructure.tables import Webhook, WebhookCall
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid
from app.platform.outgoing.rules import url_problem
from app.platform.settings import current

SHOWN_CALLS = 25
TEST_EVENT = "test"


@dataclass(frozen=True)
class WebhookState:
    """The webhook (None: not set up) and its newest calls."""

    webhook: Webhook | None
    calls: Sequence[WebhookCall]


def webhook_state(actor: Actor) -> WebhookState:
    accounts.require(actor, Permission.ACCOUNT)
    return WebhookState(
        queries.webhook_of(actor.account_id), queries.newest_calls(actor.account_id, SHOWN_CALLS)
    )


def save_webhook(actor: Actor, url: str) -> str | None:
    """Set the address. Return the secret if it was created now, which is the only time it is shown.

    Raises Invalid with `fields`.
    """
    accounts.require(actor, Permission.ACCOUNT)
    url = url.strip()
    if problem := url_problem(url, bool(current().webhook_private_addresses)):
        raise Invalid.in_fields({"url": problem})
    with transaction():
        accounts.lock(actor.account_id)
        known = queries.webhook_of(actor.account_id)
        if known is not None and known.url == url:
            return None
        salt = known.salt if known is not None else secrets.token_hex(16)
        saved = known.secret if known is not None else webhook_secrets.to_save(actor.account_id, salt)
        store.save_webhook(actor.account_id, url, salt, saved, actor.user_id)
        activity.record(actor, "webhook_saved", "job_webhook", actor.account_id)
        return None if known is not None else webhook_secrets.secret_of(saved, actor.account_id, salt)


def replace_secret(actor: Actor) -> str:
    """Create a new secret and return it; calls are signed with it from now. Raises Conflict without a
    webhook."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        webhook = _existing(actor)
        salt = secrets.token_hex(16)
        saved = webhook_secrets.to_save(actor.account_id, salt)
        store.save_webhook(actor.account_id, webhook.url, salt, saved, actor.user_id)
        activity.record(actor, "webhook_secret_replaced", "job_webhook", actor.account_id)
    return webhook_secrets.secret_of(saved, actor.account_id, salt)


def remove_webhook(actor: Actor) -> None:
    """Remove the webhook; calls that wait are given up. Idempotent."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        if queries.webhook_of(actor.account_id) is None:
            return
        store.delete_webhook(actor.account_id)
        delivery_claims.fail_waiting_calls(actor.account_id, "The webhook was removed.")
        activity.record(actor, "webhook_removed", "job_webhook", actor.account_id)


def send_test(actor: Actor) -> None:
    """Send a made-up job to the webhook. Raises Conflict without a webhook."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        _existing(actor)
        at = now().isoformat().replace("+00:00", "Z")
        call(actor.account_id, TEST_EVENT, "", _SAMPLE | dict.fromkeys(_TIMES, at))
        activity.record(actor, "webhook_tested", "job_webhook", actor.account_id)


def _existing(actor: Actor) -> Webhook:
    webhook = queries.webhook_of(actor.account_id)
    if webhook is None:
        raise Conflict("CONFLICT", "Save an address first.")
    return webhook


# The shape of a finished job; the values are made up.
_SAMPLE: dict[str, Any] = {
    "id": "00000000-0000-7000-8000-000000000000",
    "kind": "enroll",
    "workflow_id": "00000000-0000-7000-8000-000000000001",
    "workflow_name": "Test",
    "workflow_version": 1,
    "status": "completed",
    "selection_type": "csv",
    "source_name": "test.csv",
    "upload_id": None,
    "parent_job_id": None,
    "total": 3,
    "processed": 3,
    "succeeded": 2,
    "failed": 0,
    "skipped": 1,
    "outcomes": {"ENROLLED": 2, "CONTACT_BLOCKED": 1},
    "batches": 1,
    "batches_done": 1,
    "percent": 100.0,
    "tags": [],
    "paused_by": None,
    "needs_attention": None,
    "failure": None,
    "scheduled_at": None,
    "time_zone": None,
    "drip": None,
    "brakes": {"canary_rows": None, "canary_percent": None, "failed_percent": 50, "failed_rows": None},
    "notify_email": None,
    "created_by": None,
}
_TIMES = ("created_at", "started_at", "completed_at")
