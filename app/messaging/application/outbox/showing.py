"""One message as it was sent: written again by the room that knows its step, with the values of that time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.messaging.application.composing import Identity, composed, frame_of
from app.messaging.application.outbox.lists import ListedMessage, listed
from app.messaging.application.servers.senders import chosen
from app.messaging.application.sources import Content, SenderNames, source
from app.messaging.domain.emails.mime import Email, Sender, mime
from app.messaging.domain.reactions.machines import Fetch
from app.messaging.domain.reasons import KEPT
from app.messaging.infrastructure import outbox
from app.messaging.infrastructure.reactions import store as reactions
from app.messaging.infrastructure.reactions.store import LinkClicks
from app.messaging.infrastructure.store import Claimed
from app.messaging.infrastructure.tables import Message
from app.platform.errors import NotFound

ERASED: Final = "The content was deleted together with the contact."
NO_TOKEN: Final = "0" * 32
NOBODY: Final = "nobody@muster.invalid"
"""Whom an email is from while the account has no sender; no domain ends in this."""

Rewrite = Callable[[int, Claimed, Mapping[str, Any], SenderNames], Content | str]
"""(account id, message, merge values as kept, what names senders) → content, or why it cannot be written"""

_rewriters: list[Rewrite] = []


@dataclass(frozen=True)
class ShownMessage:
    """A message with its content. `email` and its `source` are None for an SMS, and `text` is empty if the
    message cannot be shown; `why_not` then says why. `clicks` are its links that were clicked, `opens`
    how often people and machines opened it, and `replies` those to an SMS, whose text is their `link`."""

    listed: ListedMessage
    text: str = ""
    email: Email | None = None
    source: EmailMessage | None = None
    why_not: str = ""
    clicks: Sequence[LinkClicks] = ()
    opens: tuple[int, int] = (0, 0)
    replies: Sequence[Fetch] = ()

    @property
    def message(self) -> Message:
        return self.listed.message

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The header fields of the email, in order."""
        return [(name, str(value)) for name, value in self.source.items()] if self.source else []


def register_rewriting(rewrite: Rewrite) -> None:
    """Register what writes messages again."""
    _rewriters[:] = [rewrite]


def show_message(actor: Actor, message_id: int) -> ShownMessage:
    """Return a message with its content; one that has not been written yet as it would be now. Raises
    NotFound."""
    accounts.require(actor, Permission.REPORTS)
    found = outbox.message(actor.account_id, message_id)
    if found is None:
        raise NotFound(
            "NOT_FOUND", "This message doesn’t exist.", next_url="/messages", next_label="View messages"
        )
    [one] = listed(actor.account_id, [found])
    content = _content(one, _token_for(actor, found))
    if isinstance(content, str):
        return ShownMessage(one, why_not=content)
    if found.channel != "email":
        return ShownMessage(one, content.text, replies=reactions.replies_to(actor.account_id, message_id))
    email = _email(found, content, _token_for(actor, found))
    clicks = reactions.clicks_of(actor.account_id, message_id)
    opens = reactions.opens_of(actor.account_id, message_id)
    try:
        return ShownMessage(one, email.text, email, mime(email), clicks=clicks, opens=opens)
    except ValueError as wrong:
        return ShownMessage(one, why_not=f"The email address is {wrong}.")


def source_of(actor: Actor, message_id: int) -> bytes:
    """Return an email as it goes to a mail server. Raises NotFound, also for what is no email."""
    shown = show_message(actor, message_id)
    if shown.source is None:
        raise NotFound("NOT_FOUND", "This message has no email source.")
    return shown.source.as_bytes()


def _token_for(actor: Actor, message: Message) -> str:
    """Return the token of the links that are shown: whoever may not change contacts gets no link that
    unsubscribes one."""
    return message.token if actor.may(Permission.CONTACTS) else NO_TOKEN


def _content(one: ListedMessage, token: str) -> Content | str:
    message = one.message
    claimed = Claimed(*(getattr(message, name) for name in Claimed._fields))._replace(token=token)

    def name(_: str) -> str:
        return frame_of(message.account_id).name

    if message.merge_values is not None:
        return _rewriters[0](message.account_id, claimed, message.merge_values, name)
    if message.settled_at is not None:
        return one.answer or ERASED
    return source().write(message.account_id, [claimed], name)[message.id]


def _email(message: Message, content: Content, token: str) -> Email:
    frame = frame_of(message.account_id)
    if token == NO_TOKEN:
        frame = replace(frame, has_logo=False)  # its address would contain the token
    by = chosen(message.account_id)
    sender = by.sender(content.sender).sender if by else Sender(frame.name, NOBODY)
    identity = Identity(message.account_id, message.workflow_id, message.id, token)
    is_kept = message.answer in KEPT and token != NO_TOKEN  # a click in it counts as the contact’s
    is_tracked = is_kept and content.is_tracked
    email = composed(identity, content, sender, frame, is_tracked=is_tracked, has_picture=False)
    return replace(email, to=message.address or content.address, at=message.settled_at or message.due_at)
