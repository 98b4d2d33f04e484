"""Everything that is wrong with a definition (T-11), each problem with the step and field that it is about.

`problems` reads any JSON, however broken, and never raises: it judges files from outside as well as drafts.
"""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from app.contacts.domain.criteria import criteria_problems
from app.workflows.domain.checks.identity import id_problems, reference_problems
from app.workflows.domain.checks.paths import fork_problems
from app.workflows.domain.checks.problem import TRIGGER_ID, Problem, goal_name, trigger_name
from app.workflows.domain.checks.setting_values import Known, custom_field_problems, setting_problems
from app.workflows.domain.checks.storable import unstorable
from app.workflows.domain.definition.document import FORMAT, MAX_GOALS, MAX_NESTING, MAX_STEPS
from app.workflows.domain.definition.reach import unreachable
from app.workflows.domain.definition.walk import (
    Place,
    config_of,
    goals_of,
    live_steps,
    text_of,
    trigger_of,
    walk,
)
from app.workflows.domain.steps.goals import GOALS
from app.workflows.domain.steps.setting import MAX_WAIT_DAYS, Part, in_minutes
from app.workflows.domain.steps.triggers import TRIGGERS
from app.workflows.domain.steps.types import ACTIONS, STEPS

MAX_PROBLEMS = 300
FORK_SETTINGS = {"branch": {"arms", "default"}, "split": {"arms"}}
WORKFLOW = "Workflow"


def problems(
    document: Any,
    *,
    custom_fields: Collection[str] | None = None,
    workflows: Collection[str] | None = None,
    may_be_off: bool = False,
) -> list[Problem]:
    """All problems in reading order, at most 300. Collections left out are not checked against.

    `may_be_off`: it is no problem that every action is switched off, because the person is asked about it.
    """
    known = Known(custom_fields, workflows)
    return list(islice(_problems(document, known, may_be_off), MAX_PROBLEMS))


def _problems(document: Any, known: Known, may_be_off: bool) -> Iterator[Problem]:
    if not isinstance(document, dict):
        yield Problem("", WORKFLOW, "", "This isn’t a workflow. It needs a trigger, steps, and goals.")
        return
    if reason := unstorable(document):
        yield Problem("", WORKFLOW, "", reason)
        return
    yield from _whole(document, may_be_off)
    yield from _trigger(document, known)
    places = list(walk(document))
    for place in places:
        yield from _step(place, known)
    yield from _goals(document, known)
    yield from id_problems(document, places)
    yield from reference_problems(document, places)
    for lost, ending in unreachable(document):
        message = f"No contact ever reaches this step: {ending.name} ends every path before it."
        yield Problem(lost.id, lost.name, "", message, lost.number)


def _whole(document: dict[str, Any], may_be_off: bool) -> Iterator[Problem]:
    if type(document.get("format")) is not int or document["format"] != FORMAT:
        yield Problem("", WORKFLOW, "format", f"The format must be {FORMAT}.")
    for key in document:
        if key not in ("format", "trigger", "steps", "goals"):
            yield Problem("", WORKFLOW, str(key)[:40], f"“{str(key)[:40]}” isn’t part of a workflow.")
    if not isinstance(document.get("steps"), list):
        yield Problem("", WORKFLOW, "steps", "The steps must be a list.")
    elif any(not isinstance(step, dict) for step in document["steps"]):
        yield Problem("", WORKFLOW, "steps", "Every step needs a type and settings.")
    yield from _amounts(document, may_be_off)


def _amounts(document: dict[str, Any], may_be_off: bool) -> Iterator[Problem]:
    places = list(walk(document))
    if len(places) > MAX_STEPS:
        yield Problem("", WORKFLOW, "steps", f"There are {len(places)} steps; the maximum is {MAX_STEPS}.")
    if not any(place.type in ACTIONS for place in places):
        yield Problem("", WORKFLOW, "steps", "Add at least one action, such as an email.")
    elif not may_be_off and not any(place.type in ACTIONS for place in live_steps(document)):
        yield Problem("", WORKFLOW, "steps", "Every action is switched off. Switch on at least one.")
    for place in places:
        if place.depth > MAX_NESTING:
            message = f"It’s {place.depth} branches deep; the maximum is {MAX_NESTING}."
            yield Problem(place.id, place.name, "", message, place.number)
            break


def _trigger(document: dict[str, Any], known: Known) -> Iterator[Problem]:
    trigger = document.get("trigger")
    part = TRIGGERS.get(text_of(trigger_of(document).get("type")))
    name = trigger_name(trigger_of(document))
    if not isinstance(trigger, dict) or not trigger:
        yield Problem(TRIGGER_ID, name, "type", "Choose what starts this workflow.")
        return
    for field, message in _part(trigger, part, "trigger", ("type", "enabled", "config", "filters"), known):
        yield Problem(TRIGGER_ID, name, field, message)
    for message in criteria_problems(trigger.get("filters"), may_be_empty=True):
        yield Problem(TRIGGER_ID, name, "filters", message)
    for message in custom_field_problems(trigger.get("filters"), known):
        yield Problem(TRIGGER_ID, name, "filters", f"Filters: {message}")


def _step(place: Place, known: Known) -> Iterator[Problem]:
    step, part = place.step, STEPS.get(place.type)
    for field, message in _part(step, part, "step", ("id", "type", "enabled", "config"), known):
        yield Problem(place.id, place.name, field, message, place.number)
    for field, message in fork_problems(step, known):
        yield Problem(place.id, place.name, field, message, place.number)
    if place.type == "wait" and in_minutes(config_of(step)) > MAX_WAIT_DAYS * 1440:
        yield Problem(place.id, place.name, "amount", "How long: choose at most one year.", place.number)
    workflow = config_of(step).get("workflow")
    if known.workflows is not None and isinstance(workflow, str) and workflow not in known.workflows:
        yield Problem(place.id, place.name, "workflow", "This workflow no longer exists.", place.number)


def _part(
    part: dict[str, Any], kind: Part | None, what: str, keys: tuple[str, ...], known: Known
) -> Iterator[tuple[str, str]]:
    """Problems that a trigger, a step and a goal can all have, as (field, message)."""
    for key in part:
        if key not in keys:
            yield str(key)[:40], f"“{str(key)[:40]}” isn’t part of a {what}."
    if not isinstance(part.get("enabled", True), bool):
        yield "enabled", "“enabled” must be true or false."
    if kind is None:
        written = part.get("type")
        shown = written[:40] if isinstance(written, str) else "nothing"
        yield "type", f"“{shown}” isn’t a type of {what}." if written else f"Choose the type of {what}."
        return
    config = part.get("config", {})
    if not isinstance(config, dict):
        yield "config", "The settings are missing."
        return
    names = {setting.name for setting in kind.settings} | FORK_SETTINGS.get(kind.type, set())
    for key in config:
        if key not in names:
            yield str(key)[:40], f"“{str(key)[:40]}” isn’t a setting of {kind.title}."
    for setting in kind.applying(config):
        for message in setting_problems(setting, config.get(setting.name), known):
            yield setting.name, message


def _goals(document: dict[str, Any], known: Known) -> Iterator[Problem]:
    goals = document.get("goals")
    if goals is None:
        return
    if not isinstance(goals, dict) or not isinstance(goals.get("items", []), list):
        yield Problem("", "Goals", "goals", "The goals must be a list of up to three.")
        return
    for key in goals:
        if key not in ("match", "items"):
            yield Problem("", "Goals", str(key)[:40], f"“{str(key)[:40]}” isn’t part of the goals.")
    if goals.get("match", "any") not in ("any", "all"):
        yield Problem("", "Goals", "match", "Choose whether any or all of the goals must be reached.")
    items = goals.get("items", [])
    if len(items) > MAX_GOALS:
        yield Problem("", "Goals", "items", f"There are {len(items)} goals; the maximum is {MAX_GOALS}.")
    if any(not isinstance(goal, dict) for goal in items):
        yield Problem("", "Goals", "items", "A goal needs a type.")
    for index, goal in enumerate(goals_of(document)):
        for field, message in _part(
            goal, GOALS.get(text_of(goal.get("type"))), "goal", ("id", "type", "enabled", "config"), known
        ):
            yield Problem(text_of(goal.get("id")), goal_name(goal, index), field, message)
