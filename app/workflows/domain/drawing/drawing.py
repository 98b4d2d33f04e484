"""The view model of the workflow drawing: nested, complete, and nothing but data.

A Jinja macro turns it into nested lists; preview, workflow page, editor and comparison use the same one. The
trigger is the first node and the goals are the last.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app.contacts.domain.criteria import criteria_words
from app.workflows.domain.checks.needs import INTEGRATIONS, step_needs
from app.workflows.domain.checks.problem import TRIGGER_ID, Problem, goal_name, trigger_name
from app.workflows.domain.definition.reach import all_ways_stop
from app.workflows.domain.definition.texts import step_merge_tags
from app.workflows.domain.definition.walk import (
    Arm,
    Place,
    arms_of,
    goals_match,
    goals_of,
    is_on,
    text_of,
    trigger_of,
    walk,
)
from app.workflows.domain.drawing.describe import Words, goal_words, message_names, step_words, trigger_words
from app.workflows.domain.drawing.rows import Row, rows
from app.workflows.domain.steps.goals import GOALS
from app.workflows.domain.steps.setting import Part
from app.workflows.domain.steps.triggers import TRIGGERS
from app.workflows.domain.steps.types import MESSAGES, STEPS

NodeKind: TypeAlias = Literal["trigger", "step", "wait", "fork", "stop", "goal"]
Way: TypeAlias = tuple[str | int, ...]

KINDS: dict[str, NodeKind] = {"branch": "fork", "split": "fork", "stop": "stop"}


@dataclass(frozen=True, slots=True)
class DrawnArm:
    """One way of a fork. `rule`: its conditions or percentage in words; `ends`: nobody comes out of it."""

    id: str
    name: str
    rule: str
    percent: int
    is_default: bool
    ends: bool
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A trigger, step or goal. `number`: of a step, else 0; `is_message`: it has a text to look at.

    `needs` are integrations, `missing` those of them that are not connected; `problems` are sentences.
    """

    kind: NodeKind
    id: str
    type: str
    name: str
    title: str
    channel: str
    number: int = 0
    depth: int = 0
    detail: str = ""
    enabled: bool = True
    is_message: bool = False
    rows: tuple[Row, ...] = ()
    merge_tags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    arms: tuple[DrawnArm, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """All nodes, trigger first and goals last. `problems` are those of the workflow itself."""

    nodes: tuple[Node, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pencil:
    """What is needed at every node."""

    missing: frozenset[str]
    filled: Collection[str]
    messages: Mapping[str, str]
    workflows: Mapping[str, str]
    problems: Mapping[str | int, list[str]]
    lists: Mapping[Way, list[Place]]


def draw(
    document: Any,
    *,
    problems: Iterable[Problem] = (),
    missing: Collection[str] = (),
    workflows: Mapping[str, str] | None = None,
    filled: Collection[str] = (),
) -> Drawing:
    """The drawing of a document, drafts included.

    `problems`: of `validation`; `missing`: integrations that are not connected; `workflows`: id -> name;
    `filled`: merge tags with a value of the account's own.
    """
    lists: dict[Way, list[Place]] = defaultdict(list)
    for place in walk(document):
        lists[place.path[:-1]].append(place)
    sorted_problems = _by_part(problems)
    pencil = _Pencil(
        frozenset(missing), filled, message_names(document), workflows or {}, sorted_problems, lists
    )
    goals = [_goal(document, goal, index, pencil) for index, goal in enumerate(goals_of(document))]
    own = sorted_problems.get("", [])
    return Drawing((_trigger(document, pencil), *_nodes(("steps",), pencil), *goals), tuple(own))


def _by_part(problems: Iterable[Problem]) -> dict[str | int, list[str]]:
    found: dict[str | int, list[str]] = defaultdict(list)
    for problem in problems:
        found[problem.number or problem.step_id].append(problem.message)
    return found


def _ordered(needed: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in INTEGRATIONS if name in needed)


def _need(part: Part | None) -> set[str]:
    return {part.need} if part and part.need else set()


def _trigger(document: Any, pencil: _Pencil) -> Node:
    trigger = trigger_of(document)
    part = TRIGGERS.get(text_of(trigger.get("type")))
    words: Words = trigger_words(document)
    return Node(
        kind="trigger",
        id=TRIGGER_ID,
        type=part.type if part else "",
        name=trigger_name(trigger),
        title=words.title,
        detail=words.detail,
        channel=part.channel if part else "trigger",
        enabled=is_on(trigger) or not trigger,
        needs=_ordered(_need(part)),
        missing=_ordered(_need(part) & pencil.missing) if is_on(trigger) else (),
        problems=tuple(pencil.problems.get(TRIGGER_ID, ())),
    )


def _goal(document: Any, goal: dict[str, Any], index: int, pencil: _Pencil) -> Node:
    part = GOALS.get(text_of(goal.get("type")))
    goal_id = text_of(goal.get("id"))
    together = "Together with the other goals" if goals_match(document) == "all" else ""
    return Node(
        kind="goal",
        id=goal_id,
        type=part.type if part else "",
        name=goal_name(goal, index),
        title=goal_words(goal, pencil.messages),
        detail=together if len(goals_of(document)) > 1 else "",
        channel="goal",
        enabled=is_on(goal),
        needs=_ordered(_need(part)),
        missing=_ordered(_need(part) & pencil.missing) if is_on(goal) else (),
        problems=tuple(pencil.problems.get(goal_id, ())) if goal_id else (),
    )


def _nodes(way: Way, pencil: _Pencil) -> tuple[Node, ...]:
    return tuple(_node(place, pencil) for place in pencil.lists.get(way, ()))


def _node(place: Place, pencil: _Pencil) -> Node:
    step, part = place.step, STEPS.get(place.type)
    words = step_words(step, pencil.messages, pencil.workflows)
    needed = step_needs(step, pencil.filled)
    return Node(
        kind="wait" if part and part.group == "timing" else KINDS.get(place.type, "step"),
        id=place.id,
        type=place.type if part else "",
        name=place.name,
        title=words.title,
        channel=part.channel if part else "unknown",
        number=place.number,
        depth=place.depth,
        detail=words.detail,
        enabled=is_on(step),
        is_message=place.type in MESSAGES,
        rows=tuple(rows(step, pencil.messages, pencil.workflows)),
        merge_tags=step_merge_tags(step),
        needs=_ordered(needed),
        missing=_ordered(needed & pencil.missing) if is_on(step) else (),
        problems=tuple(pencil.problems.get(place.number, ())),
        arms=tuple(_arm(place, arm, pencil) for arm in arms_of(step)),
    )


def _arm(place: Place, arm: Arm, pencil: _Pencil) -> DrawnArm:
    percent = arm.percent if isinstance(arm.percent, int) and not isinstance(arm.percent, bool) else 0
    rule = "" if arm.is_default else criteria_words(arm.criteria, pencil.messages)
    inner: Way = ("arms", arm.key) if isinstance(arm.key, int) else ("default",)
    return DrawnArm(
        id=arm.id,
        name=arm.name,
        rule=f"{percent}%" if place.type == "split" else rule,
        percent=percent,
        is_default=arm.is_default,
        ends=all_ways_stop(arm.steps),
        nodes=_nodes((*place.path, "config", *inner, "steps"), pencil),
    )
