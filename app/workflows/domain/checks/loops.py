"""Loops (E-20): workflows that add contacts to each other, or to themselves, without an end."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping

from app.platform.text.words import quoted
from app.workflows.domain.checks.problem import Problem
from app.workflows.domain.definition.parts import Definition, Step


def entering_steps(definition: Definition) -> Iterator[tuple[Step, str]]:
    """Yield (step, public id of the workflow that it adds contacts to) of the steps that can run."""
    for step in definition.live_steps:
        if step.kind and step.kind.enters and (target := step.config.text(step.kind.enters)):
            yield step, target


def loop_problems(
    definition: Definition,
    public_id: str,
    entered_from: Mapping[str, Collection[str]],
    names: Mapping[str, str],
) -> Iterator[Problem]:
    """Yield a problem of each step from which contacts come back to the workflow `public_id`.

    `entered_from` is {public id: public ids of the workflows that it adds contacts to}, of all workflows that
    can be reached.
    """
    for step, target in entering_steps(definition):
        way = _way(target, public_id, entered_from)
        if way and step.kind:
            yield Problem.of(step, step.kind.enters, _sentence([names.get(one, "a workflow") for one in way]))


def _sentence(names: list[str]) -> str:
    """Return the problem of a loop, given the names of its workflows, the last of which is its first."""
    own, *others = [quoted(name) for name in names[-1:] + names[:-1]]
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
