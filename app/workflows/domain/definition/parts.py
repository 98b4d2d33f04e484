"""A definition as the rest of the program sees it: parsed once, typed, and never changed.

`parsing` makes it of a JSON document. It is complete also for a draft that is full of mistakes: what is not
a step is left out and noted among the faults.
"""

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
    """Something in the document that is not of the right form, at a field of its part."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A trigger, step or goal. `type` as it is written, `kind` its declaration (None for an unknown type);
    `pointer` leads to it in the document."""

    id: str
    type: str
    kind: PartType | None
    enabled: bool
    config: Config
    pointer: Pointer
    faults: tuple[Fault, ...] = ()

    @property
    def name(self) -> str:
        """What people call it."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """The words for its type; nothing for an unknown one."""
        return self.kind.title if self.kind else ""

    @property
    def settings(self) -> Iterator[tuple[Setting, Any]]:
        """The settings that count, with what is set (None for nothing)."""
        for setting in self.kind.applying(self.config) if self.kind else ():
            yield setting, self.config.get(setting.name)

    @property
    def texts(self) -> Iterator[tuple[Setting, str]]:
        """Every text that may hold merge tags."""
        for setting, value in self.settings:
            if setting.kind not in WITH_MERGE_TAGS:
                continue
            texts = value.values() if setting.kind == "pairs" and isinstance(value, dict) else (value,)
            yield from ((setting, text) for text in texts if isinstance(text, str) and text)

    @property
    def merge_tags(self) -> tuple[str, ...]:
        """The merge tags of its texts, each once, in order."""
        return tuple(dict.fromkeys(tag for _, text in self.texts for tag in analyse(text).tags))

    @property
    def contact_fields(self) -> Iterator[str]:
        """The fields of a contact that its settings name."""
        for setting, value in self.settings:
            if setting.kind in CONTACT_FIELDS and isinstance(value, str):
                yield value


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Part):
    """`exists`: whether the document has one. `filters` is a criteria document as it was written."""

    kind: TriggerType | None
    exists: bool
    filters: Any = None

    @property
    def name(self) -> str:
        """“Trigger, Tag added”."""
        return f"Trigger, {self.title}" if self.kind else "Trigger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal(Part):
    """`index`: its place among the goals, from 0."""

    kind: GoalType | None
    index: int

    @property
    def name(self) -> str:
        """“Goal 1, Books an appointment”."""
        return f"Goal {self.index + 1}, {self.title}" if self.kind else f"Goal {self.index + 1}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path of a fork. `key`: its place in the fork, an index or “default”; `criteria` and `percent` as
    they were written. `number` counts from 1, the default last."""

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
        """Whether it is where everyone else goes."""
        return self.key == "default"

    @property
    def field(self) -> str:
        """Where it is in the settings of its step, as problems name it."""
        return "default" if self.is_default else f"arms.{self.number}"

    @property
    def share(self) -> int:
        """Its percentage; 0 for what is no whole number."""
        return self.percent if isinstance(self.percent, int) and not isinstance(self.percent, bool) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Part):
    """`number` counts from 1 in reading order; `depth`: forks around it; `within`: (number of the fork, key
    of its path) from the outside in; `is_live`: switched on, and so is every fork around it."""

    kind: StepType | None
    number: int
    depth: int
    within: tuple[tuple[int, int | str], ...]
    paths: tuple[Path, ...]
    is_live: bool

    @property
    def title(self) -> str:
        """The words for its type."""
        return self.kind.title if self.kind else "Unknown step"

    @property
    def name(self) -> str:
        """“Step 3, Send email”."""
        return f"Step {self.number}, {self.title}"

    @property
    def is_action(self) -> bool:
        """Whether it does something."""
        return self.kind is not None and self.kind.group == "action"

    @property
    def is_message(self) -> bool:
        """Whether it sends a contact a text."""
        return self.kind is not None and self.kind.message is not None

    @property
    def is_editable(self) -> bool:
        """Whether some of its settings can be changed on its page."""
        return self.kind is not None and bool(self.kind.editable)

    def comes_before(self, other: "Step") -> bool:
        """Whether a contact at `other` can have been here already."""
        if self.number >= other.number:
            return False
        forks = dict(other.within)
        return all(number not in forks or forks[number] == key for number, key in self.within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`steps`: the outermost list; `all_steps`: every step through all paths, in reading order. `match`:
    whether any or all goals have to be reached. `document`: the JSON that it was made of, which nobody
    changes. `is_readable`: whether that is a workflow at all."""

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
        """The trigger, every step, every goal."""
        yield self.trigger
        yield from self.all_steps
        yield from self.goals

    @property
    def live_parts(self) -> Iterator[Part]:
        """Those that are switched on; no step inside a fork that is off."""
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
        """The message steps, those that are switched off too."""
        return tuple(step for step in self.all_steps if step.is_message)

    def step(self, step_id: str) -> Step | None:
        """The step with that id."""
        return next((step for step in self.all_steps if step.id == step_id), None)

    def part(self, part_id: str) -> Part | None:
        """The trigger (“trigger”), step or goal with that id; None for an empty id."""
        if part_id == TRIGGER_ID and self.trigger.exists:
            return self.trigger
        named: tuple[Part, ...] = (*self.all_steps, *self.goals)
        return next((part for part in named if part.id == part_id), None) if part_id else None

    @property
    def criteria(self) -> Iterator[Any]:
        """Every criteria document: the trigger's filters and the criteria of paths."""
        yield self.trigger.filters
        for step in self.all_steps:
            yield from (path.criteria for path in step.paths if path.criteria is not None)
