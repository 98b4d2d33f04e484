"""The typed, immutable parts of a definition.

`parsing` creates them from a JSON document, also from an invalid one: what is not a step is left out and
recorded as a fault.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.workflows.domain.definition.document import Document
from app.workflows.domain.messages.merge_tags import analyse
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.declarations import GoalType, PartType, StepType, TriggerType
from app.workflows.domain.types.setting import CONTACT_FIELDS, WITH_MERGE_TAGS, Setting

Pointer: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a value in the document."""

TRIGGER_ID = "trigger"


@dataclass(frozen=True, slots=True)
class Fault:
    """A structural error at a field of a part of the document."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(ABC):
    """A trigger, step or goal.

    `type` is the name in the document, `kind` its declaration (None for an unknown type), `pointer` its place
    in the document.
    """

    id: str
    type: str
    kind: PartType | None
    enabled: bool
    config: Config
    pointer: Pointer
    faults: tuple[Fault, ...] = ()

    @property
    @abstractmethod
    def name(self) -> str:
        """The name shown to users."""

    @property
    def title(self) -> str:
        """The title of its type; empty for an unknown type."""
        return self.kind.title if self.kind else ""

    @property
    def is_editable(self) -> bool:
        """Whether some of its settings can be changed on its page."""
        return self.kind is not None and bool(self.kind.editable)

    @property
    def settings(self) -> Iterator[tuple[Setting, Any]]:
        """Yield the settings that apply, with their values (None if not set)."""
        for setting in self.kind.applying(self.config) if self.kind else ():
            yield setting, self.config.get(setting.name)

    def value(self, name: str) -> Any:
        """Return the value of one of its settings, or the setting's default."""
        return next((one.value(self.config) for one, _ in self.settings if one.name == name), None)

    @property
    def texts(self) -> Iterator[tuple[Setting, str]]:
        """Yield every text that may contain merge tags, with its setting."""
        for setting, value in self.settings:
            if setting.kind not in WITH_MERGE_TAGS:
                continue
            texts = value.values() if setting.kind == "pairs" and isinstance(value, dict) else (value,)
            yield from ((setting, text) for text in texts if isinstance(text, str) and text)

    @property
    def merge_tags(self) -> tuple[str, ...]:
        """The merge tags of its texts, without duplicates, in order."""
        return tuple(dict.fromkeys(tag for _, text in self.texts for tag in analyse(text).tags))

    @property
    def contact_fields(self) -> Iterator[str]:
        """Yield the contact fields that its settings refer to."""
        for setting, value in self.settings:
            if setting.kind in CONTACT_FIELDS and isinstance(value, str):
                yield value


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Part):
    """The trigger. `exists` is False if the document has none; `filters` is its criteria document."""

    kind: TriggerType | None
    exists: bool
    filters: Any = None

    @property
    def name(self) -> str:
        """The name shown to users, such as “Trigger, Tag added”."""
        return f"Trigger, {self.title}" if self.kind else "Trigger"

    @property
    def enrolls(self) -> bool:
        """Whether it enrolls people by itself: it is switched on, and not left to people."""
        return self.exists and self.enabled and self.kind is not None and self.kind.enrolls


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Part):
    """A goal. `index` is its position among the goals, from 0."""

    kind: GoalType | None
    index: int

    @property
    def name(self) -> str:
        """The name shown to users, such as “Goal 1, Books an appointment”."""
        return f"Goal {self.index + 1}, {self.title}" if self.kind else f"Goal {self.index + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path of a fork.

    `key` is its index in the fork, or "default". `criteria` and `percent` are the values as given. `number`
    counts from 1, with the default path last.
    """

    id: str
    name: str
    key: int | str
    number: int
    steps: "tuple[Step, ...]"
    pointer: Pointer
    criteria: Any = None
    percent: Any = None

    @property
    def is_default(self) -> bool:
        """Whether it is the path for everyone else."""
        return self.key == "default"

    @property
    def ref(self) -> str:
        """What forms and addresses call it: its id, which it keeps when paths are moved, or "default"."""
        return str(self.key) if self.is_default or self.id in ("", "default") else self.id

    @property
    def field(self) -> str:
        """Its place in the settings of its step, as used in problems."""
        return "default" if self.is_default else f"arms.{self.number}"

    @property
    def share(self) -> int:
        """Its percentage; 0 if that is not an integer."""
        return self.percent if isinstance(self.percent, int) and not isinstance(self.percent, bool) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Part):
    """A step.

    `number` counts from 1 in reading order; `depth` is the number of forks around it, `within` their (number,
    key of the path) from the outside in. `is_live` means that it and every fork around it is switched on.
    """

    kind: StepType | None
    number: int
    depth: int
    within: tuple[tuple[int, int | str], ...]
    paths: tuple[Path, ...]
    is_live: bool

    @property
    def title(self) -> str:
        """The title of its type."""
        return self.kind.title if self.kind else "Unknown step"

    @property
    def name(self) -> str:
        """The name shown to users, such as “Step 3, Send email”."""
        return f"Step {self.number}, {self.title}"

    @property
    def is_action(self) -> bool:
        """Whether its type belongs to the group of actions."""
        return self.kind is not None and self.kind.group == "action"

    @property
    def is_message(self) -> bool:
        """Whether it sends a message to the contact."""
        return self.kind is not None and self.kind.message is not None

    def comes_before(self, other: "Step") -> bool:
        """Return whether a contact at `other` can have passed this step."""
        if self.number >= other.number:
            return False
        forks = dict(other.within)
        return all(number not in forks or forks[number] == key for number, key in self.within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A parsed definition.

    `steps` is the outermost list, `all_steps` the steps of all paths in reading order. `match` tells whether
    any or all goals must be reached. `document` is the JSON it was parsed from, which must not be modified;
    `is_readable` is False if that is no workflow at all.
    """

    document: Document
    trigger: Trigger
    steps: tuple[Step, ...]
    all_steps: tuple[Step, ...]
    goals: tuple[Goal, ...]
    match: str
    is_readable: bool
    faults: tuple[Fault, ...] = ()
    goal_faults: tuple[Fault, ...] = ()

    @property
    def parts(self) -> Iterator[Part]:
        """Yield the trigger, every step and every goal."""
        yield self.trigger
        yield from self.all_steps
        yield from self.goals

    @property
    def live_parts(self) -> Iterator[Part]:
        """Yield the parts that are switched on, without steps inside a fork that is off."""
        if self.trigger.enabled:
            yield self.trigger
        yield from self.live_steps
        yield from (goal for goal in self.goals if goal.enabled)

    @property
    def live_steps(self) -> tuple[Step, ...]:
        """The steps that can run."""
        return tuple(step for step in self.all_steps if step.is_live)

    @property
    def messages(self) -> tuple[Step, ...]:
        """The message steps, including those that are switched off."""
        return tuple(step for step in self.all_steps if step.is_message)

    def step(self, step_id: str) -> Step | None:
        """Return the step with this id, or None."""
        return next((step for step in self.all_steps if step.id == step_id), None)

    def part(self, part_id: str) -> Part | None:
        """Return the trigger (id "trigger"), step or goal with this id, or None."""
        if part_id == TRIGGER_ID and self.trigger.exists:
            return self.trigger
        named: tuple[Part, ...] = (*self.all_steps, *self.goals)
        return next((part for part in named if part.id == part_id), None) if part_id else None

    @property
    def criteria(self) -> Iterator[Any]:
        """Yield every criteria document: the trigger's filters, and the criteria of paths."""
        yield self.trigger.filters
        for step in self.all_steps:
            yield from (path.criteria for path in step.paths if path.criteria is not None)
