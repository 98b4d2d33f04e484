"""Emails that belong to no workflow, such as one that asks to confirm an address: sent from the account's
default sender, to an address that need not be a contact's. They are not kept, and don't count against the
limits of senders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from uuid import uuid4

from app.messaging.application.composing import frame_of
from app.messaging.application.servers.senders import Chosen, chosen
from app.messaging.domain.emails.layout import Frame, email_html, email_text
from app.messaging.domain.emails.mime import Email, Sender, source
from app.messaging.domain.states import wait_before
from app.messaging.infrastructure.servers.dkim_keys import signed
from app.messaging.infrastructure.servers.smtp import Connection, Doubtful, Refused
from app.platform.clock import now
from app.platform.database import forget_snapshot
from app.platform.logs import log
from app.platform.settings import current


@dataclass(frozen=True)
class SingleEmail:
    """An email of a few paragraphs with one link. `attempt` counts from 1."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str
    link_text: str
    attempt: int


def may_send_singles(account_id: int) -> bool:
    """Return whether such emails can be sent: there is a mail server, a sender, and a public address that
    their links lead to. They may have to wait because sending is paused."""
    return bool(current().public_url) and chosen(account_id) is not None


def sends_singles_now(account_id: int) -> bool:
    """Return whether such emails are sent at the moment."""
    by = chosen(account_id)
    return bool(current().public_url) and by is not None and not by.is_paused


def send_singles(account_id: int, emails: Sequence[SingleEmail]) -> Iterator[timedelta | None]:
    """Send emails; yield for each of them after how long it should be tried again: None if it was sent, may
    have been, or can’t be. The caller has asked `sends_singles_now`."""
    by = chosen(account_id)
    if by is None:
        yield from (wait_before(one.attempt) for one in emails)
        return
    frame = frame_of(account_id)
    forget_snapshot()
    connection = Connection(by.server)
    try:
        for email in emails:
            yield _sent(connection, by, email, frame)
    finally:
        connection.close()


def _sent(connection: Connection, by: Chosen, email: SingleEmail, frame: Frame) -> timedelta | None:
    if not by.reaches(email.to):
        return None
    sender = by.sender()
    try:
        mail = _composed(sender.sender, email, frame)
        connection.send(signed(source(mail), sender.signing, mail.at), sender.sender.address, email.to)
    except Refused as refused:
        return None if refused.is_final else wait_before(email.attempt)
    except Doubtful:
        return None
    except ValueError:
        log.exception("single_email_not_written")
        return None
    return None


def _composed(sender: Sender, email: SingleEmail, frame: Frame) -> Email:
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
