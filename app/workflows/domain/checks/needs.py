"""Required integrations, deprecated step types, and switching off parts that cannot run (T-12)."""

from collections.abc import Collection
from functools import lru_cache

from app.integrations.domain import in_order
from app.workflows.domain.definition.document import with_values
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import Definition, Part, Step
from app.workflows.domain.messages.merge_tags import MERGE_TAGS


def needs(definition: Definition, filled: Collection[str] = ()) -> set[str]:
    """Return the integrations that parts that are switched on require.

    `filled` are merge tags that the account has a value for, which need no integration.
    """
    return unmet(requirements(definition), filled)


def missing(required: Collection[str], available: Collection[str]) -> tuple[str, ...]:
    """Return the integrations that are required and not met, in display order. See `unmet`."""
    return _missing(frozenset(required), frozenset(available))


@lru_cache(maxsize=4096)
def _missing(required: frozenset[str], available: frozenset[str]) -> tuple[str, ...]:
    return in_order(unmet(required, available))


def requirements(definition: Definition) -> set[str]:
    """Return the requirements of all parts that are switched on.

    They are integrations, and merge tags that need an integration or a value of the account.
    """
    return set().union(*(part_requirements(part) for part in definition.live_parts))


def part_requirements(part: Part) -> set[str]:
    """Return the requirements of one part, from its type and the merge tags of its texts."""
    used = (tag for tag in part.merge_tags if tag in MERGE_TAGS)
    return type_needs(part) | {tag for tag in used if MERGE_TAGS[tag].need}


def unmet(required: Collection[str], available: Collection[str]) -> set[str]:
    """Return the integrations that `required` needs and that are not available.

    `available` contains connected integrations, and merge tags that the account has a value for.
    """
    names = (MERGE_TAGS[one].need if one in MERGE_TAGS else one for one in required if one not in available)
    return {name for name in names if name not in available}


def part_needs(part: Part, filled: Collection[str] = ()) -> set[str]:
    """Return the integrations that one part needs, for its type and for merge tags that are not `filled`."""
    return unmet(part_requirements(part), filled)


def type_needs(part: Part) -> set[str]:
    """Return the integrations that the type of a part requires, regardless of its texts."""
    return part.kind.needs(part.config) if part.kind else set()


def switch_off(
    definition: Definition,
    lacking: Collection[str],
    filled: Collection[str] = (),
    before: Definition | None = None,
) -> tuple[Definition, list[str]]:
    """Switch off all parts that need a lacking integration. Return the new definition and their names.

    Parts that were on without it `before` stay on: somebody has decided so.
    """
    parts = [
        part
        for part in definition.parts
        if (needed := _lacking(part, lacking, filled))
        and not (before and needed <= _lacking(before.part(part.id), lacking, filled))
    ]
    if not parts:
        return definition, []
    changed = with_values(definition.document, {(*part.pointer, "enabled"): False for part in parts})
    return parse(changed), [part.name for part in parts]


def switch_on(definition: Definition, ids: Collection[str]) -> Definition:
    """Switch on the parts with these ids. Return the new definition."""
    parts = [part for part in definition.parts if part.id in ids and not part.enabled]
    if not parts:
        return definition
    return parse(with_values(definition.document, {(*part.pointer, "enabled"): True for part in parts}))


def _lacking(part: Part | None, lacking: Collection[str], filled: Collection[str]) -> set[str]:
    return part_needs(part, filled) & set(lacking) if part and part.enabled else set()


def deprecated_steps(definition: Definition) -> list[Step]:
    """Return the steps with a deprecated type."""
    return [step for step in definition.all_steps if step.kind and step.kind.deprecated]
