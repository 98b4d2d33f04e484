"""What a card, a search and a list need to know of a definition, and its miniature."""

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
    """`steps` counts every step through all paths; `trigger`, `step_types`, `goal_types`: names of types."""

    trigger: str
    steps: int
    days: int
    channels: tuple[str, ...]
    step_types: tuple[str, ...]
    goal_types: tuple[str, ...]


def summary(definition: Definition) -> Summary:
    """The figures of a definition; what is switched off counts as a step but not as a channel."""
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
    """The channels that it uses, in the order in which they are shown."""
    used = {step.kind.channel for step in definition.live_steps if step.kind}
    return tuple(channel for channel in channels() if channel in used)


def miniature(definition: Definition) -> Miniature:
    """`{trigger, nodes, goals}` for the small drawing of a card, JSON-able.

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
