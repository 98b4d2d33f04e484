"""The declarations of all types of steps, triggers and goals, one file for each subject."""

from collections.abc import Iterator

from app.workflows.domain.steps import (
    event_fields as _event_fields,  # noqa: F401 (registers what criteria of workflows may ask about)
)
from app.workflows.domain.steps import (
    goals,
    logic,
    messages,
    other_workflows,
    tags_and_fields,
    team,
    triggers,
    waits,
    webhook,
)
from app.workflows.domain.types.declarations import GoalType, PartType, Registry, StepType, TriggerType

_SUBJECTS = (messages, tags_and_fields, team, webhook, other_workflows, waits, logic)

STEPS: Registry[StepType] = Registry(one for subject in _SUBJECTS for one in subject.TYPES)
TRIGGERS: Registry[TriggerType] = Registry(triggers.TYPES)
GOALS: Registry[GoalType] = Registry(goals.TYPES)


def types_named(name: str) -> Iterator[PartType]:
    """Yield the types with this name, which a step, a trigger and a goal may share."""
    yield from (one for one in (STEPS.get(name), TRIGGERS.get(name), GOALS.get(name)) if one)


def channels() -> dict[str, StepType]:
    """Return {channel: first step type that uses it}, in display order.

    A channel is an integration through which workflows reach people or external systems.
    """
    found: dict[str, StepType] = {}
    for one in STEPS:
        if one.channel:
            found.setdefault(one.channel, one)
    return found


__all__ = ["GOALS", "STEPS", "TRIGGERS", "channels", "types_named"]
