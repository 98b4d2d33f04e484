"""What programs send and receive about messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from app.messaging.application.composing import message_id_of
from app.messaging.application.outbox.lists import ListedMessage
from app.messaging.application.outbox.sending_state import SendingState
from app.messaging.application.reports import Result
from app.messaging.domain.reactions.feedback import Feedback, Report
from app.messaging.domain.states import State
from app.platform.api.example_ids import WORKFLOW_ID
from app.platform.api.moments import EXAMPLE_MOMENT, Moment
from app.platform.api.schemas import Body, PageQuery, Schema, described
from app.platform.ids import HIGHEST_ID

MOST_ENTRIES: Final = 1000
StateName = Literal[tuple(state.value for state in State)]
ResultName = Literal[tuple(result.value for result in Result)]
_KINDS: Final = {kind.value: kind for kind in Feedback}
_MESSAGE_ID: Final = "9f2c4b1e7a6d5038c1e2f3a4b5c6d7e8f90a1b2c3d4e5f60"


class FeedbackEntry(Body):
    """What happened to an email."""

    type: Annotated[
        str,
        described(
            "`delivered`, `bounced` (returned for good), `soft_bounced` (returned for now), `complained` "
            "(marked as spam), or `replied`. Others are ignored.",
            "bounced",
            max_length=60,
        ),
    ]
    message_id: Annotated[
        str,
        described(
            "The email’s `Message-ID`, with or without angle brackets and domain.",
            f"<{_MESSAGE_ID}@example.com>",
            max_length=500,
        ),
    ]
    at: Annotated[Moment | None, described("When it happened; now without it.", EXAMPLE_MOMENT)] = None
    reason: Annotated[
        str,
        described("What the recipient’s mail server said.", "550 No such user", max_length=1000),
    ] = ""

    @property
    def report(self) -> Report:
        return Report(self.message_id, _KINDS.get(self.type), self.reason, self.at)


class FeedbackBatch(Body):
    """What happened to emails."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"entries": [{"type": "bounced", "message_id": f"<{_MESSAGE_ID}@example.com>"}]}]
        }
    )

    entries: Annotated[
        list[FeedbackEntry],
        Field(description="What happened, in any order.", min_length=1, max_length=MOST_ENTRIES),
    ]


class FeedbackResults(Schema):
    """What became of feedback."""

    results: list[ResultName] = described(
        "The outcome of each entry, in the same order: `recorded`, also if it was known before; "
        "`unknown_message`; `not_sent`, for a message that was never sent; `ignored`, for another type; or "
        "`later`, if there was no time for it: send it again.",
        ["recorded"],
    )


class MessageQuery(PageQuery):
    """Which messages to list."""

    workflow: Annotated[
        str, described("Only messages of the workflow with this ID.", WORKFLOW_ID, max_length=64)
    ] = ""
    contact: Annotated[
        int | None, described("Only messages to the contact with this ID.", 42, ge=1, le=HIGHEST_ID)
    ] = None
    state: Annotated[StateName | None, described("Only messages in this state.", "sent")] = None


class Message(Schema):
    """A message to a contact."""

    id: int = described("ID of the message.", 42)
    message_id: str = described(
        "The part of the email’s `Message-ID` before the @. Feedback names the message by it.", _MESSAGE_ID
    )
    channel: str = described("`email` or `sms`.", "email")
    state: StateName = described("What has become of it.", "sent")
    workflow_id: str | None = described("ID of the workflow; null if it was deleted.", WORKFLOW_ID)
    step: str = described("ID of the step that sends it.", "s4f0c1d2e3a5b")
    contact_id: int = described("ID of the contact.", 42)
    to: str | None = described("The address; null until it is sent.", "ann@example.com")
    subject: str | None = described("The subject; null until it is sent.", "Welcome, Ann")
    answer: str = described("What the mail server said, or why it was not sent.", "250 OK")
    due_at: datetime = described("From when on it may be sent.", EXAMPLE_MOMENT)
    settled_at: datetime | None = described("When it was sent, or given up.", "2026-03-01T09:00:02Z")
    opened_at: datetime | None = described("When a person first opened it.", None)
    clicked_at: datetime | None = described("When a person first clicked a link in it.", None)
    replied_at: datetime | None = described("When a person replied.", None)


class Cap(Schema):
    """How many messages a contact gets at most, from all workflows together."""

    messages: int = described("So many messages.", 3)
    days: int = described("Within so many days.", 7)
    beyond: Literal["wait", "skip"] = described("Whether further messages wait or are skipped.", "wait")


class StoppedWorkflow(Schema):
    """A workflow that Muster has paused. Activating it lets it go on."""

    workflow_id: str | None = described("ID of the workflow; null if it was deleted.", WORKFLOW_ID)
    reason: Literal["bounces", "complaints", "surge"] = described(
        "Too many emails that were returned or marked as spam, or more messages than usual.", "bounces"
    )
    message: str = described(
        "The reason in a sentence.",
        "Of its last 230 messages, 12 (5.22%) were returned. The limit is 5%.",
    )
    at: datetime = described("When it was paused.", EXAMPLE_MOMENT)


class Sending(Schema):
    """Whether and how the account's messages go out."""

    paused: bool = described("Whether all sending is paused.", False)
    frequency_cap: Cap | None = Field(description="The frequency cap; null without one.")
    stopped: list[StoppedWorkflow] = Field(description="Workflows that Muster has paused, the latest first.")


def sending_shape(state: SendingState) -> Sending:
    cap = state.cap
    return Sending(
        paused=state.is_paused,
        frequency_cap=Cap(messages=cap.messages, days=cap.days, beyond=cap.beyond.value) if cap else None,
        stopped=[
            StoppedWorkflow(
                workflow_id=public_id, reason=one.brake.reason.value, message=one.brake.sentence, at=one.at
            )
            for public_id, one in state.stopped
        ],
    )


def message_shapes(found: Sequence[ListedMessage]) -> list[dict[str, Any]]:
    """Return messages in the terms of the API."""
    return [_shape(one) for one in found]


def message_shape(one: ListedMessage) -> Message:
    return Message(**_shape(one))


def _shape(one: ListedMessage) -> dict[str, Any]:
    row = one.message
    same = ("id", "channel", "state", "contact_id", "subject")
    moments = ("due_at", "settled_at", "opened_at", "clicked_at", "replied_at")
    return {
        **{name: getattr(row, name) for name in (*same, *moments)},
        "message_id": message_id_of(row.id),
        "workflow_id": one.workflow.public_id if one.workflow and not one.workflow.is_deleted else None,
        "step": row.step_id,
        "to": row.address,
        "answer": one.answer,
    }
