"""What a card, a search and a list need to know of a definition, and its miniature."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from app.workflows.domain.checks.needs import INTEGRATIONS, needs
from app.workflows.domain.definition.duration import DAY, days, wait_minutes
from app.workflows.domain.definition.texts import step_merge_tags
from app.workflows.domain.definition.walk import (
    HARD_NESTING,
    arms_of,
    as_list,
    goals_of,
    is_on,
    live_steps,
    text_of,
    trigger_of,
    walk,
)
from app.workflows.domain.steps.types import ACTIONS, CHANNELS, STEPS

Miniature: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """`steps` counts every step through all arms, `actions` those of them that do something."""

    trigger: str
    steps: int
    actions: int
    days: int
    channels: tuple[str, ...]
    step_types: tuple[str, ...]
    merge_tags: tuple[str, ...]
    needs: tuple[str, ...]
    branches: int
    goals: int


def summary(document: Any) -> Summary:
    """The figures of a definition; what is switched off counts as a step but not as a channel."""
    places = list(walk(document))
    live = {STEPS[place.type].channel for place in live_steps(document) if place.type in STEPS}
    needed = needs(document)
    return Summary(
        trigger=text_of(trigger_of(document).get("type")),
        steps=len(places),
        actions=sum(place.type in ACTIONS for place in places),
        days=days(document),
        channels=tuple(channel for channel in CHANNELS if channel in live),
        step_types=tuple(dict.fromkeys(place.type for place in places if place.type in STEPS)),
        merge_tags=tuple(dict.fromkeys(tag for place in places for tag in step_merge_tags(place.step))),
        needs=tuple(name for name in INTEGRATIONS if name in needed),
        branches=sum(place.type in ("branch", "split") for place in places),
        goals=len(goals_of(document)),
    )


def miniature(document: Any) -> Miniature:
    """`{trigger, nodes, goals}` for the small drawing of a card, JSON-able.

    A node is `{kind: "dot", channel, off?}`, `{kind: "wait", days, off?}`, `{kind: "stop"}` or
    `{kind: "fork", split, arms: [nodes, …]}`; `days` may be a fraction.
    """
    steps = document.get("steps") if isinstance(document, dict) else None
    return {
        "trigger": text_of(trigger_of(document).get("type")),
        "nodes": _nodes(as_list(steps), 0),
        "goals": len(goals_of(document)),
    }


def _nodes(steps: list[Any], depth: int) -> list[dict[str, Any]]:
    if depth > HARD_NESTING:
        return []
    return [_node(step, depth) for step in steps if isinstance(step, dict)]


def _node(step: dict[str, Any], depth: int) -> dict[str, Any]:
    part = STEPS.get(text_of(step.get("type")))
    node: dict[str, Any]
    if arms := arms_of(step):
        ways = [_nodes(arm.steps, depth + 1) for arm in arms]
        node = {"kind": "fork", "split": step.get("type") == "split", "arms": ways}
    elif part and part.group == "timing":
        node = {"kind": "wait", "days": round(wait_minutes(step) / DAY, 2)}
    elif part and part.type == "stop":
        node = {"kind": "stop"}
    else:
        node = {"kind": "dot", "channel": part.channel if part else "unknown"}
    return node if is_on(step) else {**node, "off": True}
