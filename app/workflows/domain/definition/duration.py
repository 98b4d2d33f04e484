"""How long a workflow takes: the waits along its longest way."""

from typing import Any

from app.workflows.domain.definition.walk import HARD_NESTING, arms_of, as_list, config_of, is_on
from app.workflows.domain.steps.setting import in_minutes

DAY = 1440


def days(document: Any) -> int:
    """The longest way through, in whole days; half a day counts as one, less as none.

    A wait for something to happen counts until it is given up, a weekday as a week. A time of day is part of
    the wait before it, and a date is not known here: both count nothing.
    """
    steps = document.get("steps") if isinstance(document, dict) else None
    stopped, going = _longest(as_list(steps), 0)
    return int((max(stopped, going or 0) + DAY // 2) // DAY)


def _longest(steps: list[Any], depth: int) -> tuple[int, int | None]:
    """(longest way that stops inside, longest that comes out or None when none does), in minutes."""
    stopped, so_far = 0, 0
    for step in steps if depth <= HARD_NESTING else []:
        if not is_on(step):
            continue
        if step.get("type") == "stop":
            return max(stopped, so_far), None
        if arms := arms_of(step):
            ways = [_longest(arm.steps, depth + 1) for arm in arms]
            stopped = max(stopped, *(so_far + way[0] for way in ways))
            through = [way[1] for way in ways if way[1] is not None]
            if not through:
                return stopped, None
            so_far += max(through)
        else:
            so_far += wait_minutes(step)
    return stopped, so_far


def wait_minutes(step: Any) -> int:
    """How long a timing step holds a contact at most, in minutes; 0 for what does not wait."""
    config = config_of(step)
    kind = step.get("type") if isinstance(step, dict) else None
    if kind == "wait":
        return in_minutes(config)
    if kind == "wait_for_event":
        return in_minutes(config.get("timeout"))
    if kind == "wait_until" and config.get("kind") == "weekday":
        return 7 * DAY
    return 0
