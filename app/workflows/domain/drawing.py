"""The view model of the workflow drawing: nested, complete, and nothing but data.

A Jinja macro turns it into nested lists; preview, workflow page, editor and comparison use the same one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from app.workflows.domain.criteria_words import criteria_words
from app.workflows.domain.describe import goal_words, goals_words, message_names, step_words, trigger_words
from app.workflows.domain.fields import field_label
from app.workflows.domain.goals import GOALS
from app.workflows.domain.needs import INTEGRATIONS, step_needs
from app.workflows.domain.problem import TRIGGER_ID, Problem
from app.workflows.domain.setting import Setting
from app.workflows.domain.steps import MESSAGES, STEPS
from app.workflows.domain.texts import step_merge_tags
from app.workflows.domain.triggers import TRIGGERS
from app.workflows.domain.walk import (
    Arm,
    Place,
    arms_of,
    config_of,
    goals_match,
    goals_of,
    is_on,
    text_of,
    trigger_of,
    walk,
)
from app.workflows.domain.words import day_words, length_words

NodeKind: TypeAlias = Literal["step", "wait", "branch", "split", "stop"]
KINDS: dict[str, NodeKind] = {"branch": "branch", "split": "split", "stop": "stop"}


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as it is shown: label, words, and the kind that says how to show it."""

    name: str
    label: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class DrawnArm:
    """One way of a fork. `words`: its conditions or percentage."""

    id: str
    name: str
    words: str
    percent: int
    is_default: bool
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A step. `is_message`: it has a text to look at; `missing`: integrations that are not connected."""

    kind: NodeKind
    id: str
    number: int
    depth: int
    type: str
    name: str
    title: str
    detail: str
    channel: str
    enabled: bool
    is_message: bool
    rows: tuple[Row, ...]
    merge_tags: tuple[str, ...]
    needs: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]
    arms: tuple[DrawnArm, ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnTrigger:
    """What starts the workflow."""

    type: str
    title: str
    detail: str
    channel: str
    enabled: bool
    needs: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class DrawnGoal:
    """A goal as a flag."""

    id: str
    type: str
    title: str
    enabled: bool
    needs: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole. `problems` are those of the workflow itself; parts carry their own."""

    trigger: DrawnTrigger
    nodes: tuple[Node, ...]
    goals: tuple[DrawnGoal, ...]
    goals_match: str
    goals_words: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pencil:
    """What is needed at every node."""

    missing: frozenset[str]
    messages: Mapping[str, str]
    workflows: Mapping[str, str]
    problems: Mapping[tuple[str, int], tuple[Problem, ...]]
    lists: Mapping[tuple[str | int, ...], list[Place]] = field(default_factory=dict)


def draw(
    document: Any,
    *,
    problems: Iterable[Problem] = (),
    missing: Collection[str] = (),
    workflows: Mapping[str, str] | None = None,
) -> Drawing:
    """The drawing of a document, drafts included. `missing`: integrations that are not connected."""
    lists: dict[tuple[str | int, ...], list[Place]] = {}
    for place in walk(document):
        lists.setdefault(place.path[:-1], []).append(place)
    sorted_problems = _by_part(problems)
    pencil = _Pencil(frozenset(missing), message_names(document), workflows or {}, sorted_problems, lists)
    trigger = _trigger(document, pencil)
    goals = tuple(_goal(goal, pencil) for goal in goals_of(document))
    shown = {problem for goal in goals for problem in goal.problems} | set(trigger.problems)
    rest = tuple(
        problem
        for key, found in sorted_problems.items()
        if not key[1]
        for problem in found
        if problem not in shown
    )
    nodes = _nodes(("steps",), pencil)
    return Drawing(trigger, nodes, goals, goals_match(document), goals_words(document), rest)


def _by_part(problems: Iterable[Problem]) -> dict[tuple[str, int], tuple[Problem, ...]]:
    found: dict[tuple[str, int], tuple[Problem, ...]] = {}
    for problem in problems:
        key = ("", problem.number) if problem.number else (problem.step_id, 0)
        found[key] = (*found.get(key, ()), problem)
    return found


def _ordered(needed: set[str]) -> tuple[str, ...]:
    return tuple(name for name in INTEGRATIONS if name in needed)


def _trigger(document: Any, pencil: _Pencil) -> DrawnTrigger:
    trigger = trigger_of(document)
    part = TRIGGERS.get(text_of(trigger.get("type")))
    words = trigger_words(document)
    needed = {part.need} - {""} if part else set()
    return DrawnTrigger(
        type=part.type if part else "",
        title=words.title,
        detail=words.detail,
        channel=part.channel if part else "",
        enabled=is_on(trigger),
        needs=_ordered(needed),
        missing=_ordered(needed & pencil.missing),
        problems=pencil.problems.get((TRIGGER_ID, 0), ()),
    )


def _goal(goal: dict[str, Any], pencil: _Pencil) -> DrawnGoal:
    part = GOALS.get(text_of(goal.get("type")))
    needed = {part.need} - {""} if part else set()
    goal_id = text_of(goal.get("id"))
    return DrawnGoal(
        id=goal_id,
        type=part.type if part else "",
        title=goal_words(goal, pencil.messages),
        enabled=is_on(goal),
        needs=_ordered(needed),
        missing=_ordered(needed & pencil.missing),
        problems=pencil.problems.get((goal_id, 0), ()) if goal_id else (),
    )


def _nodes(way: tuple[str | int, ...], pencil: _Pencil) -> tuple[Node, ...]:
    return tuple(_node(place, pencil) for place in pencil.lists.get(way, ()))


def _node(place: Place, pencil: _Pencil) -> Node:
    step, part = place.step, STEPS.get(place.type)
    words = step_words(step, pencil.messages, pencil.workflows)
    needed = step_needs(step)
    return Node(
        kind=_kind(place.type),
        id=place.id,
        number=place.number,
        depth=place.depth,
        type=place.type if part else "",
        name=place.name,
        title=words.title,
        detail=words.detail,
        channel=part.channel if part else "unknown",
        enabled=is_on(step),
        is_message=place.type in MESSAGES,
        rows=tuple(_rows(step, pencil)),
        merge_tags=step_merge_tags(step),
        needs=_ordered(needed),
        missing=_ordered(needed & pencil.missing) if is_on(step) else (),
        problems=pencil.problems.get(("", place.number), ()),
        arms=tuple(_arm(place, arm, pencil) for arm in arms_of(step)),
    )


def _kind(step_type: str) -> NodeKind:
    part = STEPS.get(step_type)
    if part and part.group == "timing":
        return "wait"
    return KINDS.get(step_type, "step")


def _arm(place: Place, arm: Arm, pencil: _Pencil) -> DrawnArm:
    percent = arm.percent if isinstance(arm.percent, int) and not isinstance(arm.percent, bool) else 0
    words = "" if arm.is_default else criteria_words(arm.criteria, pencil.messages)
    if place.type == "split":
        words = f"{percent} %"
    inner: tuple[str | int, ...] = ("arms", arm.key) if isinstance(arm.key, int) else ("default",)
    nodes = _nodes((*place.path, "config", *inner, "steps"), pencil)
    return DrawnArm(arm.id, arm.name, words, percent, arm.is_default, nodes)


def _rows(step: dict[str, Any], pencil: _Pencil) -> Iterable[Row]:
    part = STEPS.get(text_of(step.get("type")))
    config = config_of(step)
    for setting in part.applying(config) if part else ():
        value = _shown(setting, setting.value(config), pencil)
        if value:
            yield Row(setting.name, setting.label, value, setting.kind)


def _shown(setting: Setting, value: Any, pencil: _Pencil) -> str:
    if value is None or value == "":
        return ""
    if setting.kind == "choice":
        return setting.choice_label(value)[:80]
    if setting.kind == "duration":
        return length_words(value)
    if setting.kind == "date":
        return day_words(value)[:80]
    if setting.kind == "step":
        return pencil.messages.get(value, "") if isinstance(value, str) else ""
    if setting.kind == "pairs":
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else ""
    return _plain(setting, value, pencil)


def _plain(setting: Setting, value: Any, pencil: _Pencil) -> str:
    if setting.kind in ("date_field", "any_field", "own_field"):
        return field_label(value)[:80]
    if setting.name == "workflow" and isinstance(value, str):
        return pencil.workflows.get(value, value)
    return str(value) if isinstance(value, str | int | float) else ""
