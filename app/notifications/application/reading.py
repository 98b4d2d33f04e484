"""Read one's own notifications, and mark them as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.application import system_emails
from app.accounts.domain import Actor, Permission
from app.notifications.application.kinds import notice_of
from app.notifications.domain.notices import Notice
from app.notifications.infrastructure import queries, store
from app.notifications.infrastructure.tables import OutgoingEmail
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import NotFound

PAGE = 25
MOST_COUNTED = 100


@dataclass(frozen=True)
class ShownNotification:
    """A notification in words."""

    id: int
    notice: Notice
    created_at: datetime
    is_read: bool


@dataclass(frozen=True)
class NotificationPage:
    """Notifications, newest first. `older` is the cursor of the next page, or None."""

    notifications: Sequence[ShownNotification]
    older: int | None
    unread: int


def read_notifications(actor: Actor, before: int | None = None) -> NotificationPage:
    """Return a page of the actor's own notifications in this account, with ids below `before`."""
    accounts.require(actor, Permission.REPORTS)
    if actor.user_id is None:
        return NotificationPage([], None, 0)
    found = queries.notifications_of(actor.account_id, actor.user_id, before, PAGE + 1)
    shown = [
        ShownNotification(
            one.id, notice_of(one.kind, one.facts, one.subject_id), one.created_at, one.read_at is not None
        )
        for one in found[:PAGE]
    ]
    older = shown[-1].id if len(found) > PAGE else None
    return NotificationPage(shown, older, count_unread(actor))


def count_unread(actor: Actor) -> int:
    """Count the actor's unread notifications, up to MOST_COUNTED."""
    if actor.user_id is None:
        return 0
    return queries.count_unread(actor.account_id, actor.user_id, MOST_COUNTED)


def mark_read(actor: Actor, notification_id: int) -> ShownNotification:
    """Mark one of the actor's notifications as read and return it. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    found = (
        queries.notification(actor.account_id, actor.user_id, notification_id)
        if actor.user_id is not None
        else None
    )
    if found is None or actor.user_id is None:
        raise NotFound("NOT_FOUND", "This notification doesn’t exist.")
    if found.read_at is None:
        with transaction():
            store.mark_read(actor.account_id, actor.user_id, now(), only=found.id, up_to=None)
    notice = notice_of(found.kind, found.facts, found.subject_id)
    return ShownNotification(found.id, notice, found.created_at, is_read=True)


def mark_all_read(actor: Actor, up_to: int | None = None) -> int:
    """Mark the actor's notifications as read, up to the id `up_to` (None: all). Return how many were
    unread."""
    accounts.require(actor, Permission.REPORTS)
    if actor.user_id is None:
        return 0
    with transaction():
        return store.mark_read(actor.account_id, actor.user_id, now(), only=None, up_to=up_to)


def states_of_emails(
    account_id: int, kind: str, subject_ids: Sequence[str]
) -> dict[str, system_emails.EmailState]:
    """Return {subject id: state of the newest email of a kind about it}, for the room below that wrote it."""
    found = queries.newest_emails(account_id, kind, subject_ids)
    return {row[0]: system_emails.EmailState(str(row[1]), row[2], row[3]) for row in found}


def emails_about(account_id: int, subject_id: str) -> list[OutgoingEmail]:
    """Return the emails about a subject, for the page that shows it."""
    return queries.emails_about(account_id, subject_id)
