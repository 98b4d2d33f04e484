"""Write audit entries and contact events, in the caller's transaction: both are committed or neither."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from app.activity.infrastructure import store
from app.activity.infrastructure.tables import AuditEntry, ContactEvent
from app.platform.database.many_rows import Bound, bound
from app.platform.database.redacting import redact_rows


class ActorLike(Protocol):
    """The attributes of the accounts room's Actor that are recorded."""

    @property
    def account_id(self) -> int: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def origin(self) -> str: ...


def record(actor: ActorLike, action: str, subject: str, subject_id: int | str, **facts: Any) -> None:
    """Add an audit entry: `actor` performed `action` (past tense, such as “workflow_activated”) on a subject.

    `facts` must be JSON-serializable and hold no personal data of contacts.
    """
    store.add_entry(
        AuditEntry(
            account_id=actor.account_id,
            user_id=actor.user_id,
            user_name=actor.name,
            action=action,
            subject=subject,
            subject_id=str(subject_id),
            facts=facts,
            origin=actor.origin,
        )
    )


def record_contact(actor: ActorLike, contact_id: int, kind: str, text: str | None = None) -> None:
    """Add one event to a contact's timeline."""
    store.add_contact_event(
        ContactEvent(
            account_id=actor.account_id, contact_id=contact_id, kind=kind, user_id=actor.user_id, text=text
        )
    )


def record_own_wish(
    account_id: int, contact_id: int, kind: str, text: str, at: datetime, workflow_id: int | None = None
) -> None:
    """Add one event to a contact's timeline that the contact caused itself; `text` says where."""
    store.add_contact_event(
        ContactEvent(
            account_id=account_id, contact_id=contact_id, kind=kind, text=text, at=at, workflow_id=workflow_id
        )
    )


def record_many(
    kind: str,
    account_id: int,
    contacts: sa.Select[int] | Bound,
    at: datetime,
    workflow_id: int | None = None,
    job_id: int | None = None,
    user_id: int | None = None,
    text: str | None = None,
) -> None:
    """Add one event for each contact id that the select returns, in one statement."""
    values = {"account_id": account_id, "at": at, "kind": kind, "workflow_id": workflow_id, "job_id": job_id}
    store.add_contact_events(bound(contacts), values | {"user_id": user_id, "text": text})


def record_each(kind: str, account_id: int, events: Bound, at: datetime) -> None:
    """Add one event for each row of the select (contact_id, workflow_id, text), in one statement."""
    store.add_different_events(events, {"account_id": account_id, "at": at, "kind": kind})


def record_texts(kind: str, account_id: int, texts: Sequence[tuple[int, str]], at: datetime) -> None:
    """Add one event for each pair of a contact id and a text, in one statement."""
    store.add_texts(account_id, kind, texts, at)


def forget_contact(account_id: int, contact_id: int) -> None:
    """Delete a contact's timeline, and the facts of its audit entries, in the caller's transaction. That
    something was done, by whom, and when, stays."""
    store.forget_contact(account_id, contact_id)


def forget_contacts(account_id: int, contacts: sa.Select[int]) -> None:
    """Delete the timelines of contacts that are being deleted."""
    store.delete_contact_events(account_id, contacts)


def redact_texts(account_id: int, addresses: Collection[str]) -> None:
    """Remove the email addresses of an erased person from the audit log and from timelines of other contacts,
    which quote names that users gave. In the caller's transaction."""
    redact_rows(AuditEntry.__table__, ["facts"], account_id, addresses)
    redact_rows(ContactEvent.__table__, ["text"], account_id, addresses)
