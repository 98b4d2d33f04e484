"""The way through a definition: the step at which an enrollment goes on, and what follows it.

Steps that are switched off, and steps inside a fork that is, are passed over, unless somebody asks to see the
former.
"""

from collections.abc import Sequence

from app.workflows.domain import Definition, Step
from app.workflows.domain.definition.parts import Path


class Route:
    """The way through one definition. A step is named by its id; an empty id is the end."""

    def __init__(self, definition: Definition, *, with_off: bool = False) -> None:
        self._with_off = with_off
        self._steps: dict[str, Step] = {}
        self._after: dict[str, str] = {}
        self._lay(definition.steps, "")

    def step_at(self, step_id: str | None) -> Step | None:
        """Return the step at which an enrollment goes on that stands at `step_id`; None at the end, and if
        there is no such step."""
        while step_id:
            step = self._steps.get(step_id)
            if step is None or step.is_live or self._with_off:
                return step
            step_id = self._after[step_id]
        return None

    def after(self, step: Step) -> Step | None:
        """Return the step that follows, outside of the step's own paths; None at the end."""
        return self.step_at(self._after[step.id])

    def into(self, step: Step, path: Path) -> Step | None:
        """Return the first step of a path; what follows the fork if the path has none."""
        return self.step_at(path.steps[0].id) if path.steps else self.after(step)

    def _lay(self, steps: Sequence[Step], then: str) -> None:
        """Record a list of steps, after which `then` follows."""
        for step in reversed(steps):
            self._steps[step.id], self._after[step.id] = step, then
            for path in step.paths:
                self._lay(path.steps, then)
            then = step.id
