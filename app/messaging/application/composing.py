"""Putting an email together: its content, the account's layout and footer, and the links to unsubscribe."""

from functools import partial
from typing import Final, NamedTuple

from app.accounts import application as accounts
from app.messaging.application.sources import Content
from app.messaging.application.tracking import click_url, open_url
from app.messaging.domain.emails.layout import Frame, email_html, email_text
from app.messaging.domain.emails.mime import Email, Sender
from app.messaging.domain.reactions.incoming import mail_to
from app.messaging.domain.reactions.tracking import with_tracking
from app.platform.clock import now
from app.platform.encryption import opened, sealed
from app.platform.settings import current

_MESSAGE_IDS: Final = "ids of messages"


def unsubscribe_url(token: str) -> str:
    """Return the address of a message's unsubscribe page; only its path without PUBLIC_URL."""
    return f"{current().public_url}/u/{token}"


def frame_of(account_id: int) -> Frame:
    """Return what surrounds the text of an account's emails."""
    name = accounts.worker_actor(account_id).account_name
    details = accounts.business_details(account_id)
    lines = filter(None, (name, *details.postal_address.splitlines()))
    return Frame(name, tuple(lines), details.color, has_logo=bool(details.logo))


class Identity(NamedTuple):
    """What an email says about its message, readable only here: `token` for the links to unsubscribe, `id`
    for the Message-ID and for opens and clicks."""

    account_id: int
    workflow_id: int
    id: int
    token: str


def message_id_of(identity: int) -> str:
    """Return the part of a message's Message-ID before the @."""
    return sealed(identity, _MESSAGE_IDS)


def message_with_id(header: str) -> int | None:
    """Return the id of the message with this Message-ID, with or without angle brackets and domain; None for
    one that this server has not made."""
    return opened(header.strip().strip("<>").partition("@")[0], _MESSAGE_IDS)


def composed(
    message: Identity,
    content: Content,
    sender: Sender,
    frame: Frame,
    *,
    is_tracked: bool = False,
    has_picture: bool = True,
    unsubscribe_address: str = "",
) -> Email:
    """Return an email with layout, footer, and links to unsubscribe, also by an email to an address. If it
    `is_tracked`, its links tell that somebody has clicked them, and its picture, if it has one, that somebody
    has opened it."""
    link = unsubscribe_url(message.token)
    logo_url = f"{link}/logo" if frame.has_logo else ""
    body = content.html
    if is_tracked:
        picture = open_url(message.account_id, message.id) if has_picture else ""
        body = with_tracking(body, partial(click_url, message.account_id, message.id), picture, besides=link)
    return Email(
        sender=sender,
        to=content.address,
        to_name=content.name,
        subject=content.subject,
        text=email_text(content.text, frame, link),
        html=email_html(content.subject, content.preheader, body, frame, link, logo_url),
        message_id=message_id_of(message.id),
        at=now(),
        feedback_id=f"{message.workflow_id}:{message.account_id}:muster",
        unsubscribe_url=link,
        unsubscribe_mail=mail_to(unsubscribe_address, message.token) if unsubscribe_address else "",
    )
