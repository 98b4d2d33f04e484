"""Where paths through a workflow end, and the steps that no contact can ever reach because of it."""

from collections.abc import Iterator, Sequence

from app.workflows.domain.definition.parts import Definition, Step


def all_stop(steps: Sequence[Step]) -> bool:
    """Whether nobody who enters these steps comes out at their end."""
    return any(stops(step) for step in steps)


def stops(step: Step) -> bool:
    """Whether nobody gets past this step: a stop, or a fork all of whose paths stop."""
    if not step.enabled or step.kind is None:
        return False
    return step.kind.stops or (bool(step.paths) and all(all_stop(path.steps) for path in step.paths))


def unreachable(definition: Definition) -> Iterator[tuple[Step, Step]]:
    """(step that cannot be reached, step that ends every path before it): the first of each list of steps."""
    yield from _in_list(definition.steps)


def _in_list(steps: Sequence[Step]) -> Iterator[tuple[Step, Step]]:
    ending = next((at for at, step in enumerate(steps) if stops(step)), len(steps))
    rest = [step for step in steps[ending + 1 :] if step.enabled]
    if rest:
        yield rest[0], steps[ending]
    for step in steps:
        for path in step.paths:
            yield from _in_list(path.steps)
