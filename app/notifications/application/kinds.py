"""The words of notifications and emails, by kind. Each room registers its own."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.notifications.domain.notices import Notice
from app.platform.mail import Letter

Facts = Mapping[str, Any]

# (facts, subject id) -> words.
NoticeWriter = Callable[[Facts, str], Notice]
LetterWriter = Callable[[Facts, str], Letter]

_NOTICES: Final[dict[str, NoticeWriter]] = {}
_LETTERS: Final[dict[str, LetterWriter]] = {}


def register_notice(kind: str, write: NoticeWriter) -> None:
    """Register the words of a kind of notification."""
    _NOTICES[kind] = write


def register_letter(kind: str, write: LetterWriter) -> None:
    """Register the words of a kind of email."""
    _LETTERS[kind] = write


def notice_of(kind: str, facts: Facts, subject_id: str) -> Notice:
    """Return a notification in words; a kind that no room knows anymore gets a general text."""
    write = _NOTICES.get(kind)
    return write(facts, subject_id) if write else Notice("Notification", "This is no longer available.")


def letter_of(kind: str, facts: Facts, subject_id: str) -> Letter:
    """Return an email in words. Raises KeyError for an unknown kind."""
    return _LETTERS[kind](facts, subject_id)
