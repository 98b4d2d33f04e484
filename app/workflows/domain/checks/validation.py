"""Validation of a definition (T-11). Each problem names the step and field that it is about.

`problems` accepts external files as well as drafts, and never raises, however broken the document was.
"""

from collections.abc import Collection, Iterator
from itertools import islice

from app.contacts.domain.criteria import criteria_problems
from app.workflows.domain.checks.identity import id_problems, reference_problems
from app.workflows.domain.checks.paths import path_problems
from app.workflows.domain.checks.problem import Problem
from app.workflows.domain.checks.setting_values import Known, custom_field_problems, setting_problems
from app.workflows.domain.checks.storable import unstorable
from app.workflows.domain.definition.document import MAX_GOALS, MAX_NESTING, MAX_STEPS
from app.workflows.domain.definition.parts import Definition, Part, Trigger
from app.workflows.domain.definition.reach import unreachable

MAX_PROBLEMS = 300
WORKFLOW = "Workflow"
GOALS = "Goals"


def problems(
    definition: Definition,
    *,
    custom_fields: Collection[str] | None = None,
    workflows: Collection[str] | None = None,
    may_be_off: bool = False,
) -> list[Problem]:
    """Return up to MAX_PROBLEMS problems in reading order. Collections that are None are not checked against.

    With `may_be_off`, it is no problem that every action is switched off, because the user is asked about it.
    """
    known = Known(custom_fields)
    return list(islice(_problems(definition, known, workflows, may_be_off), MAX_PROBLEMS))


def _problems(
    definition: Definition, known: Known, workflows: Collection[str] | None, may_be_off: bool
) -> Iterator[Problem]:
    if definition.is_readable and (reason := unstorable(definition.document)):
        yield Problem("", WORKFLOW, "", reason)
        return
    for fault in definition.faults:
        yield Problem("", WORKFLOW, fault.field, fault.message)
    if not definition.is_readable:
        return
    yield from _amounts(definition, may_be_off)
    yield from _trigger(definition.trigger, known)
    for step in definition.all_steps:
        yield from _part(step, known)
        for field, message in path_problems(step, known):
            yield Problem.of(step, field, message)
    yield from _goals(definition, known)
    yield from id_problems(definition)
    yield from reference_problems(definition, workflows)
    for lost, ending in unreachable(definition):
        message = f"No contact ever reaches this step: {ending.name} ends every path before it."
        yield Problem.of(lost, "", message)


def _amounts(definition: Definition, may_be_off: bool) -> Iterator[Problem]:
    steps = definition.all_steps
    if len(steps) > MAX_STEPS:
        yield Problem("", WORKFLOW, "steps", f"There are {len(steps)} steps; the maximum is {MAX_STEPS}.")
    if not any(step.is_action for step in steps):
        yield Problem("", WORKFLOW, "steps", "Add at least one action, such as an email.")
    elif not may_be_off and not any(step.is_action for step in definition.live_steps):
        yield Problem("", WORKFLOW, "steps", "Every action is switched off. Switch on at least one.")
    if deep := next((step for step in steps if step.depth > MAX_NESTING), None):
        yield Problem.of(deep, "", f"It’s {deep.depth} branches deep; the maximum is {MAX_NESTING}.")


def _trigger(trigger: Trigger, known: Known) -> Iterator[Problem]:
    if not trigger.exists:
        yield Problem.of(trigger, "type", "Choose what starts this workflow.")
        return
    yield from _part(trigger, known)
    for message in criteria_problems(trigger.filters, may_be_empty=True):
        yield Problem.of(trigger, "filters", message)
    for message in custom_field_problems(trigger.filters, known):
        yield Problem.of(trigger, "filters", f"Filters: {message}")


def _part(part: Part, known: Known) -> Iterator[Problem]:
    """Yield problems of form and of settings, for any part."""
    for fault in part.faults:
        yield Problem.of(part, fault.field, fault.message)
    if any(fault.field == "config" for fault in part.faults):
        return
    for setting, value in part.settings:
        for message in setting_problems(setting, value, known):
            yield Problem.of(part, setting.name, message)
    if part.kind and part.kind.check:
        for field, message in part.kind.check(part.config):
            yield Problem.of(part, field, message)


def _goals(definition: Definition, known: Known) -> Iterator[Problem]:
    for fault in definition.goal_faults:
        yield Problem("", GOALS, fault.field, fault.message)
    if len(definition.goals) > MAX_GOALS:
        message = f"There are {len(definition.goals)} goals; the maximum is {MAX_GOALS}."
        yield Problem("", GOALS, "items", message)
    for goal in definition.goals:
        yield from _part(goal, known)
