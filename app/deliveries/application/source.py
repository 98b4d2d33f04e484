"""Where deliveries come from: a higher room, whose enrollments wait for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.deliveries.domain.states import State


class Settled(NamedTuple):
    """A delivery whose end is known, and the enrollment that has waited for it."""

    enrollment_id: int
    step_id: str
    visit: int
    state: State
    on_failure: str


@dataclass(frozen=True)
class Source:
    """The room that plans deliveries.

    `settled` is told what became of deliveries, in the transaction that records it at a time. `waiting`
    returns {enrollment id: (step id, visit)} of those of some enrollments that are active, locked until the
    transaction ends.
    """

    settled: Callable[[int, Sequence[Settled], datetime], None]
    waiting: Callable[[int, Sequence[int]], Mapping[int, tuple[str, int]]]


_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Register the room that plans deliveries."""
    _sources[:] = [source]


def source() -> Source:
    return _sources[0]
