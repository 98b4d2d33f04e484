"""The numbers of a workflow’s analytics, as pages, downloads, and programs get them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.engine.domain.periods import Period
from app.engine.domain.proportions import Difference, difference, interval, share
from app.messaging.application import Result
from app.workflows.infrastructure.tables import Workflow

REACTIONS = (Result.OPENED, Result.CLICKED, Result.REPLIED)
OF_EMAILS = (Result.OPENED, Result.CLICKED)
"""Results that only emails can have."""


@dataclass(frozen=True)
class PeopleNumbers:
    """How many people were enrolled in a period, and what has become of them so far. `active` and the ends
    add up to `enrolled`. `minutes_to_goal` is the median, rounded down to the minute, hour, or day."""

    enrolled: int
    goal_reached: int
    completed: int
    failed: int
    removed: int
    minutes_to_goal: int | None

    @property
    def active(self) -> int:
        """Those who have not left the workflow, and those who wait for it to be started."""
        return self.enrolled - self.goal_reached - self.completed - self.failed - self.removed

    @property
    def goal_rate(self) -> float | None:
        return share(self.goal_reached, self.enrolled)


@dataclass(frozen=True)
class SourceNumbers:
    """How many people a source has enrolled, by the parts of the period."""

    source: str
    label: str
    parts: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.parts)


@dataclass(frozen=True)
class StepLabel:
    """A step in words: its `number` is 0 if it is no longer in the workflow. `depth` counts the forks around
    it; `path` is the name of the innermost path."""

    step_id: str
    number: int
    title: str
    detail: str
    depth: int = 0
    path: str = ""

    @property
    def words(self) -> str:
        return f"{self.number}. {self.title}" if self.number else self.title


@dataclass(frozen=True)
class StepNumbers:
    """Of the people who were enrolled in the period: how many `passed` a step (`skipped` of them without
    effect), and how many ended there. `here` are all who are at the step now, whenever they were enrolled."""

    step: StepLabel
    passed: int
    skipped: int
    goal_reached: int
    failed: int
    removed: int
    here: int

    @property
    def left(self) -> int:
        """How many left before they passed it."""
        return self.goal_reached + self.failed + self.removed


@dataclass(frozen=True)
class MessageNumbers:
    """Messages that were sent in the period by result, with those that failed or were skipped in it. Of SENT,
    all others are parts, apart from FAILED and SKIPPED. `texts` of them are text messages, of which nobody
    knows who opens them."""

    results: Mapping[str, int]
    texts: int = 0

    def of(self, result: Result) -> int:
        return self.results.get(result.value, 0)

    @property
    def sent(self) -> int:
        return self.of(Result.SENT)

    def rate(self, result: Result) -> float | None:
        """Return the share of a result; None if no message could have it."""
        return share(self.of(result), self.base(result))

    def base(self, result: Result) -> int:
        """Return how many messages could have a result."""
        return self.sent - self.texts if result in OF_EMAILS else self.sent


@dataclass(frozen=True)
class StepMessages:
    """The messages of a step."""

    step: StepLabel
    numbers: MessageNumbers


@dataclass(frozen=True)
class PathNumbers:
    """A path of a split: the people who were enrolled in the period and took it, and the messages that its
    steps sent in the period, also compared with those of the first path.

    At least so many people, `recipients`, got those messages, and `emailed` emails among them. How sure a
    rate is depends on their number, not on that of messages: what somebody does with one message says
    something about the next.
    """

    path_id: str
    name: str
    percent: int
    people: int
    numbers: MessageNumbers
    recipients: int
    emailed: int
    than_first: Mapping[Result, Difference] = field(default_factory=dict)

    def interval(self, result: Result) -> tuple[float, float] | None:
        """Return between what the rate lies with 95% confidence; None without anybody."""
        part, people = self._sample(result)
        return interval(part, people) if people else None

    def than(self, other: "PathNumbers", result: Result) -> Difference:
        return difference(*self._sample(result), *other._sample(result))

    def _sample(self, result: Result) -> tuple[float, int]:
        """Return how many of how many people the rate stands for."""
        people = self.emailed if result in OF_EMAILS else self.recipients
        return (self.numbers.rate(result) or 0.0) * people, people


@dataclass(frozen=True)
class SplitNumbers:
    step: StepLabel
    paths: Sequence[PathNumbers]


@dataclass(frozen=True)
class Compared:
    """The numbers of the period before."""

    period: Period
    people: PeopleNumbers
    messages: MessageNumbers


@dataclass(frozen=True)
class Analytics:
    """The numbers of a workflow in a period. `parts` are the days, weeks, or months of `sources`."""

    workflow: Workflow
    period: Period
    people: PeopleNumbers
    messages: MessageNumbers
    before: Compared | None
    parts: Sequence[Period]
    sources: Sequence[SourceNumbers]
    steps: Sequence[StepNumbers]
    step_messages: Sequence[StepMessages]
    splits: Sequence[SplitNumbers]
    first_day: date | None
    has_goals: bool
