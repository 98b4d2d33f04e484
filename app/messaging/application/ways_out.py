"""The ways on which messages leave: a mail server, or, without one, the account's outbox, where they can be
read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from app.messaging.application.composing import composed, frame_of
from app.messaging.application.senders import Chosen, chosen
from app.messaging.application.sources import Content
from app.messaging.domain.mime import source
from app.messaging.infrastructure import store
from app.messaging.infrastructure.smtp import Connection, Refused
from app.messaging.infrastructure.store import Claimed
from app.platform.settings import current

NO_SERVER = "Kept in the outbox, because no mail server is connected."
NO_SMS = "Kept in the outbox, because no SMS service is connected."
REHEARSAL = "Kept in the outbox, because only some addresses get emails at the moment."
KEPT = (NO_SERVER, NO_SMS, REHEARSAL)


class Taken(NamedTuple):
    """What became of a message that was taken; `sender_id` is None if no mail server has it."""

    answer: str
    sender_id: int | None = None


class WayOut(Protocol):
    """Takes messages that are from `sender_name`."""

    sender_name: str
    sender_id: int | None

    def most_at_once(self, at: datetime) -> int:
        """Return how many messages may be claimed together now; 0 if none may be sent."""

    def send(self, message: Claimed, content: Content) -> Taken:
        """Raises Refused (also Unreachable) and Doubtful."""


class Outbox:
    """Keeps messages in the account's outbox."""

    sender_id: int | None = None

    def __init__(self, account_id: int) -> None:
        self.sender_name = frame_of(account_id).name

    def most_at_once(self, at: datetime) -> int:
        return 200

    def send(self, message: Claimed, content: Content) -> Taken:
        return Taken(NO_SMS if message.channel == "sms" else NO_SERVER)


class MailServerWay:
    """Hands emails over to the account's mail server, within the limits of the sender."""

    def __init__(self, account_id: int, by: Chosen, connection: Connection) -> None:
        self._account_id, self._by, self._connection = account_id, by, connection
        self._frame = frame_of(account_id)
        self._next_at = 0.0
        self.sender_name = by.sender.name or self._frame.name
        self.sender_id: int | None = by.sender_id

    def most_at_once(self, at: datetime) -> int:
        """Up to 20, so that few are uncertain if this process dies. Nothing is sent without the address of
        this server: nobody could unsubscribe."""
        if self._by.is_paused or not current().public_url:
            return 0
        limits = self._by.limits
        most = min(20, 10 * limits.per_second) if limits.per_second else 20
        for limit, period in ((limits.per_hour, timedelta(hours=1)), (limits.per_day, timedelta(days=1))):
            if limit is not None:
                most = min(most, limit - store.sent_since(self._account_id, self._by.sender_id, at - period))
        return max(most, 0)

    def send(self, message: Claimed, content: Content) -> Taken:
        if message.channel == "sms":
            return Taken(NO_SMS)
        if not self._by.reaches(content.address):
            return Taken(REHEARSAL)
        email = composed(
            self._account_id, message.workflow_id, message.token, content, self._by.sender, self._frame
        )
        try:
            mail = source(email)
        except ValueError as wrong:
            raise Refused(f"The email address is {wrong}.", is_final=True) from None
        self._keep_pace()
        answer = self._connection.send(mail, self._by.sender.address, content.address)
        return Taken(answer, self.sender_id)

    def _keep_pace(self) -> None:
        if self._by.limits.per_second:
            time.sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at = time.monotonic() + 1 / self._by.limits.per_second


@contextmanager
def way_out(account_id: int) -> Iterator[WayOut]:
    """Open the way out of an account for some messages."""
    by = chosen(account_id)
    if by is None:
        yield Outbox(account_id)
        return
    connection = Connection(by.server)
    try:
        yield MailServerWay(account_id, by, connection)
    finally:
        connection.close()
