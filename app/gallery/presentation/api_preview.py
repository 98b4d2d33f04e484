"""The preview of a template as data: its nodes in order, in words, with sample messages."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_args

from pydantic import ConfigDict, Field

from app.gallery.application import TemplateDetails
from app.platform.api.example_ids import TEMPLATE_ID
from app.platform.api.schemas import Schema, described
from app.workflows.domain import EXAMPLE, Definition, Node, Step
from app.workflows.domain.definition.duration import wait_minutes
from app.workflows.domain.drawing.drawing import DrawnPath, NodeKind
from app.workflows.domain.drawing.sample_message import sample_message

Kind = Literal[get_args(NodeKind)]

MESSAGE: Final[dict[str, Any]] = {
    "medium": "Email",
    "subject": "Thanks for your interest, Anna",
    "preheader": "One question before we start.",
    "html": "<p>Hi Anna,</p>",
    "text": "",
    "sms_parts": None,
    "problems": [],
}
TRIGGER: Final[dict[str, Any]] = {
    "kind": "trigger",
    "id": "trigger",
    "type": EXAMPLE["trigger"]["type"],
    "name": "Trigger, Tag added",
    "title": "When the tag “new-lead” is added",
    "detail": "",
    "enabled": True,
    "channel": None,
    "wait_minutes": None,
    "settings": [],
    "merge_tags": [],
    "needs": [],
    "missing": [],
    "message": None,
    "paths": [],
}
EMAIL: Final = TRIGGER | {
    "kind": "step",
    "id": "hello",
    "type": EXAMPLE["steps"][0]["type"],
    "name": "Step 1, Send email",
    "title": "Send email",
    "detail": "Thanks for your interest, [First name]",
    "channel": "email",
    "settings": [{"label": "Subject", "value": "Thanks for your interest, {{ contact.first_name }}"}],
    "merge_tags": ["contact.first_name"],
    "message": MESSAGE,
}
PATH: Final[dict[str, Any]] = {
    "id": "clicked",
    "name": "Clicked",
    "rule": "Link clicked in “Thanks for your interest”",
    "is_default": False,
    "ends": False,
    "steps": [EMAIL],
}


class PreviewSetting(Schema):
    """A setting of a step, as shown to people."""

    model_config = ConfigDict(json_schema_extra={"examples": EMAIL["settings"]})

    label: str = Field(description="Name of the setting.")
    value: str = Field(description="Its value; texts hold merge tags as written.")


class PreviewMessage(Schema):
    """A message with the data of a sample contact."""

    model_config = ConfigDict(json_schema_extra={"examples": [MESSAGE]})

    medium: str = Field(description="`Email` or `SMS`.")
    subject: str = Field(description="Subject of an email; empty for an SMS.")
    preheader: str = Field(description="Text that mail programs show next to the subject.")
    html: str = Field(description="Content of an email, safe to display; empty for an SMS.")
    text: str = Field(description="Content of an SMS; empty for an email.")
    sms_parts: int | None = described("Number of parts of an SMS; null for an email.", 1)
    problems: list[str] = Field(description="What is wrong with the message, in sentences.")


class PreviewPath(Schema):
    """A path of a branch or split, and the steps on it."""

    model_config = ConfigDict(json_schema_extra={"examples": [PATH]})

    id: str = Field(description="ID of the path in the definition.")
    name: str = Field(description="Name of the path.")
    rule: str = Field(description="Who takes the path, in words; empty for everyone else.")
    is_default: bool = Field(description="Whether everyone else takes it.")
    ends: bool = Field(description="Whether nobody continues after it.")
    steps: list["PreviewNode"] = Field(description="The steps on it, in order.")


class PreviewNode(Schema):
    """A trigger, step, or goal."""

    model_config = ConfigDict(json_schema_extra={"examples": [EMAIL]})

    kind: Kind = Field(description="What it is.")
    id: str = Field(description="ID in the definition.")
    type: str = Field(description="Type of the trigger, step, or goal.")
    name: str = Field(description="Name and position, in words.")
    title: str = Field(description="What it does, in words.")
    detail: str = Field(description="More about what it does; may be empty.")
    enabled: bool = Field(description="Whether it is switched on.")
    channel: str | None = Field(description="Integration through which a step reaches people or systems.")
    wait_minutes: int | None = described("Longest time that a contact waits at a step, in minutes.", 1440)
    settings: list[PreviewSetting] = Field(description="Its settings, as shown to people.")
    merge_tags: list[str] = Field(description="Merge tags that it uses.")
    needs: list[str] = Field(description="Integrations that it uses.")
    missing: list[str] = Field(description="Those of them that the account lacks.")
    message: PreviewMessage | None = Field(description="The message that it sends; null without one.")
    paths: list[PreviewPath] = Field(description="Its paths; empty unless it is a branch or split.")


class TemplatePreview(Schema):
    """What a template does, step by step."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "template_id": TEMPLATE_ID,
                    "name": "New lead welcome",
                    "version": 3,
                    "days": 14,
                    "channels": ["email"],
                    "trigger": TRIGGER,
                    "steps": [EMAIL],
                    "goals": [],
                }
            ]
        }
    )

    template_id: str = Field(description="ID of the template.")
    name: str = Field(description="Name of the template.")
    version: int = Field(description="Version that is shown.")
    days: int = Field(description="Days from the first to the last step on the longest path.")
    channels: list[str] = Field(description="Integrations through which it sends messages.")
    trigger: PreviewNode = Field(description="What enrolls people.")
    steps: list[PreviewNode] = Field(description="Its steps, in order.")
    goals: list[PreviewNode] = Field(description="What people are to reach.")


def template_preview(details: TemplateDetails) -> TemplatePreview:
    card, nodes = details.card, details.drawing().nodes
    shown = _Shown(details.definition)
    return TemplatePreview(
        template_id=card.public_id,
        name=card.name,
        version=card.version,
        days=card.days,
        channels=list(card.channels),
        trigger=shown.node(nodes[0]),
        steps=shown.nodes(node for node in nodes[1:] if node.kind != "goal"),
        goals=shown.nodes(node for node in nodes[1:] if node.kind == "goal"),
    )


class _Shown:
    """Nodes of a drawing, with what their parts in the definition add."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._steps: Mapping[int, Step] = {step.number: step for step in definition.all_steps}

    def nodes(self, nodes: Iterable[Node]) -> list[PreviewNode]:
        return [self.node(node) for node in nodes]

    def node(self, node: Node) -> PreviewNode:
        step = self._steps.get(node.number)
        part = step or self._definition.part(node.id)
        return PreviewNode(
            kind=node.kind,
            id=node.id,
            type=part.type if part else "",
            name=node.name,
            title=node.title,
            detail=node.detail,
            enabled=node.enabled,
            channel=(step.kind.channel or None) if step and step.kind else None,
            wait_minutes=(wait_minutes(step) or None) if step else None,
            settings=[PreviewSetting(label=row.label, value=row.value) for row in node.rows],
            merge_tags=list(node.merge_tags),
            needs=list(node.needs),
            missing=list(node.missing),
            message=self._message(step) if step else None,
            paths=[self._path(path) for path in node.paths],
        )

    def _path(self, path: DrawnPath) -> PreviewPath:
        return PreviewPath(
            id=path.id,
            name=path.name,
            rule=path.rule,
            is_default=path.is_default,
            ends=path.ends,
            steps=self.nodes(path.nodes),
        )

    def _message(self, step: Step) -> PreviewMessage | None:
        sample = sample_message(self._definition, step)
        if sample is None:
            return None
        shown = sample.shown
        return PreviewMessage(
            medium=sample.medium,
            subject=shown.subject,
            preheader=shown.preheader,
            html=shown.html,
            text=shown.text,
            sms_parts=shown.length.parts if shown.length else None,
            problems=list(sample.problems),
        )
