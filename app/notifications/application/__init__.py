"""Public interface of the notifications room.

A room that has something to tell calls, in the transaction in which it happened: `tell` or `tell_many` for
notifications in the app, `email` for an email, `announce` for the account's webhook. The transaction decides:
all are recorded exactly once, or nothing happened. Words are registered with `register_notice` and
`register_system_email`.
"""

from app.notifications.application.kinds import (
    Facts,
    notice_of,
    register_notice,
    register_system_email,
)
from app.notifications.application.reading import (
    NotificationPage,
    ShownNotification,
    count_unread,
    emails_about,
    mark_all_read,
    mark_read,
    read_notifications,
)
from app.notifications.application.telling import (
    Told,
    announce,
    email,
    forget,
    forget_addresses,
    redact_texts,
    tell,
    tell_many,
    was_told,
)
from app.notifications.domain.notices import Notice
from app.platform.mail import SystemEmail

__all__ = [
    "Facts",
    "Notice",
    "NotificationPage",
    "ShownNotification",
    "SystemEmail",
    "Told",
    "announce",
    "count_unread",
    "email",
    "emails_about",
    "forget",
    "forget_addresses",
    "mark_all_read",
    "mark_read",
    "notice_of",
    "read_notifications",
    "redact_texts",
    "register_notice",
    "register_system_email",
    "tell",
    "tell_many",
    "was_told",
]
