"""Which integrations a workflow needs, which types are out of use, switching off what cannot run (T-12)."""

from collections.abc import Collection

from app.integrations.domain import in_order
from app.workflows.domain.definition.document import with_values
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import Definition, Part
from app.workflows.domain.messages.merge_tags import MERGE_TAGS


def needs(definition: Definition, filled: Collection[str] = ()) -> set[str]:
    """The integrations without which something that is switched on cannot run.

    `filled`: merge tags that the account has a value for, so that no integration has to fill them.
    """
    return unmet(requirements(definition), filled)


def missing(required: Collection[str], available: Collection[str]) -> tuple[str, ...]:
    """The integrations that `required` calls for and that nothing available makes up for, in the order in
    which they are shown. `available` as in `unmet`."""
    return in_order(unmet(required, available))


def requirements(definition: Definition) -> set[str]:
    """What everything that is switched on relies on: integrations, and merge tags that either an integration
    or a value of the account's own fills."""
    return set().union(*(part_requirements(part) for part in definition.live_parts))


def part_requirements(part: Part) -> set[str]:
    """The same for one trigger, step or goal: by its type, and by the merge tags of its texts."""
    used = (tag for tag in part.merge_tags if tag in MERGE_TAGS)
    return type_needs(part) | {tag for tag in used if MERGE_TAGS[tag].need}


def unmet(required: Collection[str], available: Collection[str]) -> set[str]:
    """The integrations that `required` still calls for. `available`: integrations that are connected, and
    merge tags with a value of the account's own, which need no integration."""
    names = (MERGE_TAGS[one].need if one in MERGE_TAGS else one for one in required if one not in available)
    return {name for name in names if name not in available}


def part_needs(part: Part, filled: Collection[str] = ()) -> set[str]:
    """The integrations that one part needs, by its type and by the merge tags of its texts not `filled`."""
    return unmet(part_requirements(part), filled)


def type_needs(part: Part) -> set[str]:
    """The integrations that it cannot run without, whatever its texts say."""
    return part.kind.needs(part.config) if part.kind else set()


def switch_off(
    definition: Definition, lacking: Collection[str], filled: Collection[str] = ()
) -> tuple[Definition, list[str]]:
    """The definition with everything off that needs an integration that is lacking, and the names of what
    that was."""
    parts = [
        part for part in definition.parts if part.enabled and not part_needs(part, filled).isdisjoint(lacking)
    ]
    if not parts:
        return definition, []
    changed = with_values(definition.document, {(*part.pointer, "enabled"): False for part in parts})
    return parse(changed), [part.name for part in parts]


def deprecated_steps(definition: Definition) -> list[str]:
    """The names of the steps whose type is out of use."""
    return [step.name for step in definition.all_steps if step.kind and step.kind.deprecated]
