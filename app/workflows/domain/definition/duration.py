"""How long a workflow takes: the waits along its longest way through."""

from collections.abc import Sequence

from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.types.setting import DAY


def days(definition: Definition) -> int:
    """The longest way through, in whole days; half a day counts as one, less as none."""
    stopped, going = _longest(definition.steps)
    return int((max(stopped, going or 0) + DAY // 2) // DAY)


def wait_minutes(step: Step) -> int:
    """For how many minutes a step holds a contact at most."""
    return step.kind.longest_wait(step.config) if step.kind and step.kind.longest_wait else 0


def _longest(steps: Sequence[Step]) -> tuple[int, int | None]:
    """(longest way that stops inside, longest that comes out or None when none does), in minutes."""
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
