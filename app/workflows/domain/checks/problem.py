"""One thing that is wrong with a definition, and what the parts of a definition are called in words."""

from dataclasses import dataclass
from typing import Any

from app.workflows.domain.definition.walk import text_of
from app.workflows.domain.steps.goals import GOALS
from app.workflows.domain.steps.triggers import TRIGGERS

TRIGGER_ID = "trigger"


@dataclass(frozen=True, slots=True)
class Problem:
    """`step_id`: of the step or goal, “trigger”, or nothing for the whole; `number`: the step's, or 0."""

    step_id: str
    step_name: str
    field: str
    message: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.step_name}: {self.message}"


def trigger_name(trigger: dict[str, Any]) -> str:
    """How people call the trigger: “Trigger, Tag added”."""
    part = TRIGGERS.get(text_of(trigger.get("type")))
    return f"Trigger, {part.title}" if part else "Trigger"


def goal_name(goal: dict[str, Any], index: int) -> str:
    """How people call a goal: “Goal 1, Books an appointment”."""
    part = GOALS.get(text_of(goal.get("type")))
    return f"Goal {index + 1}, {part.title}" if part else f"Goal {index + 1}"
