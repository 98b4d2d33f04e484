"""Loops (E-20): workflows that add contacts to each other, or to themselves, without an end."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from app.platform.text.words import quoted
from app.workflows.domain.checks.problem import Problem
from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.types.declarations import Change

Starts: TypeAlias = Mapping[str, Change]
"""{public id of a workflow: the change of a contact that starts it}"""


class Entry(NamedTuple):
    """A step that adds contacts to the workflow `target`, or makes the change that starts it. `field` is the
    setting that says so."""

    step: Step
    field: str
    target: str
    by_change: bool


def start_of(definition: Definition) -> Change | None:
    """Return the change of a contact that starts a workflow; None if nothing of that kind does."""
    trigger = definition.trigger
    return trigger.kind.on_change(trigger.config) if trigger.enrolls and trigger.kind else None


def entering_steps(definition: Definition, starts: Starts) -> Iterator[Entry]:
    """Yield the ways in which steps that can run bring contacts into workflows."""
    for step in definition.live_steps:
        if step.kind is None:
            continue
        if step.kind.enters and (target := step.config.text(step.kind.enters)):
            yield Entry(step, step.kind.enters, target, by_change=False)
        if change := step.kind.changes(step.config):
            field = step.kind.settings[0].name
            for target, start in starts.items():
                if change.brings(start):
                    yield Entry(step, field, target, by_change=True)


def loop_problems(
    definition: Definition,
    public_id: str,
    starts: Starts,
    entered_from: Mapping[str, Collection[str]],
    names: Mapping[str, str],
) -> Iterator[Problem]:
    """Yield a problem of each step from which contacts come back to the workflow `public_id`.

    `entered_from` is {public id: public ids of the workflows that it brings contacts into}, of all workflows
    that can be reached.
    """
    for entry in entering_steps(definition, starts):
        way = _way(entry.target, public_id, entered_from)
        if way:
            sentence = _sentence([names.get(one, "a workflow") for one in way], entry.by_change)
            yield Problem.of(entry.step, entry.field, sentence)


def _sentence(names: list[str], by_change: bool) -> str:
    """Return the problem of a loop, given the names of its workflows, the last of which is its first."""
    own, *others = [quoted(name) for name in names[-1:] + names[:-1]]
    if not others and by_change:
        return f"Contacts would go around in a loop: this step fires the trigger of {own}, the same workflow."
    if not others:
        return f"Contacts would go around in a loop: {own} adds them to itself."
    ways = ", which adds them to ".join(others)
    return f"Contacts would go around in a loop: {own} adds them to {ways}, which adds them to {own} again."


def _way(start: str, end: str, entered_from: Mapping[str, Collection[str]]) -> list[str]:
    """Return the shortest way from one workflow to another, both included; empty if there is none."""
    before: dict[str, str] = {start: ""}
    ahead = deque([start])
    while ahead:
        one = ahead.popleft()
        if one == end:
            way = [one]
            while before[way[0]]:
                way.insert(0, before[way[0]])
            return way
        for following in entered_from.get(one, ()):
            if following not in before:
                before[following] = one
                ahead.append(following)
    return []
