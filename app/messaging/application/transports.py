"""The transports of messages: a mail server or an SMS provider. Without one, messages are kept in the outbox,
where they can be read."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Protocol

from app.messaging.application.composing import Identity, composed, frame_of
from app.messaging.application.mailbox.settings import unsubscribe_address
from app.messaging.application.servers.senders import Chosen, OwnSender, chosen, sender_name
from app.messaging.application.sms.provider import chosen_sms
from app.messaging.application.sms.transport import SmsTransport
from app.messaging.application.sources import Content
from app.messaging.application.sources import source as source_of_messages
from app.messaging.domain.emails.layout import Frame
from app.messaging.domain.emails.mime import Sender, source
from app.messaging.domain.reasons import Kept
from app.messaging.domain.receipt import Receipt
from app.messaging.domain.sms.quiet_hours import QuietHours
from app.messaging.infrastructure import due, store, transactional
from app.messaging.infrastructure.servers.connection_pool import ConnectionPool, Send
from app.messaging.infrastructure.servers.dkim_keys import signed
from app.messaging.infrastructure.servers.smtp import Refused, Unreachable
from app.messaging.infrastructure.store import SMS, Claimed
from app.platform.clock import now
from app.platform.logs import log
from app.platform.settings import current

LONGEST_REST = timedelta(hours=1)
NOT_WRITTEN = "The email couldn’t be composed. Details are in the server log."


class SenderFull(Exception):
    """The sender of a message has sent as many as it may; its next ones are due after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


class Transport(Protocol):
    """Takes messages. `is_reachable` is false once there was no connection, `sender_id` whom the last message
    was from. `asks_consent`: it takes text messages only for people who have agreed to them, and none in
    their `quiet_hours`."""

    is_reachable: bool

    @property
    def asks_consent(self) -> bool: ...

    @property
    def quiet_hours(self) -> QuietHours | None: ...

    @property
    def sender_id(self) -> int | None: ...

    def name_of(self, address: str) -> str:
        """Return the name of the sender that a step has chosen, or of the default for an empty address."""

    def most_at_once(self, at: datetime) -> int:
        """Return how many messages may be claimed together now; 0 if none may be sent."""

    @property
    def at_once(self) -> int:
        """How many messages may be in flight now."""

    def send(self, message: Claimed, content: Content) -> Receipt | Future[Receipt]:
        """Hand a message over, or begin to. Raises Refused (also Unreachable), Doubtful, and SenderFull, and
        so may the result."""


class OutboxTransport:
    """Keeps messages of a channel in the account's outbox."""

    sender_id: int | None = None
    is_reachable = True
    asks_consent = False  # nobody gets anything
    quiet_hours = None
    at_once = 1

    def __init__(self, account_id: int, channel: str) -> None:
        self._account_id, self._channel = account_id, channel
        self._names = cache(partial(sender_name, account_id))

    def name_of(self, address: str) -> str:
        return self._names(address)

    def most_at_once(self, at: datetime) -> int:
        is_connected = chosen_sms(self._account_id) if self._channel == SMS else chosen(self._account_id)
        return 0 if is_connected else 200  # a server has just been connected

    def send(self, message: Claimed, content: Content) -> Receipt:
        return Receipt(Kept.NO_SMS_PROVIDER if self._channel == SMS else Kept.NO_MAIL_SERVER)


class MailTransport:
    """Hands emails over to the account's mail server, within the limits of their senders."""

    asks_consent = False
    quiet_hours = None

    def __init__(self, account_id: int, by: Chosen) -> None:
        self._account_id, self._by, self._pool = account_id, by, ConnectionPool(by.server)
        self._frame = frame_of(account_id)
        self._next_at: dict[int, float] = {}
        self._sent: dict[tuple[int, timedelta], int] = {}
        self._at = now()
        self._mailbox: str | None = None
        self.sender_id: int | None = None
        self.is_reachable = True

    def name_of(self, address: str) -> str:
        return self._by.sender(address).sender.name or self._frame.name

    def most_at_once(self, at: datetime) -> int:
        """Up to 20, so that few are uncertain if this process dies. Nothing is sent without the address of
        this server: nobody could unsubscribe. What people have set meanwhile counts."""
        by = chosen(self._account_id)
        if by is None or by.is_paused or not current().public_url:
            return 0
        if by.server != self._by.server:
            self.close()
            self._pool = ConnectionPool(by.server)
        self._by, self._at = by, at
        self._mailbox = unsubscribe_address(self._account_id)
        return max(self._room(one) for one in by.senders)

    @property
    def at_once(self) -> int:
        return self._pool.at_once

    def most_transactional(self, at: datetime) -> int:
        """Return how many emails of the default sender that belong to no workflow may be claimed now. While
        messages of workflows wait, they may use half of its limits: anybody can submit forms, and campaigns
        must not wait for that."""
        if not self.most_at_once(at):
            return 0
        by = self.default_sender
        return max(min([self._room(by), *self._left_of_halves(by)]), 0)

    @property
    def frame(self) -> Frame:
        return self._frame

    @property
    def default_sender(self) -> OwnSender:
        return self._by.sender()

    def reaches(self, address: str) -> bool:
        """Return whether emails to this address are sent, and not only kept."""
        return self._by.reaches(address)

    def send(self, message: Claimed, content: Content) -> Receipt | Future[Receipt]:
        """Write an email and begin to hand it over. Only that runs in threads, which use no database."""
        if not self.reaches(content.address):
            return Receipt(Kept.REHEARSAL)
        by = self._by.sender(content.sender)
        self.sender_id = by.id
        if wait := self._wait(by):
            raise SenderFull(wait)
        return self._begun(self._written(message, content, by), by, content.address)

    def hand_over(self, mail: bytes, by: OwnSender, to: str) -> str:
        """Hand an email over when its sender may send the next one; return what the mail server said. Raises
        Refused (also Unreachable) and Doubtful."""
        return self._begun(mail, by, to).result().answer

    def close(self) -> None:
        self._pool.close()

    def _begun(self, mail: bytes, by: OwnSender, to: str) -> Future[Receipt]:
        """Begin to hand an email over when its sender may send the next one."""
        self._keep_pace(by)
        for key in self._sent:
            self._sent[key] += key[0] == by.id
        return self._pool.begin(lambda send: self._hand_to_server(send, mail, by, to))

    def _hand_to_server(self, send: Send, mail: bytes, by: OwnSender, to: str) -> Receipt:
        try:
            return Receipt(send(mail, by.sender.address, to), by.id)
        except Unreachable:
            self.is_reachable = False
            raise

    def _room(self, by: OwnSender) -> int:
        """Return how many messages of a sender may be claimed together."""
        most = min(20, 10 * by.limits.per_second) if by.limits.per_second else 20
        left = [limit - self._sent_in(by, period) for limit, period, _ in _limits(by) if limit is not None]
        return max(min([most, *left]), 0)

    def _left_of_halves(self, by: OwnSender) -> list[int]:
        limits = [(limit, period) for limit, period, _ in _limits(by) if limit is not None]
        if not limits or not self._has_waiting_messages():
            return []
        return [
            max(limit // 2, 1) - transactional.sent_since(self._account_id, by.id, self._at - period)
            for limit, period in limits
        ]

    def _has_waiting_messages(self) -> bool:
        """Return whether emails of active workflows are due, or will be when their sender has rested."""
        workflows = due.workflows_due(self._account_id, "email", self._at + LONGEST_REST)
        return bool(workflows and source_of_messages().active(self._account_id, workflows))

    def _wait(self, by: OwnSender) -> timedelta | None:
        """Return how long a sender that has sent as many as it may rests; None if it may send."""
        full = [
            wait
            for limit, period, wait in _limits(by)
            if limit is not None and self._sent_in(by, period) >= limit
        ]
        return max(full, default=None)

    def _written(self, message: Claimed, content: Content, by: OwnSender) -> bytes:
        """Return the email. A fault in it is refused: no mail server has seen anything of it."""
        try:
            email = composed(
                Identity(self._account_id, message.workflow_id, message.id, message.token),
                content,
                by.sender,
                self._frame,
                is_tracked=content.is_tracked and self._by.tracks_reactions,
                unsubscribe_address=self._where_to_unsubscribe(by.sender),
            )
            return signed(source(email), by.signing, email.at)
        except ValueError as wrong:
            raise Refused(f"The email address is {wrong}.", is_final=True) from None
        except Exception:
            log.exception("message_not_written", extra={"message_id": message.id})
            raise Refused(NOT_WRITTEN, is_final=True) from None

    def _where_to_unsubscribe(self, by: Sender) -> str:
        """Return the address to which an email unsubscribes; empty if nobody would read it."""
        return "" if self._mailbox is None else self._mailbox or by.reply_to or by.address

    def _sent_in(self, by: OwnSender, period: timedelta) -> int:
        """Return how many a sender has sent in a period, counted once and added to."""
        key = (by.id, period)
        if key not in self._sent:
            since = self._at - period
            self._sent[key] = store.sent_since(self._account_id, by.id, since) + transactional.sent_since(
                self._account_id, by.id, since
            )
        return self._sent[key]

    def _keep_pace(self, by: OwnSender) -> None:
        if by.limits.per_second:
            time.sleep(max(0.0, self._next_at.get(by.id, 0.0) - time.monotonic()))
            self._next_at[by.id] = time.monotonic() + 1 / by.limits.per_second


def _limits(by: OwnSender) -> tuple[tuple[int | None, timedelta, timedelta], ...]:
    """Return (limit, its period, how long a sender rests that has reached it)."""
    return (
        (by.limits.per_hour, timedelta(hours=1), timedelta(minutes=10)),
        (by.limits.per_day, timedelta(days=1), LONGEST_REST),
    )


def _open(account_id: int, channel: str) -> MailTransport | SmsTransport | None:
    if channel == SMS:
        by_sms = chosen_sms(account_id)
        return SmsTransport(account_id, by_sms) if by_sms else None
    by = chosen(account_id)
    return MailTransport(account_id, by) if by else None


@contextmanager
def open_transport(account_id: int, channel: str) -> Iterator[Transport]:
    """Open what sends an account's messages of a channel, for some of them."""
    transport = _open(account_id, channel)
    if transport is None:
        yield OutboxTransport(account_id, channel)
        return
    try:
        yield transport
    finally:
        transport.close()
