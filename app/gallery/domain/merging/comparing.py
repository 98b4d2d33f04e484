"""The three-way comparison: what a newer version of a template changes in a workflow made from it (T-15)."""

from collections.abc import Mapping

from app.gallery.domain.merging.changes import Change, Comparison
from app.gallery.domain.merging.matching import Aligned, align
from app.gallery.domain.merging.setting_changes import goal_changes, step_changes, trigger_changes
from app.gallery.domain.merging.sides import Sides
from app.gallery.domain.merging.structure_changes import structure_changes
from app.workflows.domain import Definition


def compare(aligned: Aligned, workflows: Mapping[str, str] | None = None) -> Comparison:
    """Return what the template has changed and the workflow does not have yet, in the order of its parts.

    `workflows` is {public id: name}. The ids of steps in the workflow must be unique.
    """
    on = Sides(aligned, workflows or {})
    in_all = on.base.steps.keys() & on.theirs.steps.keys() & on.mine.steps.keys()
    found = list(structure_changes(on))
    for step_id in on.theirs.steps:
        if step_id in in_all:
            found += step_changes(on, step_id)
    order = _order(on)
    found.sort(key=lambda change: order[change.part])
    return Comparison(aligned, (*trigger_changes(on), *found, *goal_changes(on)))


def compare_versions(
    earlier: Definition, later: Definition, workflows: Mapping[str, str] | None = None
) -> tuple[Change, ...]:
    """Return what differs between two versions of a template."""
    same = {step.id: step.id for step in earlier.all_steps}
    same |= {path.id: path.id for step in earlier.all_steps for path in step.paths if path.id}
    same |= {goal.id: goal.id for goal in earlier.goals}
    return compare(align(earlier, later, earlier, same), workflows).changes


def _order(on: Sides) -> dict[str, tuple[int, int]]:
    """Return where the changes of a step are listed: in the order of the template now, and those of removed
    steps where they were."""
    order = {step_id: (number, 0) for number, step_id in enumerate(on.theirs.steps, 1)}
    last = 0
    for number, step_id in enumerate(on.base.steps, 1):
        if step_id in order:
            last = order[step_id][0]
        else:
            order[step_id] = (last, number)
    return order
