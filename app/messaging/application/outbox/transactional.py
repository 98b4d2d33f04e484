"""Transactional emails belong to no workflow: one asks to confirm an address, for example. They are sent from
the account's default sender, to an address that need not be a contact's. They are not kept, but count toward
the limits of their sender, and wait while it has reached one.

Another room registers which of them are due. They leave in the turn of the account's emails, before the next
messages of workflows.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Final, NamedTuple, Protocol
from uuid import uuid4

from app.messaging.application.handing_over import BATCH_SECONDS, UNREACHABLE_WAIT
from app.messaging.application.servers.senders import chosen
from app.messaging.application.transports import MailTransport, Transport
from app.messaging.domain.emails.layout import Frame, email_html, email_text
from app.messaging.domain.emails.mime import Email, Sender, source
from app.messaging.domain.states import wait_before
from app.messaging.infrastructure import transactional
from app.messaging.infrastructure.servers.dkim_keys import signed
from app.messaging.infrastructure.servers.smtp import Doubtful, Lost, Refused, Unreachable
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.pieces import delete_in_pieces
from app.platform.logs import log
from app.platform.settings import current

AT_ONCE: Final = 10
COUNTED_FOR: Final = timedelta(days=1)


@dataclass(frozen=True)
class TransactionalEmail:
    """An email of a few paragraphs with one link. `key` is how its source knows it; `attempt` counts from
    1."""

    key: int
    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str
    link_text: str
    attempt: int


class _Outcome(NamedTuple):
    """What became of an email: it is tried again after `wait`, never with None. `was_tried`: this was one of
    its attempts. `counts`: it counts toward the limits of its sender."""

    wait: timedelta | None = None
    was_tried: bool = True
    counts: bool = True


_UNTRIED: Final = _Outcome(UNREACHABLE_WAIT, was_tried=False, counts=False)


class TransactionalSource(Protocol):
    """Has emails to send. `claim` and `settle` are called in a transaction."""

    def accounts_due(self, at: datetime) -> Sequence[int]:
        """Return the ids of the accounts with emails that are due. Called twice a second."""

    def is_any_due(self, account_id: int, at: datetime) -> bool: ...

    def claim(self, account_id: int, at: datetime, at_most: int) -> Sequence[TransactionalEmail]:
        """Claim emails that are due; while they are being sent, nobody else claims them."""

    def settle(
        self, account_id: int, email: TransactionalEmail, again_at: datetime | None, was_tried: bool
    ) -> None:
        """Let an email be due again at a time; never again with None. Nothing happens if somebody else has
        claimed or settled it meanwhile."""


_registered: TransactionalSource | None = None


def register_transactional(source_of_emails: TransactionalSource) -> None:
    """Register the room that has emails to send."""
    global _registered
    _registered = source_of_emails


def may_send_transactional(account_id: int) -> bool:
    """Return whether such emails can be sent: there is a mail server, a sender, and a public address that
    their links lead to. They may have to wait because sending is paused."""
    return bool(current().public_url) and chosen(account_id) is not None


def accounts_with_transactional_emails(at: datetime) -> Sequence[int]:
    """Return the ids of the accounts with such emails that are due."""
    return () if _registered is None else _registered.accounts_due(at)


def is_transactional_email_due(account_id: int, at: datetime) -> bool:
    return _registered is not None and _registered.is_any_due(account_id, at)


def send_transactional(account_id: int, transport: Transport, at: datetime) -> int:
    """Send a few of the emails that are due, as many as their sender may send now; return how many were
    looked at. The caller has the turn."""
    known = _registered
    if known is None or not isinstance(transport, MailTransport) or not transport.is_reachable:
        return 0
    if not (most := transport.most_transactional(at)):
        return 0
    with transaction():
        claimed = known.claim(account_id, at, min(most, AT_ONCE))
    forget_snapshot()  # no transaction is open while a mail server takes its time
    end, sent, left = time.monotonic() + BATCH_SECONDS, 0, list(claimed)
    try:
        while left and transport.is_reachable and time.monotonic() < end:
            email = left.pop(0)
            outcome = _sent(account_id, transport, email)
            _settle(known, account_id, transport.default_sender.id, email, outcome, at)
            sent += outcome.wait is None
    finally:
        for email in left:
            _settle(known, account_id, transport.default_sender.id, email, _UNTRIED, at)
    if claimed:
        facts = {"account": account_id, "emails": len(claimed), "settled": sent}
        log.info("transactional_emails_handled", extra=facts)
    return len(claimed)


def discard_old() -> None:
    """Forget, in short transactions, what no longer counts toward a limit."""
    before = now() - 2 * COUNTED_FOR
    delete_in_pieces(lambda at_most: transactional.discard_before(before, at_most), most_pieces=100)


def _settle(
    known: TransactionalSource,
    account_id: int,
    sender_id: int,
    email: TransactionalEmail,
    outcome: _Outcome,
    at: datetime,
) -> None:
    def settled() -> None:
        with transaction():
            if outcome.counts:
                transactional.add(account_id, sender_id, at)
            again_at = None if outcome.wait is None else at + outcome.wait
            known.settle(account_id, email, again_at, outcome.was_tried)

    despite_deadlocks(settled)


def _sent(account_id: int, transport: MailTransport, email: TransactionalEmail) -> _Outcome:
    """Send an email. It is not tried again if it may have been sent. A fault in it harms no other one."""
    facts = {"account": account_id, "key": email.key, "attempt": email.attempt}
    try:
        if not transport.reaches(email.to):
            return _Outcome(counts=False)
        by = transport.default_sender
        mail = _composed(by.sender, email, transport.frame)
        transport.hand_over(signed(source(mail), by.signing, mail.at), by, email.to)
    except Lost:
        return _again(email, facts, counts=False)
    except Unreachable:
        return _UNTRIED
    except Refused as refused:
        return _given_up(facts) if refused.is_final else _again(email, facts)
    except Doubtful:
        return _Outcome()
    except ValueError:
        log.exception("transactional_email_not_written", extra=facts)
        return _Outcome(counts=False)
    except Exception:
        log.exception("transactional_email_not_sent", extra=facts)
        return _again(email, facts)
    return _Outcome()


def _again(email: TransactionalEmail, facts: Mapping[str, int], counts: bool = True) -> _Outcome:
    wait = wait_before(email.attempt)
    return _given_up(facts, counts) if wait is None else _Outcome(wait, counts=counts)


def _given_up(facts: Mapping[str, int], counts: bool = True) -> _Outcome:
    log.warning("transactional_email_given_up", extra=facts)
    return _Outcome(counts=counts)


def _composed(sender: Sender, email: TransactionalEmail, frame: Frame) -> Email:
    body = "".join(f"<p>{escape(one)}</p>" for one in email.paragraphs)
    body += f'<p><a href="{escape(email.link)}">{escape(email.link_text)}</a></p>'
    text = "\n\n".join((*email.paragraphs, f"{email.link_text}: {email.link}"))
    return Email(
        sender=sender,
        to=email.to,
        to_name="",
        subject=email.subject,
        text=email_text(text, frame, ""),
        html=email_html(email.subject, "", body, frame, ""),
        message_id=uuid4().hex,
        at=now(),
    )
