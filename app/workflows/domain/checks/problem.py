"""One thing that is wrong with a definition."""

from dataclasses import dataclass

from app.workflows.domain.definition.parts import Part, Step


@dataclass(frozen=True, slots=True)
class Problem:
    """`step_id`: of the step or goal, “trigger”, or nothing for the whole; `number`: the step's, or 0."""

    step_id: str
    step_name: str
    field: str
    message: str
    number: int = 0

    @classmethod
    def of(cls, part: Part, field: str, message: str) -> "Problem":
        """A problem of a trigger, step or goal."""
        return cls(part.id, part.name, field, message, part.number if isinstance(part, Step) else 0)

    def __str__(self) -> str:
        return f"{self.step_name}: {self.message}"
