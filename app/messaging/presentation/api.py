"""Operations of the API on messages: what became of them, and feedback about them."""

from typing import Any, Final

from app.messaging.application.outbox.lists import MessageFilter, find_message, find_messages
from app.messaging.application.outbox.sending_state import sending_state
from app.messaging.application.reports import receive_many
from app.messaging.presentation.api_schemas import (
    FeedbackBatch,
    FeedbackResults,
    Message,
    MessageQuery,
    Sending,
    message_shape,
    message_shapes,
    sending_shape,
)
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.paging import page_of_documents, read_cursor, write_cursor
from app.platform.api.schemas import Page

blueprint = api_blueprint("messages")

TAG: Final = "Messages"


@blueprint.get("/messages")
@operation(TAG, Page[Message], permission="report:view", headers={"Link": "The next page."})
def list_messages(query: MessageQuery) -> Any:
    """List messages

    The newest first.
    """
    after = read_cursor(query.cursor, int)
    wanted = MessageFilter(query.workflow, query.contact, query.state)
    found, place = find_messages(web.actor(), wanted, query.limit, after[0] if after else None)
    return page_of_documents(message_shapes(found), write_cursor(place) if place is not None else None)


@blueprint.get("/messages/<int:message_id>")
@operation(TAG, Message, permission="report:view")
def get_message(message_id: int) -> Message:
    """Get a message"""
    return message_shape(find_message(web.actor(), message_id))


@blueprint.post("/messages/feedback")
@operation(TAG, FeedbackResults, permission="contact:manage")
def receive_feedback(body: FeedbackBatch) -> FeedbackResults:
    """Report what became of emails

    For email providers that Muster doesn’t know, and for your own programs. A contact whose email was
    returned for good, or for now three times within 30 days, gets no more emails; one who has marked an
    email as spam is unsubscribed. Entries can be sent again: each counts once.
    """
    results = receive_many(web.actor(), [entry.report for entry in body.entries])
    return FeedbackResults(results=[result.value for result in results])


@blueprint.get("/sending")
@operation(TAG, Sending, permission="report:view")
def get_sending() -> Sending:
    """Get the state of sending

    Whether all sending is paused, the frequency cap, and the workflows that Muster has paused.
    """
    return sending_shape(sending_state(web.actor()))
