"""Noting what happened. All of it is written inside the caller's transaction, so an event exists exactly
when what it tells of does."""

from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from app.activity.infrastructure import store
from app.activity.infrastructure.tables import AuditEntry, ContactEvent


class ActorLike(Protocol):
    """Whoever acts: the accounts room's Actor."""

    @property
    def account_id(self) -> int: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def origin(self) -> str: ...


def record(actor: ActorLike, action: str, subject: str, subject_id: int | str, **facts: Any) -> None:
    """Note in the audit log that `actor` did `action` (past tense, “workflow_activated”) to a subject."""
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
    """Note one event in a contact's time line."""
    store.add_contact_event(
        ContactEvent(
            account_id=actor.account_id, contact_id=contact_id, kind=kind, user_id=actor.user_id, text=text
        )
    )


def record_many(
    kind: str,
    account_id: int,
    contacts: sa.Select[tuple[int]],
    at: datetime,
    workflow_id: int | None = None,
    job_id: int | None = None,
) -> None:
    """Note one event for each contact id of the select, in one statement."""
    ids = contacts.subquery()
    events = sa.select(
        sa.literal(account_id),
        ids.c[0],
        sa.literal(at, ContactEvent.at.type),
        sa.literal(kind),
        sa.literal(workflow_id, ContactEvent.workflow_id.type),
        sa.literal(job_id, ContactEvent.job_id.type),
    )
    columns = ["account_id", "contact_id", "at", "kind", "workflow_id", "job_id"]
    store.add_contact_events(columns, events)
