"""The words of notifications and emails, by kind. Each room registers its own."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.notifications.domain.notices import Notice
from app.platform.mail import SystemEmail

Facts = Mapping[str, Any]

# (facts, subject id) -> words.
NoticeWriter = Callable[[Facts, str], Notice]
SystemEmailWriter = Callable[[Facts, str], SystemEmail]

_NOTICES: Final[dict[str, NoticeWriter]] = {}
_SYSTEM_EMAILS: Final[dict[str, SystemEmailWriter]] = {}


def register_notice(kind: str, write: NoticeWriter) -> None:
    """Register the words of a kind of notification."""
    _NOTICES[kind] = write


def register_system_email(kind: str, write: SystemEmailWriter) -> None:
    """Register the words of a kind of email."""
    _SYSTEM_EMAILS[kind] = write


def notice_of(kind: str, facts: Facts, subject_id: str) -> Notice:
    """Return a notification in words; a kind that no room knows anymore gets a general text."""
    write = _NOTICES.get(kind)
    return write(facts, subject_id) if write else Notice("Notification", "This is no longer available.")


def system_email_of(kind: str, facts: Facts, subject_id: str) -> SystemEmail:
    """Return an email in words. Raises KeyError for an unknown kind."""
    return _SYSTEM_EMAILS[kind](facts, subject_id)
