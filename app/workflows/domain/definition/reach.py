"""Where paths end, and which steps are unreachable because of it."""

from collections.abc import Iterator, Sequence

from app.workflows.domain.definition.parts import Definition, Step


def all_stop(steps: Sequence[Step]) -> bool:
    """Return whether no contact that enters these steps leaves them at their end."""
    return any(stops(step) for step in steps)


def stops(step: Step) -> bool:
    """Return whether no contact passes this step: it stops, or is a fork whose paths all stop."""
    if not step.enabled or step.kind is None:
        return False
    return step.kind.stops or (bool(step.paths) and all(all_stop(path.steps) for path in step.paths))


def unreachable(definition: Definition) -> Iterator[tuple[Step, Step]]:
    """Yield (first unreachable step of a list of steps, the step before it that ends every path)."""
    yield from _in_list(definition.steps)


def _in_list(steps: Sequence[Step]) -> Iterator[tuple[Step, Step]]:
    ending = next((at for at, step in enumerate(steps) if stops(step)), len(steps))
    rest = [step for step in steps[ending + 1 :] if step.enabled]
    if rest:
        yield rest[0], steps[ending]
    for step in steps:
        for path in step.paths:
            yield from _in_list(path.steps)
