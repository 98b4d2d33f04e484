"""Emails of workflows that people send to themselves. They are no messages: nobody else gets them, no figure
counts them, their links tell nothing, and the one to unsubscribe leads nowhere."""

from dataclasses import replace
from uuid import uuid4

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.messaging.application.composing import frame_of, unsubscribe_url
from app.messaging.application.outbox.showing import NO_TOKEN, NOBODY
from app.messaging.application.servers.senders import chosen
from app.messaging.application.servers.server_tests import ServerAnswer, count_test_email, handed_over
from app.messaging.application.sources import Content
from app.messaging.domain.emails.layout import email_html, email_text
from app.messaging.domain.emails.mime import Email, Sender
from app.platform.clock import now
from app.platform.database import forget_snapshot
from app.platform.errors import Conflict


def unsubscribe_sample() -> str:
    """Return a link to unsubscribe that unsubscribes nobody."""
    return unsubscribe_url(NO_TOKEN)


def sample_email(actor: Actor, content: Content) -> Email:
    """Return an email as the actor would get it."""
    accounts.require(actor, Permission.REPORTS)
    frame = replace(frame_of(actor.account_id), has_logo=False)  # its address would belong to a message
    by, link = chosen(actor.account_id), unsubscribe_sample()
    return Email(
        sender=by.sender(content.sender).sender if by else Sender(frame.name, NOBODY),
        to=actor.email,
        to_name=actor.name,
        subject=f"[Test] {content.subject}",
        text=email_text(content.text, frame, link),
        html=email_html(content.subject, content.preheader, content.html, frame, link),
        message_id=uuid4().hex,
        at=now(),
    )


def send_sample(actor: Actor, content: Content) -> ServerAnswer:
    """Send an email to the actor, also while sending is paused; return what the mail server answered. Raises
    Conflict if that is impossible, and LimitReached."""
    accounts.require(actor, Permission.WORKFLOWS)
    found, email = chosen(actor.account_id), sample_email(actor, content)
    if found is None:
        raise Conflict("CONFLICT", "No mail server is connected, so emails can’t be sent.")
    if not found.reaches(email.to):
        raise Conflict("CONFLICT", "Sending is limited to certain addresses, and yours isn’t one of them.")
    count_test_email(actor)
    forget_snapshot()
    return handed_over(found, email)
