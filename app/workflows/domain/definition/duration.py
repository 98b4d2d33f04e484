"""The longest and the shortest path through a definition. The duration of a workflow is that of its longest
path."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple, TypeAlias

from app.workflows.domain.definition.parts import Definition, Step

Pace: TypeAlias = Callable[[Step, timedelta], timedelta]
"""(step, time from the start until a contact comes to it) -> time from the start until it goes on. Who comes
later never goes on earlier."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WholePath:
    """A path from the first step of a definition to an end: the steps on it that are switched on, in order,
    and how long it takes."""

    steps: tuple[Step, ...]
    length: timedelta

    @property
    def days(self) -> int:
        """The length in days, rounded half up."""
        return (self.length + _DAY / 2) // _DAY

    @property
    def messages(self) -> int:
        """Number of messages on it."""
        return sum(1 for step in self.steps if step.is_message)


class _Stretch(NamedTuple):
    """The steps from the first one of a definition to some other, and the time that they take."""

    length: timedelta = timedelta()
    messages: int = 0
    steps: tuple[Step, ...] = ()

    def and_then(self, step: Step, pace: Pace) -> "_Stretch":
        return _Stretch(pace(step, self.length), self.messages + int(step.is_message), (*self.steps, step))


_Choose: TypeAlias = Callable[[Iterable[_Stretch]], _Stretch]


def days(definition: Definition) -> int:
    """Return the duration of the longest path in days, rounded half up."""
    return longest_path(definition).days


def wait_minutes(step: Step) -> int:
    """Return the longest time in minutes that a step holds a contact."""
    return step.kind.longest_wait(step.config) if step.kind and step.kind.longest_wait else 0


def _slowest(step: Step, at: timedelta) -> timedelta:
    return at + timedelta(minutes=wait_minutes(step))


def _fastest(step: Step, at: timedelta) -> timedelta:
    """Return when a contact goes on if what a step waits for happens at once."""
    return at + timedelta(
        minutes=step.kind.shortest_wait(step.config) if step.kind and step.kind.shortest_wait else 0
    )


def longest_path(definition: Definition, pace: Pace = _slowest) -> WholePath:
    """Return the path that takes longest; of several, one with more messages. By default, each step takes as
    long as it can."""
    return _whole(definition, pace, _longest)


def shortest_path(definition: Definition, pace: Pace = _fastest) -> WholePath:
    """Return the path that takes least time; of several, one with fewer messages. By default, what steps wait
    for happens at once."""
    return _whole(definition, pace, _shortest)


def _longest(several: Iterable[_Stretch]) -> _Stretch:
    return max(several, key=_rank)


def _shortest(several: Iterable[_Stretch]) -> _Stretch:
    return min(several, key=_rank)


def _rank(one: _Stretch) -> tuple[timedelta, int]:
    return one.length, one.messages


def _whole(definition: Definition, pace: Pace, choose: _Choose) -> WholePath:
    found = choose(one for one in _ends(definition.steps, _Stretch(), pace, choose) if one)
    return WholePath(found.steps, found.length)


def _ends(
    steps: Sequence[Step], so_far: _Stretch, pace: Pace, choose: _Choose
) -> tuple[_Stretch | None, _Stretch | None]:
    """Return the best stretch that stops inside, and the best one that leaves; None if there is none.

    Each list of steps is looked at once, with the best stretch that leads to it: because of what a pace is,
    no other leads to a better end.
    """
    stopped: list[_Stretch] = []
    for step in steps:
        if not step.enabled:
            continue
        so_far = so_far.and_then(step, pace)
        if step.kind and step.kind.stops:
            return choose([*stopped, so_far]), None
        if step.paths:
            ends = [_ends(path.steps, so_far, pace, choose) for path in step.paths]
            stopped += (inside for inside, _ in ends if inside)
            through = [leaving for _, leaving in ends if leaving]
            if not through:
                return choose(stopped), None
            so_far = choose(through)
    return choose(stopped) if stopped else None, so_far
