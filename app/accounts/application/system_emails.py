"""Emails of this room. The room of notifications, which is above it, delivers them.

`register_email` registers the words of a kind of email here; notifications takes them over with
`system_emails` and registers itself with `register_mailer`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from app.platform import mail
from app.platform.mail import SystemEmail
from app.platform.settings import Settings

# (facts, subject id) -> words.
EmailWriter = Callable[[Mapping[str, Any], str], SystemEmail]
# (account id, address, kind, subject id, facts); joins the caller's transaction.
Mailer = Callable[[int, str, str, str, Mapping[str, Any]], None]

_WRITERS: Final[dict[str, EmailWriter]] = {}
_MAILERS: Final[list[Mailer]] = []


def register_email(kind: str, write: EmailWriter) -> None:
    """Register the words of a kind of email."""
    _WRITERS[kind] = write


def system_emails() -> Iterator[tuple[str, EmailWriter]]:
    """Yield each kind of email with its words."""
    yield from _WRITERS.items()


def register_mailer(mailer: Mailer) -> None:
    """Register what delivers emails."""
    _MAILERS[:] = [mailer]


def can_email_links(settings: Settings) -> bool:
    """Return whether emails with links to this installation can be sent. The address of a request is not good
    enough for them: whoever sends the request chooses it."""
    return mail.is_set_up(settings) and bool(settings.public_url)


def send_email(account_id: int, address: str, kind: str, subject_id: str, facts: Mapping[str, Any]) -> None:
    """Send an email after the current transaction."""
    for mailer in _MAILERS:
        mailer(account_id, address, kind, subject_id, facts)
