"""A connection to an account's mail server, kept open between messages."""

import re
import smtplib
from contextlib import suppress
from dataclasses import dataclass, field

from app.messaging.infrastructure.servers.connections import Deadline, NotConnected, connect
from app.platform.mail import MAX_ANSWER_LENGTH
from app.platform.text.headers import one_line

TIMEOUT_SECONDS = 15.0  # for each part of an answer
MESSAGE_SECONDS = 60.0
TAKEN = (250, 251)


@dataclass(frozen=True)
class MailServer:
    """How to reach a mail server. `security` is none, starttls, or tls; without `user`, nobody signs in."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    name: str = "localhost"


class Refused(Exception):
    """The mail server did not take a message. `is_final`: another attempt would fail, too."""

    def __init__(self, why: str, is_final: bool) -> None:
        super().__init__(why[:MAX_ANSWER_LENGTH])
        self.is_final = is_final


class Unreachable(Refused):
    """There is no connection to the mail server, or it takes no message over it, whatever the message. It has
    got nothing of the message but its sender and recipient."""

    def __init__(self, why: str) -> None:
        super().__init__(why, is_final=False)


class Doubtful(Exception):
    """Nobody knows whether the mail server took the message: the connection was lost after its end was
    sent."""


class Lost(Unreachable):
    """The connection was lost before the message was sent, perhaps because of its recipient: some servers
    take long to look up an address, or hang up."""


class Connection:
    """A connection that is opened when it is needed, and again after it was lost."""

    def __init__(self, server: MailServer, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server = server
        self._timeout = timeout
        self._client: smtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        return self._client is not None

    def send(self, mail: bytes, sender: str, to: str) -> str:
        """Hand over a message, whose lines end in CRLF; return what the server said.

        A connection that the server has closed meanwhile is opened again. Raises Refused, Unreachable, and
        Doubtful.
        """
        wire, was_open = _wire(mail), self._client is not None
        try:
            return self._hand_over(wire, sender, to)
        except Unreachable:
            if not was_open:
                raise
            return self._hand_over(wire, sender, to)

    def try_out(self) -> None:
        """Connect and sign in, without sending anything. Raises Unreachable."""
        try:
            self._opened()
        finally:
            self.close()

    def _hand_over(self, wire: bytes, sender: str, to: str) -> str:
        client = self._opened()
        has_begun = False
        assert client.sock is not None
        deadline = Deadline(client.sock, MESSAGE_SECONDS)
        try:
            _announce(client, sender, to)
            has_begun = True
            client.send(wire)
            reply = client.getreply()
            _expect(reply, "message")
            return _said(*reply)
        except Unreachable:
            self.close()
            raise
        except Refused:
            try:
                client.rset()
            except (OSError, smtplib.SMTPException):
                self.close()
            raise
        except (OSError, ValueError, smtplib.SMTPException) as failure:
            self.close()
            why = f"The connection to the mail server was lost ({type(failure).__name__})."
            raise (Doubtful(why) if has_begun else Lost(why)) from None
        finally:
            deadline.cancel()

    def close(self) -> None:
        """Close the connection, without waiting for the server."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                client.putcmd("quit")
            client.close()

    def _opened(self) -> smtplib.SMTP:
        if self._client is not None:
            return self._client
        server = self._server
        sign_in = (server.user, server.password) if server.user else None
        try:
            self._client = connect(
                server.host, server.port, server.security, sign_in, server.name, self._timeout
            )
        except NotConnected as failure:
            raise Unreachable(str(failure)) from None
        return self._client


def _announce(client: smtplib.SMTP, sender: str, to: str) -> None:
    """Say from whom and to whom a message is, which comes next. Servers that allow it are told in one go (RFC
    2920), which takes a third of the time. Raises Refused."""
    options = _options(client, sender + to)
    if not client.has_extn("pipelining"):
        _expect_sender(client.mail(sender, options))
        _expect_recipient(client.rcpt(to))
        _expect(client.docmd("DATA"), "data", 354)
        return
    client.command_encoding = "utf-8" if options else "ascii"
    by = " ".join((f"FROM:{smtplib.quoteaddr(sender)}", *options))
    client.send("".join(_lines(f"MAIL {by}", f"RCPT TO:{smtplib.quoteaddr(to)}", "DATA")))
    replies = _replies(client)
    if replies[2][0] == 354 and any(code not in TAKEN for code, _ in replies[:2]):
        client.send(b".\r\n")  # it waits for a message, which is to nobody
        client.getreply()
    _expect_sender(replies[0])
    _expect_recipient(replies[1])
    _expect(replies[2], "data", 354)


def _replies(client: smtplib.SMTP) -> list[tuple[int, bytes]]:
    """Return what the server says to three commands. One that hangs up may have said why before. Raises
    Refused."""
    replies: list[tuple[int, bytes]] = []
    try:
        for _ in range(3):
            replies.append(client.getreply())
    except (OSError, smtplib.SMTPException):
        for reply, expect in zip(replies, (_expect_sender, _expect_recipient), strict=False):
            expect(reply)
        raise
    return replies


def _lines(*commands: str) -> list[str]:
    if any(line_break in command for command in commands for line_break in "\r\n"):
        raise ValueError("a command of two lines")
    return [f"{command}\r\n" for command in commands]


def _options(client: smtplib.SMTP, addresses: str) -> tuple[str, ...]:
    """Return what the server is told of addresses that are not ASCII. Raises Refused if it lacks that."""
    if addresses.isascii():
        return ()
    client.ehlo_or_helo_if_needed()
    if not client.has_extn("smtputf8"):
        raise Refused("The mail server can’t deliver to addresses with letters beyond a to z.", is_final=True)
    return "SMTPUTF8", "BODY=8BITMIME"


def _wire(mail: bytes) -> bytes:
    """Return a message as it is sent after DATA, with its end."""
    return re.sub(rb"(?m)^\.", b"..", mail.removesuffix(b"\r\n")) + b"\r\n.\r\n"


def _expect_sender(reply: tuple[int, bytes]) -> None:
    """A sender that is refused is not a fault of the recipient."""
    try:
        _expect(reply, "sender")
    except Refused as refused:
        raise Unreachable(str(refused)) from None


def _expect_recipient(reply: tuple[int, bytes]) -> None:
    _expect(reply, "recipient")


def _expect(reply: tuple[int, bytes], what: str, code: int = 250) -> None:
    got, said = reply
    if got not in (TAKEN if code == 250 else (code,)):
        raise Refused(f"The mail server refused the {what}: {_said(got, said)}", 500 <= got < 600)


def _said(code: int, said: bytes) -> str:
    return one_line(f"{code} {said.decode('utf-8', 'replace')}")
