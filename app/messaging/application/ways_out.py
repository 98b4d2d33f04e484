"""The ways on which messages leave: a mail server, or, without one, the account's outbox, where they can be
read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from app.messaging.application.composing import composed, frame_of
from app.messaging.application.sources import Content
from app.messaging.domain.mime import Sender, mime
from app.messaging.infrastructure.smtp import Connection, MailServer, Refused
from app.messaging.infrastructure.store import Claimed

KEPT = "Kept in the outbox, because no mail server is connected."


class WayOut(Protocol):
    """Takes messages; `at_once` of them are claimed together, by `sender_name`."""

    at_once: int
    sender_name: str

    def send(self, message: Claimed, content: Content) -> str:
        """Return the mail server's answer. Raises Refused, Unreachable and Doubtful."""


class Outbox:
    """Keeps messages in the account's outbox."""

    at_once = 200

    def __init__(self, account_id: int) -> None:
        self.sender_name = frame_of(account_id).name

    def send(self, message: Claimed, content: Content) -> str:
        return KEPT


class MailServerWay:
    """Hands emails over to the account's mail server. Messages on other channels are kept in the outbox."""

    at_once = 20

    def __init__(self, account_id: int, connection: Connection, sender: Sender) -> None:
        self._account_id, self._connection, self._sender = account_id, connection, sender
        self._frame = frame_of(account_id)
        self.sender_name = sender.name or self._frame.name

    def send(self, message: Claimed, content: Content) -> str:
        if message.channel != "email":
            return KEPT
        email = composed(
            self._account_id, message.workflow_id, message.token, content, self._sender, self._frame
        )
        try:
            mail = mime(email)
        except ValueError as wrong:
            raise Refused(f"The email address is {wrong}.", is_final=True) from None
        return self._connection.send(mail, self._sender.address, content.address)


@contextmanager
def way_out(account_id: int, connected: tuple[MailServer, Sender] | None) -> Iterator[WayOut]:
    """Open the way out of an account for some messages."""
    if connected is None:
        yield Outbox(account_id)
        return
    server, sender = connected
    connection = Connection(server)
    try:
        yield MailServerWay(account_id, connection, sender)
    finally:
        connection.close()
