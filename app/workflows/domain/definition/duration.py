"""The duration of a workflow: the sum of the waits on its longest path."""

from collections.abc import Sequence

from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.types.setting import DAY


def days(definition: Definition) -> int:
    """Return the duration of the longest path in days, rounded half up."""
    stopped, going = _longest(definition.steps)
    return int((max(stopped, going or 0) + DAY // 2) // DAY)


def wait_minutes(step: Step) -> int:
    """Return the longest time in minutes that a step holds a contact."""
    return step.kind.longest_wait(step.config) if step.kind and step.kind.longest_wait else 0


def _longest(steps: Sequence[Step]) -> tuple[int, int | None]:
    """Return (longest path that stops inside, longest that leaves, or None if none does), in minutes."""
    stopped, so_far = 0, 0
    for step in steps:
        if not step.enabled:
            continue
        if step.kind and step.kind.stops:
            return max(stopped, so_far), None
        if step.paths:
            ends = [_longest(path.steps) for path in step.paths]
            stopped = max(stopped, *(so_far + end[0] for end in ends))
            through = [end[1] for end in ends if end[1] is not None]
            if not through:
                return stopped, None
            so_far += max(through)
        else:
            so_far += wait_minutes(step)
    return stopped, so_far
