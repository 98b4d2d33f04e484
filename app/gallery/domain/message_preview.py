"""Preview of a template's message with sample data, and its position among the messages."""

from dataclasses import dataclass

from app.workflows.domain import Definition, Step
from app.workflows.domain.drawing.sample_message import SampleMessage, sample_message


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """A message, `position` of `count` from 1; `previous_id` and `next_id` are empty at the ends."""

    step: Step
    sample: SampleMessage
    position: int
    count: int
    previous_id: str
    next_id: str


def first_message(definition: Definition) -> str:
    """Return the id of the first step with a message, or an empty text."""
    return next((step.id for step in definition.messages if step.id), "")


def message_preview(definition: Definition, step_id: str) -> MessagePreview | None:
    """Return the message of a step; None if there is no such step or it has no message."""
    messages = [step for step in definition.messages if step.id]
    at = next((at for at, step in enumerate(messages) if step.id == step_id), None)
    if at is None or (sample := sample_message(definition, messages[at])) is None:
        return None
    return MessagePreview(
        step=messages[at],
        sample=sample,
        position=at + 1,
        count=len(messages),
        previous_id=messages[at - 1].id if at else "",
        next_id=messages[at + 1].id if at + 1 < len(messages) else "",
    )
