"""A message of a template as its reader would see it, with the data of a sample contact."""

from dataclasses import dataclass
from typing import Any

from app.workflows.domain import MERGE_TAGS, find_step, render_email_body, render_text, walk
from app.workflows.domain.custom_fields import custom_fields_in
from app.workflows.domain.definition.texts import step_merge_tags
from app.workflows.domain.definition.walk import config_of, text_of
from app.workflows.domain.drawing.sample_message import sample_values
from app.workflows.domain.messages.liquid_filters import plain
from app.workflows.domain.messages.merge_tags import tag_label
from app.workflows.domain.steps.types import MESSAGES


@dataclass(frozen=True, slots=True)
class MergeTagUsed:
    """A merge tag as it is written, its label and the sample that stands for it; `need`: what fills it."""

    written: str
    label: str
    sample: str
    need: str


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """`html`: an email's body, safe to show as it is; `text`: an SMS. `position` of `count` messages.
    `sender_line`: the business and its postal address, which stand below every email."""

    step_id: str
    number: int
    type: str
    enabled: bool
    position: int
    count: int
    previous_id: str
    next_id: str
    subject: str
    preheader: str
    html: str
    text: str
    sender_line: str
    merge_tags: tuple[MergeTagUsed, ...]


def first_message(definition: Any) -> str:
    """The id of the first message, or nothing."""
    return next(iter(_message_ids(definition)), "")


def sample_message(definition: Any, step_id: str) -> SampleMessage | None:
    """The message of a step; None when there is no such step or it sends nothing."""
    ids = _message_ids(definition)
    place = find_step(definition, step_id)
    if place is None or step_id not in ids:
        return None
    config, at = config_of(place.step), ids.index(step_id)
    context = sample_values(definition, custom_fields_in(definition))
    return SampleMessage(
        step_id=step_id,
        number=place.number,
        type=place.type,
        enabled=place.step.get("enabled") is not False,
        position=at + 1,
        count=len(ids),
        previous_id=ids[at - 1] if at else "",
        next_id=ids[at + 1] if at + 1 < len(ids) else "",
        subject=render_text(text_of(config.get("subject")), context, one_line=True),
        preheader=render_text(text_of(config.get("preheader")), context, one_line=True),
        html=render_email_body(text_of(config.get("body")), context) if place.type == "send_email" else "",
        text=render_text(text_of(config.get("text")), context),
        sender_line=_sender_line(context["account"]),
        merge_tags=tuple(_used(path, context) for path in step_merge_tags(place.step)),
    )


def _sender_line(account: dict[str, Any]) -> str:
    return f"{account['name']} · {', '.join(account['postal_address'].splitlines())}"


def _message_ids(definition: Any) -> list[str]:
    return [place.id for place in walk(definition) if place.type in MESSAGES and place.id]


def _used(path: str, context: dict[str, Any]) -> MergeTagUsed:
    known = MERGE_TAGS.get(path)
    sample = known.sample if known else plain(context["contact"]["custom"].get(path.rpartition(".")[2], ""))
    need = known.need if known else ""
    return MergeTagUsed("{{ " + path + " }}", tag_label(path), " ".join(sample.split()), need)
