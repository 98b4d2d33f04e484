"""The ways on which messages leave: a mail server, or, without one, the account's outbox, where they can be
read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from app.messaging.application.composing import Identity, composed, frame_of
from app.messaging.application.senders import Chosen, chosen
from app.messaging.application.sources import Content
from app.messaging.domain.mime import source
from app.messaging.infrastructure import store
from app.messaging.infrastructure.servers.smtp import Connection, Refused, Unreachable
from app.messaging.infrastructure.store import Claimed
from app.platform.logs import log
from app.platform.settings import current

NO_SERVER = "Kept in the outbox, because no mail server is connected."
NO_SMS = "Kept in the outbox, because no SMS service is connected."
NOT_WRITTEN = "The email could not be written. The details are in the log of this server."
REHEARSAL = "Kept in the outbox, because only some addresses get emails at the moment."
KEPT = (NO_SERVER, NO_SMS, REHEARSAL)


class Taken(NamedTuple):
    """What became of a message that was taken; `sender_id` is None if no mail server has it."""

    answer: str
    sender_id: int | None = None


class WayOut(Protocol):
    """Takes messages that are from `sender_name`. `is_reachable` is false once there was no connection."""

    is_reachable: bool

    @property
    def sender_name(self) -> str: ...

    @property
    def sender_id(self) -> int | None: ...

    def most_at_once(self, at: datetime) -> int:
        """Return how many messages may be claimed together now; 0 if none may be sent."""

    def send(self, message: Claimed, content: Content) -> Taken:
        """Raises Refused (also Unreachable) and Doubtful."""


class Outbox:
    """Keeps messages in the account's outbox."""

    sender_id: int | None = None
    is_reachable = True

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id
        self.sender_name = frame_of(account_id).name

    def most_at_once(self, at: datetime) -> int:
        return 0 if chosen(self._account_id) else 200  # a mail server has just been connected

    def send(self, message: Claimed, content: Content) -> Taken:
        return Taken(NO_SMS if message.channel == "sms" else NO_SERVER)


class MailServerWay:
    """Hands emails over to the account's mail server, within the limits of the sender."""

    def __init__(self, account_id: int, by: Chosen) -> None:
        self._account_id, self._by, self._connection = account_id, by, Connection(by.server)
        self._frame = frame_of(account_id)
        self._next_at = 0.0
        self._sent: dict[tuple[int, timedelta], int] = {}
        self.is_reachable = True

    @property
    def sender_name(self) -> str:
        return self._by.sender.name or self._frame.name

    @property
    def sender_id(self) -> int | None:
        return self._by.sender_id

    def most_at_once(self, at: datetime) -> int:
        """Up to 20, so that few are uncertain if this process dies. Nothing is sent without the address of
        this server: nobody could unsubscribe. What people have set meanwhile counts."""
        by = chosen(self._account_id)
        if by is None or by.is_paused or not current().public_url:
            return 0
        if by.server != self._by.server:
            self.close()
            self._connection = Connection(by.server)
        self._by = by
        most = min(20, 10 * by.limits.per_second) if by.limits.per_second else 20
        for limit, period in (
            (by.limits.per_hour, timedelta(hours=1)),
            (by.limits.per_day, timedelta(days=1)),
        ):
            if limit is not None:
                most = min(most, limit - self._sent_in(period, at))
        return max(most, 0)

    def send(self, message: Claimed, content: Content) -> Taken:
        if message.channel == "sms":
            return Taken(NO_SMS)
        if not self._by.reaches(content.address):
            return Taken(REHEARSAL)
        mail = self._written(message, content)
        self._keep_pace()
        try:
            answer = self._connection.send(mail, self._by.sender.address, content.address)
        except Unreachable:
            self.is_reachable = False
            raise
        finally:
            for key in self._sent:
                self._sent[key] += 1
        return Taken(answer, self.sender_id)

    def close(self) -> None:
        self._connection.close()

    def _written(self, message: Claimed, content: Content) -> bytes:
        """Return the email. A fault in it is refused: no mail server has seen anything of it."""
        try:
            return source(
                composed(
                    Identity(self._account_id, message.workflow_id, message.id, message.token),
                    content,
                    self._by.sender,
                    self._frame,
                    is_tracked=content.is_tracked and self._by.tracks_reactions,
                )
            )
        except ValueError as wrong:
            raise Refused(f"The email address is {wrong}.", is_final=True) from None
        except Exception:
            log.exception("message_not_written", extra={"message_id": message.id})
            raise Refused(NOT_WRITTEN, is_final=True) from None

    def _sent_in(self, period: timedelta, at: datetime) -> int:
        """Return how many the sender has sent in a period, counted once and added to."""
        key = (self._by.sender_id, period)
        if key not in self._sent:
            self._sent[key] = store.sent_since(self._account_id, self._by.sender_id, at - period)
        return self._sent[key]

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
    way = MailServerWay(account_id, by)
    try:
        yield way
    finally:
        way.close()
