"""Emails of this room. The room of notifications, which is above it, delivers them.

`register_email` registers the words of a kind of email here; notifications takes them over with
`system_emails` and registers itself with `register_mailer`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.platform import mail
from app.platform.mail import SystemEmail
from app.platform.settings import Settings

# (facts, subject id) -> words.
EmailWriter = Callable[[Mapping[str, Any], str], SystemEmail]
# (account id, address, kind, subject id, facts); joins the caller's transaction.
Mailer = Callable[[int, str, str, str, Mapping[str, Any]], None]


class EmailState(NamedTuple):
    """What became of an email: `status` is waiting, delivered, or failed; `answer` is what the mail server
    said last, or what went wrong."""

    status: str
    answer: str
    written_at: datetime


# (account id, kind, subject ids) -> {subject id: state of the newest email of this kind about it}
States = Callable[[int, str, Sequence[str]], Mapping[str, EmailState]]

_WRITERS: Final[dict[str, EmailWriter]] = {}
_MAILERS: Final[list[Mailer]] = []
_STATES: Final[list[States]] = []


def register_email(kind: str, write: EmailWriter) -> None:
    """Register the words of a kind of email."""
    _WRITERS[kind] = write


def system_emails() -> Iterator[tuple[str, EmailWriter]]:
    """Yield each kind of email with its words."""
    yield from _WRITERS.items()


def register_mailer(mailer: Mailer, states: States) -> None:
    """Register what delivers emails, and what knows their states."""
    _MAILERS[:] = [mailer]
    _STATES[:] = [states]


def states_of_emails(account_id: int, kind: str, subject_ids: Sequence[str]) -> Mapping[str, EmailState]:
    """Return {subject id: state of the newest email of this kind about it}."""
    return _STATES[0](account_id, kind, subject_ids) if _STATES and subject_ids else {}


def can_email_links(settings: Settings) -> bool:
    """Return whether emails with links to this installation can be sent. The address of a request is not good
    enough for them: whoever sends the request chooses it."""
    return mail.is_set_up(settings) and bool(settings.public_url)


def send_email(account_id: int, address: str, kind: str, subject_id: str, facts: Mapping[str, Any]) -> None:
    """Send an email after the current transaction."""
    for mailer in _MAILERS:
        mailer(account_id, address, kind, subject_id, facts)
