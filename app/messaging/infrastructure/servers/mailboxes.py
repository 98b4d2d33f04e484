"""Reads an account's mailbox over IMAP, without changing anything in it.

Tenants choose the server, so its addresses are checked as those of other mail servers are, and everything
that it says is limited in size and time.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from app.messaging.infrastructure.servers.connections import Deadline, connect_socket, why_not
from app.platform.text.headers import one_line

CONNECT_SECONDS: Final = 8.0
TURN_SECONDS: Final = 30.0
MOST_OF_A_MAIL: Final = 256 * 1024
_MOST_OF_AN_ANSWER: Final = 1024 * 1024
_WINDOW: Final = 5_000  # of UIDs that are asked for at once
_MOST_WINDOWS: Final = 50
_HIGHEST_UID: Final = 2**32 - 1


@dataclass(frozen=True)
class MailboxServer:
    """How to reach a mailbox. `security` is none, starttls, or tls."""

    host: str
    port: int
    security: str
    user: str
    folder: str
    password: str = field(default="", repr=False)


class Unreadable(Exception):
    """The mailbox can't be read; the text says why."""


@dataclass(frozen=True)
class Incoming:
    """An email in the mailbox: its number, its beginning, and when it came, if that is known."""

    uid: int
    source: bytes
    at: datetime | None


class Folder:
    """An opened folder. `validity` changes when the server has numbered its emails anew."""

    def __init__(self, client: "_CheckedIMAP", validity: int, next_uid: int, emails: int) -> None:
        self._client = client
        self.validity, self.next_uid, self.emails = validity, next_uid, emails

    def last_before(self, day: date) -> int:
        """Return the highest UID below those of emails that came on a day or later."""
        moment = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found = self._search("SINCE", moment)
        return min(found, default=self.next_uid) - 1

    def uids_after(self, last: int, most: int) -> tuple[list[int], int]:
        """Return the next UIDs, and up to where everything was found then."""
        for _ in range(_MOST_WINDOWS):
            if last + 1 >= self.next_uid:
                return [], last
            end = min(last + _WINDOW, self.next_uid - 1)
            found = sorted(one for one in self._search("UID", f"{last + 1}:{end}") if last < one <= end)
            if len(found) > most:
                return found[:most], found[most - 1]
            if found:
                return found, end
            last = end
        return [], last

    def read(self, uid: int) -> Incoming | None:
        """Return an email; None if it is gone."""
        wanted = f"(INTERNALDATE BODY.PEEK[]<0.{MOST_OF_A_MAIL}>)"
        parts = self._client.ask("FETCH", str(uid), wanted)
        literals = [part for part in parts if isinstance(part, tuple) and len(part) == 2]
        if not literals:
            return None
        head, source = max(literals, key=lambda part: len(part[1]))
        tail = b" ".join(part for part in parts if isinstance(part, bytes))
        return Incoming(uid, source, _moment(head + b" " + tail))

    def _search(self, *criteria: str) -> list[int]:
        found = b" ".join(part for part in self._client.ask("SEARCH", *criteria) if isinstance(part, bytes))
        return [int(number) for number in found.split() if number.isdigit() and len(number) < 11]


@contextmanager
def opened(server: MailboxServer) -> Iterator[Folder]:
    """Connect, sign in, and open the folder for reading only. Raises Unreadable, also later."""
    client: _CheckedIMAP | None = None
    try:
        context = ssl.create_default_context()
        kind = _CheckedIMAPS if server.security == "tls" else _CheckedIMAP
        client = kind(server.host, server.port, context)
        if server.security == "starttls":
            client.starttls(context)
        client.login(_quoted(server.user), server.password)
        yield _folder(client, server.folder)
    except imaplib.IMAP4.abort:
        raise Unreadable("The mail server closed the connection, or gave no answer in time.") from None
    except imaplib.IMAP4.error as failure:
        raise Unreadable(_refusal(failure)) from None
    except (OSError, ValueError) as failure:
        raise Unreadable(why_not(failure)) from None
    finally:
        if client is not None:
            client.end()


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rb'INTERNALDATE "[^"]{1,40}"')


class _CheckedIMAP(imaplib.IMAP4):
    left = _MOST_OF_AN_ANSWER
    deadline: Deadline | None = None

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        self.context = context
        try:
            super().__init__(host, port, CONNECT_SECONDS)
        except BaseException:
            if self.deadline is not None:
                self.deadline.cancel()
            raise

    def ask(self, command: str, *arguments: str) -> list[Any]:
        """Send a command about UIDs; return the answer's parts."""
        self.left = _MOST_OF_AN_ANSWER
        kind, parts = self.uid(command, *arguments)
        if kind != "OK":
            raise imaplib.IMAP4.error(b" ".join(part for part in parts if isinstance(part, bytes)))
        return list(parts)

    def read(self, size: int) -> bytes:
        self._count(size)
        return bytes(super().read(size))

    def readline(self) -> bytes:
        line = bytes(super().readline())
        self._count(len(line))
        return line

    def end(self) -> None:
        """Close the connection, without waiting for the server."""
        if self.deadline is not None:
            self.deadline.cancel()
        with suppress(OSError):
            self.shutdown()

    def _count(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise OSError("The answer is too long.")

    def _create_socket(self, timeout: float | None) -> Any:
        plain = connect_socket(self.host, self.port, timeout or CONNECT_SECONDS)
        self.deadline = Deadline(plain, TURN_SECONDS)
        return plain


class _CheckedIMAPS(_CheckedIMAP):
    def _create_socket(self, timeout: float | None) -> Any:
        plain = super()._create_socket(timeout)
        try:
            return self.context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _folder(client: _CheckedIMAP, name: str) -> Folder:
    client.left = _MOST_OF_AN_ANSWER
    kind, parts = client.select(_quoted(name), readonly=True)
    if kind != "OK":
        said = b" ".join(part for part in parts if isinstance(part, bytes))
        raise Unreadable(f"The folder “{name}” can’t be opened: {_text(said)}")
    validity, next_uid = _number(client, "UIDVALIDITY"), _number(client, "UIDNEXT")
    emails = int(parts[0]) if parts and parts[0] and parts[0].isdigit() else 0
    if not validity:
        raise Unreadable("The mail server doesn’t number its emails, so they can’t be read reliably.")
    return Folder(client, validity, next_uid or _HIGHEST_UID, emails)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _number(client: _CheckedIMAP, name: str) -> int:
    _, [found, *_] = client.response(name)
    return int(found) if isinstance(found, bytes) and found.isdigit() and len(found) < 11 else 0


def _moment(answer: bytes) -> datetime | None:
    found = _DATE.search(answer)
    try:
        known = imaplib.Internaldate2tuple(found[0]) if found else None
        return datetime.fromtimestamp(time.mktime(known), UTC) if known else None
    except (ValueError, OverflowError, KeyError):
        return None


def _refusal(failure: Exception) -> str:
    said = failure.args[0] if failure.args else ""
    text = _text(said) if isinstance(said, bytes) else one_line(str(said))
    if text.startswith("command") or "unexpected" in text:
        return "The server’s answers are not those of a mailbox. It may need another port or encryption."
    return f"The mail server refused: {text[:200]}"


def _text(said: bytes) -> str:
    return one_line(said.decode("utf-8", "replace"))[:200]
