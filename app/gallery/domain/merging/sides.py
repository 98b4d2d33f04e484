"""The three sides of a merge, and how the parts on them differ."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.gallery.domain.merging.describing import Describing, has_rules
from app.gallery.domain.merging.layout import Layout, moved, path_key
from app.gallery.domain.merging.matching import Aligned
from app.workflows.domain import Definition, Step
from app.workflows.domain.definition import Part
from app.workflows.domain.definition.document import value_at
from app.workflows.domain.types.setting import WITH_MERGE_TAGS

SETTINGS: Final = "Settings"


class Sides:
    """The template as it was (`base`), as it is (`theirs`), and the workflow (`mine`), with their words; and
    the steps that the template and the user have moved."""

    def __init__(self, aligned: Aligned, workflows: Mapping[str, str]) -> None:
        self.base, self.theirs, self.mine = map(Layout, (aligned.base, aligned.theirs, aligned.mine))
        self.base_words, self.theirs_words, self.mine_words = (
            Describing(layout, workflows) for layout in (self.base, self.theirs, self.mine)
        )
        self.moved_by_template = moved(self.base, self.theirs)
        self.moved_by_user = moved(self.base, self.mine)

    def is_edited(self, step_id: str) -> bool:
        """Return whether the user has changed a step of the template that the workflow still has.

        Switching it off does not count, because that changes nothing that could be lost.
        """
        base, mine = self.base.steps[step_id], self.mine.steps[step_id]
        is_switched_on = mine.enabled and not base.enabled
        is_changed = any(values(base, names) != values(mine, names) for _, names in groups(base, mine))
        return is_switched_on or is_changed or paths(base) != paths(mine)

    def would_be_lost(self, step_id: str) -> bool:
        """Return whether removing what a step of the workflow is in would lose what the user has made or
        changed. A step that the template still has is kept, but not where the user has moved it to."""
        if step_id in self.theirs.steps:
            return step_id in self.moved_by_user
        return step_id not in self.base.steps or step_id in self.moved_by_user or self.is_edited(step_id)


def groups(*parts: Part) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (label, names) of the settings of parts of one type that are compared together.

    Texts, and all settings of messages, are compared one by one. Other settings depend on each other, such as
    the amount and the unit of a wait, so they are compared as a whole.
    """
    kind = parts[0].kind
    known = kind.settings if kind else ()
    is_message = any(isinstance(part, Step) and part.is_message for part in parts)
    together = []
    for setting in known:
        if is_message or setting.kind in WITH_MERGE_TAGS:
            yield setting.label, (setting.name,)
        else:
            together.append(setting)
    if together:
        label = together[0].label if len(together) == 1 else SETTINGS
        yield label, tuple(setting.name for setting in together)


def values(part: Part, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Return the values of settings, with their defaults. Saving in the editor removes line breaks around a
    text, which is no edit."""
    found = []
    for name in names:
        setting = part.kind.setting(name) if part.kind else None
        value = setting.value(part.config) if setting else part.config.get(name)
        found.append(value.strip("\n") if isinstance(value, str) else value)
    return tuple(found)


def paths(step: Step) -> tuple[Any, ...]:
    """Return what tells the paths of a fork apart, in their order."""
    return tuple((path_key(path), path.name, path.criteria, path.percent) for path in step.paths)


def trigger(definition: Definition) -> tuple[Any, ...]:
    """Return the type and settings of the trigger."""
    one = definition.trigger
    names = tuple(setting.name for setting in one.kind.settings) if one.kind else ()
    return one.type, values(one, names)


def filters(definition: Definition) -> Any:
    """Return the trigger's filters; None if they restrict nothing."""
    return definition.trigger.filters if has_rules(definition.trigger.filters) else None


def goals(definition: Definition) -> tuple[Any, ...]:
    written = (value_at(definition.document, goal.pointer) for goal in definition.goals)
    return definition.match, [{"enabled": True, "config": {}, **goal} for goal in written]
