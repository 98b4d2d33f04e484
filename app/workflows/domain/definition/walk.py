"""Walking a definition: every step through all arms, in reading order, with its number and place.

Reading is tolerant: whatever is not a step is passed over and nesting is cut off, so a draft that is full
of mistakes can still be drawn. Judging is the validator's work.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.workflows.domain.definition.document import Step
from app.workflows.domain.steps.types import STEPS

HARD_NESTING = 20
EVERYONE_ELSE = "Everyone else"


@dataclass(frozen=True, slots=True)
class Arm:
    """One way out of a branch or split. `key` is its place in `config`: an index, or "default"."""

    id: str
    name: str
    steps: list[Any]
    key: int | str
    criteria: Any = None
    percent: Any = None

    @property
    def is_default(self) -> bool:
        """Whether it is where everyone else goes."""
        return self.key == "default"


@dataclass(frozen=True, slots=True)
class Place:
    """A step and where it stands: `number` counts from 1 in reading order, `path` leads to it in the JSON."""

    step: Step
    number: int
    depth: int
    position: int
    path: tuple[str | int, ...]
    arms: tuple[tuple[int, int | str], ...]
    """(number of the fork, key of its arm) from the outside in."""

    @property
    def id(self) -> str:
        """The step's id, or nothing."""
        return text_of(self.step.get("id"))

    @property
    def type(self) -> str:
        """The step's type, or nothing."""
        return text_of(self.step.get("type"))

    @property
    def name(self) -> str:
        """How people call it: “Step 3, Send email”."""
        return f"Step {self.number}, {step_title(self.type)}"


def walk(document: Any) -> Iterator[Place]:
    """Every step of the document in reading order, arms from first to default."""
    if isinstance(document, dict):
        yield from _walk(document.get("steps"), ("steps",), (), 0, [0])


def _walk(
    steps: Any,
    path: tuple[str | int, ...],
    arms: tuple[tuple[int, int | str], ...],
    depth: int,
    count: list[int],
) -> Iterator[Place]:
    if depth > HARD_NESTING:
        return
    for position, step in enumerate(as_list(steps)):
        if not isinstance(step, dict):
            continue
        count[0] += 1
        number = count[0]
        yield Place(step, number, depth, position, (*path, position), arms)
        for arm in arms_of(step):
            inner = ("arms", arm.key) if isinstance(arm.key, int) else ("default",)
            way = (*path, position, "config", *inner, "steps")
            yield from _walk(arm.steps, way, (*arms, (number, arm.key)), depth + 1, count)


def arms_of(step: Any) -> list[Arm]:
    """The arms of a branch (the default always there, and last) or split; none for other steps."""
    kind = step.get("type") if isinstance(step, dict) else None
    if kind not in ("branch", "split"):
        return []
    config = as_dict(step.get("config"))
    found = [
        Arm(
            text_of(arm.get("id")),
            text_of(arm.get("name")),
            as_list(arm.get("steps")),
            index,
            arm.get("criteria"),
            arm.get("percent"),
        )
        for index, arm in enumerate(as_list(config.get("arms")))
        if isinstance(arm, dict)
    ]
    if kind == "branch":
        default = as_dict(config.get("default"))
        name = text_of(default.get("name")) or EVERYONE_ELSE
        found.append(Arm(text_of(default.get("id")), name, as_list(default.get("steps")), "default"))
    return found


def find_step(document: Any, step_id: str) -> Place | None:
    """The step with that id."""
    return next((place for place in walk(document) if place.id == step_id), None)


def trigger_of(document: Any) -> dict[str, Any]:
    """The trigger, or nothing."""
    return as_dict(document.get("trigger")) if isinstance(document, dict) else {}


def goals_of(document: Any) -> list[dict[str, Any]]:
    """The goals, or none."""
    goals = as_dict(document.get("goals")) if isinstance(document, dict) else {}
    return [goal for goal in as_list(goals.get("items")) if isinstance(goal, dict)]


def goals_match(document: Any) -> str:
    """“any” or “all”."""
    goals = as_dict(document.get("goals")) if isinstance(document, dict) else {}
    return "all" if goals.get("match") == "all" else "any"


def config_of(part: Any) -> dict[str, Any]:
    """The settings of a trigger, step or goal."""
    return as_dict(part.get("config")) if isinstance(part, dict) else {}


def is_on(part: Any) -> bool:
    """Whether a trigger, step or goal is switched on; on unless it says otherwise."""
    return isinstance(part, dict) and part.get("enabled") is not False


def live_steps(document: Any) -> Iterator[Place]:
    """The steps that can run: switched on, and not inside a fork that is switched off."""
    off: set[int] = set()
    for place in walk(document):
        if not is_on(place.step):
            off.add(place.number)
        elif not any(number in off for number, _ in place.arms):
            yield place


def step_title(kind: str) -> str:
    """The words for a type of step."""
    part = STEPS.get(kind)
    return part.title if part else "Unknown step"


def as_list(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def as_dict(value: Any) -> dict[str, Any]:
    """The mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """The text, or nothing."""
    return value if isinstance(value, str) else ""
