"""A message of a template with sample data, and its place among the template's messages."""

from dataclasses import dataclass

from app.workflows.domain import Definition, Step
from app.workflows.domain.drawing.sample_message import SampleMessage, sample_message


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """`position` of `count` messages, from 1; the ids of those beside it are empty at the ends."""

    step: Step
    sample: SampleMessage
    position: int
    count: int
    previous_id: str
    next_id: str


def first_message(definition: Definition) -> str:
    """The id of the first message, or nothing."""
    return next((step.id for step in definition.messages if step.id), "")


def message_preview(definition: Definition, step_id: str) -> MessagePreview | None:
    """The message of a step; None when there is no such step or it sends nothing."""
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
