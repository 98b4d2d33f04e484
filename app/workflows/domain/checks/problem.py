"""A problem of a definition."""

from dataclasses import dataclass
from typing import Any

from app.workflows.domain.definition.parts import Part, Step


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a part or of the whole definition.

    `step_id` is the id of the step or goal, "trigger", or empty for the whole; `number` the step's, or 0.
    """

    step_id: str
    step_name: str
    field: str
    message: str
    number: int = 0

    @classmethod
    def of(cls, part: Part, field: str, message: str) -> "Problem":
        """Return a problem of a trigger, step or goal."""
        return cls(part.id, part.name, field, message, part.number if isinstance(part, Step) else 0)

    @property
    def facts(self) -> dict[str, Any]:
        """Return it as JSON, for the facts of an error."""
        return {
            "step": self.step_id,
            "name": self.step_name,
            "field": self.field,
            "message": self.message,
        }

    def __str__(self) -> str:
        return f"{self.step_name}: {self.message}"
