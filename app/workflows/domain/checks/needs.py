"""Which integrations a workflow needs, which types are out of use, switching off what cannot run (T-12)."""

from collections.abc import Collection, Mapping
from typing import Any

from app.workflows.domain.checks.problem import goal_name, trigger_name
from app.workflows.domain.definition.document import Document, plain_copy
from app.workflows.domain.definition.texts import step_merge_tags
from app.workflows.domain.definition.walk import goals_of, is_on, live_steps, text_of, trigger_of, walk
from app.workflows.domain.messages.merge_tags import MERGE_TAGS
from app.workflows.domain.steps.goals import GOALS
from app.workflows.domain.steps.setting import Part
from app.workflows.domain.steps.triggers import TRIGGERS
from app.workflows.domain.steps.types import STEPS

INTEGRATIONS: dict[str, str] = {
    "sms": "SMS",
    "webhook": "Webhooks",
    "calendar": "Calendar",
    "payments": "Payments",
    "reviews": "Reviews",
}
"""Everything that can be missing, in the order in which it is shown. Email is always connected."""


def needs(document: Any, filled: Collection[str] = ()) -> set[str]:
    """The integrations without which something that is switched on cannot run.

    `filled`: merge tags that the account has a value for, so that no integration has to fill them.
    """
    return unmet(requirements(document), filled)


def requirements(document: Any) -> set[str]:
    """What everything that is switched on relies on: integrations, and merge tags that either an integration
    or a value of the account's own fills."""
    found: set[str] = set()
    for place in live_steps(document):
        found |= step_requirements(place.step)
    if is_on(trigger_of(document)):
        found |= part_needs(trigger_of(document), TRIGGERS)
    for goal in goals_of(document):
        if is_on(goal):
            found |= part_needs(goal, GOALS)
    return found


def step_requirements(step: Any) -> set[str]:
    """The same for one step: by its type, and by the merge tags of its texts."""
    used = (tag for tag in step_merge_tags(step) if tag in MERGE_TAGS)
    return type_needs(step) | {tag for tag in used if MERGE_TAGS[tag].need}


def unmet(required: Collection[str], available: Collection[str]) -> set[str]:
    """The integrations that `required` still calls for. `available`: integrations that are connected, and
    merge tags with a value of the account's own, which need no integration."""
    names = (MERGE_TAGS[one].need if one in MERGE_TAGS else one for one in required if one not in available)
    return {name for name in names if name not in available}


def step_needs(step: Any, filled: Collection[str] = ()) -> set[str]:
    """The integrations that one step needs, by its type and by the merge tags of its texts not `filled`."""
    return unmet(step_requirements(step), filled)


def type_needs(step: Any) -> set[str]:
    """The integrations that a step of this type cannot run without, whatever its texts say."""
    return part_needs(step, STEPS)


def part_needs(part: Any, types: Mapping[str, Part]) -> set[str]:
    """The integrations that a trigger, step or goal of its type cannot run without; `types`: all of them."""
    kind = types.get(text_of(part.get("type"))) if isinstance(part, dict) else None
    return {kind.need} if kind and kind.need else set()


def switch_off(
    document: Document, missing: Collection[str], filled: Collection[str] = ()
) -> tuple[Document, list[str]]:
    """A copy in which everything that needs a missing integration is off, and the names of what that was."""
    changed: Document = plain_copy(document)
    off: list[str] = []
    trigger = trigger_of(changed)
    if is_on(trigger) and part_needs(trigger, TRIGGERS) & set(missing):
        trigger["enabled"] = False
        off.append(trigger_name(trigger))
    for place in walk(changed):
        if is_on(place.step) and step_needs(place.step, filled) & set(missing):
            place.step["enabled"] = False
            off.append(place.name)
    for index, goal in enumerate(goals_of(changed)):
        if is_on(goal) and part_needs(goal, GOALS) & set(missing):
            goal["enabled"] = False
            off.append(goal_name(goal, index))
    return changed, off


def deprecated_steps(document: Any, types: Mapping[str, Part] = STEPS) -> list[str]:
    """The names of the steps whose type is out of use."""
    return [place.name for place in walk(document) if place.type in types and types[place.type].deprecated]


def has_deprecated_steps(document: Any, types: Mapping[str, Part] = STEPS) -> bool:
    """Whether any step has a type that is out of use."""
    return bool(deprecated_steps(document, types))
