"""The summary of a definition for cards, lists and search, and its miniature drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.workflows.domain.definition.duration import days, wait_minutes
from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.drawing.drawing import node_kind
from app.workflows.domain.steps import channels
from app.workflows.domain.types.setting import DAY

Miniature: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """Summary of a definition.

    `steps` counts the steps of all paths; `trigger`, `step_types` and `goal_types` are names of types.
    """

    trigger: str
    steps: int
    days: int
    channels: tuple[str, ...]
    step_types: tuple[str, ...]
    goal_types: tuple[str, ...]


def summary(definition: Definition) -> Summary:
    """Summarize a definition. Parts that are switched off count as steps, but not as channels."""
    steps = definition.all_steps
    return Summary(
        trigger=definition.trigger.type,
        steps=len(steps),
        days=days(definition),
        channels=live_channels(definition),
        step_types=tuple(dict.fromkeys(step.type for step in steps if step.kind)),
        goal_types=tuple(goal.type for goal in definition.goals),
    )


def live_channels(definition: Definition) -> tuple[str, ...]:
    """Return the channels that live steps use, in display order."""
    used = {step.kind.channel for step in definition.live_steps if step.kind}
    return tuple(channel for channel in channels() if channel in used)


def miniature(definition: Definition) -> Miniature:
    """Return JSON data `{trigger, nodes, goals}` for the miniature drawing of a card.

    A node is `{kind: "step", type, off?}`, `{kind: "timing", days, off?}`, `{kind: "end"}` or
    `{kind: "fork", type, paths: [nodes, …]}`; `days` may be a fraction.
    """
    return {
        "trigger": definition.trigger.type,
        "nodes": _nodes(definition.steps),
        "goals": len(definition.goals),
    }


def _nodes(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [_node(step) for step in steps]


def _node(step: Step) -> dict[str, Any]:
    node: dict[str, Any] = {"kind": node_kind(step.kind)}
    if node["kind"] == "fork":
        node |= {"type": step.type, "paths": [_nodes(path.steps) for path in step.paths]}
    elif node["kind"] == "timing":
        node["days"] = round(wait_minutes(step) / DAY, 2)
    elif node["kind"] == "step":
        node["type"] = step.type
    return node if step.enabled else {**node, "off": True}
