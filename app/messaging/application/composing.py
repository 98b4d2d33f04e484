"""Putting an email together: its content, the account's layout and footer, and the links to unsubscribe."""

from functools import partial

from app.accounts import application as accounts
from app.messaging.application.sources import Content
from app.messaging.application.tracking import click_url, open_url
from app.messaging.domain.look import Frame, email_html, email_text
from app.messaging.domain.mime import Email, Sender
from app.messaging.domain.tracking import with_tracking
from app.platform.clock import now
from app.platform.settings import current


def unsubscribe_url(token: str) -> str:
    """Return the address of a message's unsubscribe page; only its path without PUBLIC_URL."""
    return f"{current().public_url}/u/{token}"


def frame_of(account_id: int) -> Frame:
    """Return what surrounds the text of an account's emails."""
    name = accounts.worker_actor(account_id).account_name
    details = accounts.business_details(account_id)
    lines = filter(None, (name, *details.postal_address.splitlines()))
    return Frame(name, tuple(lines), has_logo=bool(details.logo))


def composed(
    account_id: int,
    workflow_id: int,
    token: str,
    content: Content,
    sender: Sender,
    frame: Frame,
    tracked_id: int | None = None,
    has_picture: bool = True,
) -> Email:
    """Return an email with layout, footer, and links to unsubscribe. With `tracked_id`, the id of its
    message, its links tell that somebody has clicked them, and its picture that somebody has opened it."""
    link = unsubscribe_url(token)
    logo_url = f"{link}/logo" if frame.has_logo else ""
    body = content.html
    if tracked_id is not None:
        opened = open_url(tracked_id) if has_picture else ""
        body = with_tracking(body, partial(click_url, tracked_id), opened, besides=link)
    return Email(
        sender=sender,
        to=content.address,
        to_name=content.name,
        subject=content.subject,
        text=email_text(content.text, frame, link),
        html=email_html(content.subject, content.preheader, body, frame, link, logo_url),
        message_id=token,
        at=now(),
        feedback_id=f"{workflow_id}:{account_id}:muster",
        unsubscribe_url=link,
    )
