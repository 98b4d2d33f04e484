"""The outbox: lists of an account's messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts import application as contacts
from app.messaging.application.servers.senders import chosen
from app.messaging.domain.reasons import KEPT, sentence_of
from app.messaging.domain.state_words import (
    CLICKED_WORDS,
    KEPT_WORDS,
    OPENED_WORDS,
    REPLIED_WORDS,
    SMS_WORDS,
    STATE_WORDS,
    StateWords,
    View,
    view_of,
)
from app.messaging.domain.states import State
from app.messaging.infrastructure import outbox
from app.messaging.infrastructure.outbox import MessagePage, Wanted
from app.messaging.infrastructure.store import SMS
from app.messaging.infrastructure.tables import Message
from app.platform.addresses import AddressProblem, email_key
from app.platform.errors import NotFound

PAGE: Final = 25


class WorkflowName(NamedTuple):
    """A deleted workflow keeps its name, but has no page."""

    name: str
    public_id: str
    is_deleted: bool


WorkflowNames = Callable[[int, Sequence[int]], Mapping[int, tuple[str, str, bool]]]
"""(account id, workflow ids) → {workflow id: (name, public id, whether it has been deleted)}"""

_workflow_names: list[WorkflowNames] = []


@dataclass(frozen=True)
class OutboxQuery:
    """What the outbox is asked for: the key of a view, the public id of a workflow, and a part of an address
    or subject."""

    view: str = ""
    workflow: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.view or self.workflow or self.text)


class ListedMessage(NamedTuple):
    """A message with the names of its contact and workflow, which are None if they no longer exist, and the
    words for its state."""

    message: Message
    contact: str | None
    workflow: WorkflowName | None
    state: StateWords

    @property
    def answer(self) -> str:
        """What was answered to the message, or why it was not sent, as a sentence."""
        return sentence_of(self.message.answer, self.message.state)


@dataclass(frozen=True)
class Outbox:
    """A page of messages, the newest first. `previous` and `next` are the ids to pass as `before` and
    `after`; `workflows` are those that have messages, by name; `uncertain` is how many messages of the
    account may or may not have been sent. `is_connected`: there is a mail server to send emails."""

    view: View
    messages: Sequence[ListedMessage]
    previous: int | None
    next: int | None
    workflows: Sequence[WorkflowName]
    uncertain: int
    is_connected: bool


@dataclass(frozen=True)
class MessageFilter:
    """Which messages a program asks for: of the workflow with this public id, to this contact, in this
    state."""

    workflow: str = ""
    contact_id: int | None = None
    state: str | None = None


def register_workflow_names(names: WorkflowNames) -> None:
    """Register the names of workflows, which a higher room knows."""
    _workflow_names[:] = [names]


def list_messages(
    actor: Actor, query: OutboxQuery, *, after: int | None = None, before: int | None = None
) -> Outbox:
    """Return a page of the outbox. A workflow that has no messages is ignored."""
    accounts.require(actor, Permission.REPORTS)
    known = names_of(actor.account_id, outbox.workflows_with_messages(actor.account_id))
    view = view_of(query.view)
    workflow_id = next((key for key, one in known.items() if one.public_id == query.workflow), None)
    wanted = Wanted(view.states, workflow_id, " ".join(query.text.split()))
    page = _page(actor.account_id, wanted, after, before)
    messages = listed(actor.account_id, page.messages)
    return Outbox(
        view,
        messages,
        messages[0].message.id if messages and page.has_previous else None,
        messages[-1].message.id if messages and page.has_next else None,
        sorted(known.values(), key=lambda one: one.name.casefold()),
        outbox.count_uncertain(actor.account_id),
        chosen(actor.account_id) is not None,
    )


def find_messages(
    actor: Actor, asked: MessageFilter, limit: int, after: int | None
) -> tuple[list[ListedMessage], int | None]:
    """Return the messages after the one with that id, the newest first, and the id to go on after; None at
    the end."""
    accounts.require(actor, Permission.REPORTS)
    workflow_id = None
    if asked.workflow:
        known = names_of(actor.account_id, outbox.workflows_with_messages(actor.account_id))
        workflow_id = next((key for key, one in known.items() if one.public_id == asked.workflow), None)
        if workflow_id is None:
            return [], None
    states = (State(asked.state),) if asked.state else ()
    wanted = Wanted(states, workflow_id, contact_id=asked.contact_id)
    page = outbox.message_page(actor.account_id, wanted, limit, after)
    place = page.messages[-1].id if page.has_next else None
    return listed(actor.account_id, page.messages), place


def find_message(actor: Actor, message_id: int) -> ListedMessage:
    """Return a message. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    found = outbox.message(actor.account_id, message_id)
    if found is None:
        raise NotFound("NOT_FOUND", "This message doesn’t exist.")
    return listed(actor.account_id, [found])[0]


def listed(account_id: int, messages: Sequence[Message]) -> list[ListedMessage]:
    """Return messages with the names of their contacts and workflows."""
    people = contacts.contact_names(account_id, sorted({one.contact_id for one in messages}))
    workflows = names_of(account_id, sorted({one.workflow_id for one in messages}))
    return [
        ListedMessage(one, people.get(one.contact_id), workflows.get(one.workflow_id), _state(one))
        for one in messages
    ]


def _state(message: Message) -> StateWords:
    words = SMS_WORDS if message.channel == SMS else STATE_WORDS
    if message.state == State.BOUNCED:
        return words[State.BOUNCED]
    if message.replied_at:
        return REPLIED_WORDS
    if message.clicked_at:
        return CLICKED_WORDS
    if message.opened_at:
        return OPENED_WORDS
    return KEPT_WORDS if message.answer in KEPT else words[State(message.state)]


def names_of(account_id: int, workflow_ids: Sequence[int]) -> dict[int, WorkflowName]:
    """Return {workflow id: its name} of those that exist."""
    found = _workflow_names[0](account_id, workflow_ids) if workflow_ids else {}
    return {key: WorkflowName(*one) for key, one in found.items()}


def _page(account_id: int, wanted: Wanted, after: int | None, before: int | None) -> MessagePage:
    """Return a page. A complete email address is that of a contact; one that no contact has is searched for
    in messages."""
    key = email_key(wanted.text) if "@" in wanted.text else None
    if key is not None and not isinstance(key, AddressProblem):
        contact_id = outbox.contact_with_email(account_id, key)
        if contact_id is not None:
            wanted = replace(wanted, text="", contact_id=contact_id)
    return outbox.message_page(account_id, wanted, PAGE, after, before)
