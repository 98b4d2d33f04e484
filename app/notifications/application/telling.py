"""Record what is to be told, in the caller's transaction; workers deliver it after the commit."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.notifications.application.delivering import CALL_TASK, EMAIL_TASK
from app.notifications.domain.deliveries import DeliveryStatus
from app.notifications.infrastructure import queries, store
from app.notifications.infrastructure.tables import Notification, OutgoingEmail, WebhookCall
from app.platform import mail, queue
from app.platform.attempts import attempt_limiter
from app.platform.database import after_commit
from app.platform.database.redacting import redact_rows
from app.platform.settings import current

EMAILS: Final = "emails"
MOST_EMAILS, SECONDS = 200, 3600
"""The most emails per account within so many seconds: jobs may send them to any address, which must not be
flooded."""


class Told(NamedTuple):
    """A notification of one person, of many that are recorded at once."""

    account_id: int
    user_id: int
    subject_id: str
    facts: Mapping[str, Any]


def tell(account_id: int, user_id: int | None, kind: str, subject_id: str, facts: Mapping[str, Any]) -> None:
    """Notify a person in the app. Does nothing if `user_id` is None: the system started it."""
    if user_id is not None:
        store.add(
            Notification(
                account_id=account_id, user_id=user_id, kind=kind, subject_id=subject_id, facts=dict(facts)
            )
        )


def tell_many(kind: str, told: Iterable[Told]) -> None:
    """Notify people of any accounts in the app, with one statement."""
    rows = [{**one._asdict(), "kind": kind, "facts": dict(one.facts)} for one in told]
    if rows:
        store.add_many(rows)


def was_told(account_id: int, kind: str, subject_id: str, since: datetime) -> bool:
    """Return whether anybody in the account has been notified of this since then."""
    return queries.was_told(account_id, kind, subject_id, since)


def email(
    account_id: int,
    address: str,
    kind: str,
    subject_id: str,
    facts: Mapping[str, Any],
    *,
    counts_apart: bool = False,
) -> None:
    """Send an email. Without a mail server, or beyond MOST_EMAILS, it is recorded as failed, with the reason.

    A kind that `counts_apart` has its own MOST_EMAILS: jobs must neither keep anybody from resetting their
    password nor hide from them that it was changed.
    """
    outgoing = OutgoingEmail(
        account_id=account_id, kind=kind, subject_id=subject_id, facts=dict(facts), address=address
    )
    part = f":{kind}" if counts_apart else ""
    if not mail.is_set_up(current()):
        outgoing.status = DeliveryStatus.FAILED
        outgoing.answer = "Email isn’t set up on this server."
    elif isinstance(attempt_limiter(EMAILS).begin([f"account:{account_id}{part}"]), int):
        outgoing.status = DeliveryStatus.FAILED
        outgoing.answer = f"Your account has sent {MOST_EMAILS} emails within an hour, which is the limit."
    store.add(outgoing)
    after_commit(lambda: queue.send(EMAIL_TASK, account_id))


def announce(account_id: int, event: str, subject_id: str, body: Callable[[], Mapping[str, Any]]) -> None:
    """Call the account's webhook, if it has one. `body` returns what is sent as JSON."""
    if queries.webhook_of(account_id) is not None:
        call(account_id, event, subject_id, body())


def call(account_id: int, event: str, subject_id: str, body: Mapping[str, Any]) -> None:
    """Record a call of the account's webhook."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    store.add(WebhookCall(account_id=account_id, event=event, subject_id=subject_id, body=text))
    after_commit(lambda: queue.send(CALL_TASK, account_id))


def forget_addresses(account_id: int, addresses: Sequence[str]) -> None:
    """Delete all emails to these addresses, in lower case, in the caller's transaction."""
    store.forget_addresses(account_id, addresses)


def forget(account_id: int, subject_ids: Sequence[str]) -> None:
    """Delete everything about subjects that are deleted, in the caller's transaction."""
    store.forget_subjects(account_id, subject_ids)


def redact_texts(account_id: int, addresses: Collection[str]) -> None:
    """Remove email addresses of an erased person from what was told, in the caller's transaction. The address
    that an email went to stays: it is a user's."""
    for table, columns in (
        (Notification, ["facts"]),
        (OutgoingEmail, ["facts"]),
        (WebhookCall, ["body"]),
    ):
        redact_rows(table.__table__, columns, account_id, addresses)
