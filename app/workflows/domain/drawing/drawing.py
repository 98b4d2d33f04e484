"""The view model of the workflow drawing: nested plain data.

A Jinja macro renders it as nested lists, the same for preview, workflow page, editor and comparison. The
trigger is the first node; the goals are the last.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.contacts.domain.criteria import criteria_words
from app.integrations.domain import in_order
from app.workflows.domain.checks.needs import part_needs, type_needs
from app.workflows.domain.checks.paths import untaken_paths, untaken_sentence
from app.workflows.domain.checks.problem import Problem
from app.workflows.domain.definition.parts import Definition, Goal, Part, Path, Pointer, Step
from app.workflows.domain.definition.reach import all_stop
from app.workflows.domain.drawing.describe import goal_words, names_in, step_words, trigger_words
from app.workflows.domain.drawing.rows import Row, rows
from app.workflows.domain.types.declarations import Look, Names, StepType

NodeKind: TypeAlias = Literal["trigger", "step", "timing", "fork", "end", "goal"]

UNKNOWN_STEP, NO_TRIGGER, NO_GOAL = Look("info"), Look("bolt", "accent"), Look("flag", "success")


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A path of a fork. `ref` is what addresses call it, `rule` its criteria or percentage in words; `ends`:
    no contact leaves it, `warning`: why nobody takes it, as a sentence."""

    id: str
    ref: str
    name: str
    rule: str
    percent: int
    is_default: bool
    ends: bool
    nodes: tuple["Node", ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A trigger, step or goal.

    `number` is that of a step, else 0; `is_message` means that it has a text to preview, `is_editable` that
    something of it can be changed on a page of its own. Only the trigger of a document without one does not
    exist.

    `needs` are integrations, `missing` those of them that are not connected; `problems` are sentences.
    """

    kind: NodeKind
    id: str
    name: str
    title: str
    look: Look
    number: int = 0
    detail: str = ""
    enabled: bool = True
    is_message: bool = False
    is_editable: bool = False
    exists: bool = True
    rows: tuple[Row, ...] = ()
    merge_tags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    paths: tuple[DrawnPath, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """All nodes, trigger first and goals last. `problems` are those of the workflow as a whole."""

    nodes: tuple[Node, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    """Data needed for every node besides its part.

    `problems` is {step number, "trigger" or goal id: sentences}, `warnings` {place of a path in the document:
    sentence}.
    """

    missing: frozenset[str]
    filled: Collection[str]
    names: Names
    problems: Mapping[str | int, list[str]]
    warnings: Mapping[Pointer, str]


def draw(
    definition: Definition,
    *,
    problems: Iterable[Problem] = (),
    missing: Collection[str] = (),
    workflows: Mapping[str, str] | None = None,
    filled: Collection[str] = (),
) -> Drawing:
    """Return the drawing of a definition, which may be an invalid draft.

    `problems` come from `validation`; `missing` are integrations that are not connected; `workflows` is
    {public id: name}; `filled` are merge tags that the account has a value for.
    """
    by_part = _by_part(problems)
    untaken = {path.pointer: untaken_sentence(path) for _, path in untaken_paths(definition)}
    context = _Context(frozenset(missing), filled, names_in(definition, workflows), by_part, untaken)
    trigger = _trigger(definition, context)
    goals = [_goal(definition, goal, context) for goal in definition.goals]
    return Drawing((trigger, *_nodes(definition.steps, context), *goals), tuple(by_part.get("", ())))


def _by_part(problems: Iterable[Problem]) -> dict[str | int, list[str]]:
    found: dict[str | int, list[str]] = defaultdict(list)
    for problem in problems:
        found[problem.number or problem.step_id].append(problem.message)
    return found


def node_kind(kind: StepType | None) -> NodeKind:
    """Return how a step of this type is drawn."""
    if kind is None:
        return "step"
    if kind.fork:
        return "fork"
    return "end" if kind.stops else "timing" if kind.group == "timing" else "step"


def _missing(part: Part, needed: set[str], context: _Context) -> tuple[str, ...]:
    return in_order(needed & context.missing) if part.enabled else ()


def _trigger(definition: Definition, context: _Context) -> Node:
    trigger, words = definition.trigger, trigger_words(definition)
    return Node(
        kind="trigger",
        id=trigger.id,
        name=trigger.name,
        title=words.title,
        detail=words.detail,
        look=trigger.kind.look if trigger.kind else NO_TRIGGER,
        enabled=trigger.enabled,
        is_editable=trigger.exists and trigger.is_editable,
        exists=trigger.exists,
        needs=in_order(type_needs(trigger)),
        missing=_missing(trigger, type_needs(trigger), context),
        problems=tuple(context.problems.get(trigger.id, ())),
    )


def _goal(definition: Definition, goal: Goal, context: _Context) -> Node:
    together = "Together with the other goals" if definition.match == "all" else ""
    return Node(
        kind="goal",
        id=goal.id,
        name=goal.name,
        title=goal_words(goal, context.names),
        detail=together if len(definition.goals) > 1 else "",
        look=goal.kind.look if goal.kind else NO_GOAL,
        enabled=goal.enabled,
        is_editable=goal.is_editable,
        needs=in_order(type_needs(goal)),
        missing=_missing(goal, type_needs(goal), context),
        problems=tuple(context.problems.get(goal.id, ())) if goal.id else (),
    )


def _nodes(steps: Iterable[Step], context: _Context) -> tuple[Node, ...]:
    return tuple(_node(step, context) for step in steps)


def _node(step: Step, context: _Context) -> Node:
    words, needed = step_words(step, context.names), part_needs(step, context.filled)
    return Node(
        kind=node_kind(step.kind),
        id=step.id,
        name=step.name,
        title=words.title,
        look=step.kind.look if step.kind else UNKNOWN_STEP,
        number=step.number,
        detail=words.detail,
        enabled=step.enabled,
        is_message=step.is_message,
        is_editable=step.is_editable or bool(step.kind and step.kind.fork),
        rows=tuple(rows(step, context.names)),
        merge_tags=step.merge_tags,
        needs=in_order(needed),
        missing=_missing(step, needed, context),
        problems=tuple(context.problems.get(step.number, ())),
        paths=tuple(_path(step, path, context) for path in step.paths),
    )


def _path(step: Step, path: Path, context: _Context) -> DrawnPath:
    fork = step.kind.fork if step.kind else None
    rule = "" if path.is_default else criteria_words(path.criteria, context.names.messages)
    return DrawnPath(
        id=path.id,
        ref=path.ref,
        name=path.name,
        rule=f"{path.share}%" if fork and fork.chosen_by == "percent" else rule,
        percent=path.share,
        is_default=path.is_default,
        ends=all_stop(path.steps),
        nodes=_nodes(path.steps, context),
        warning=context.warnings.get(path.pointer, ""),
    )
