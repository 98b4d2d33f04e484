"""Parts of a definition in words, for the lists of changes."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.contacts.domain.criteria import criteria_words
from app.gallery.domain.merging.layout import Layout, path_key
from app.workflows.domain import Step, names_in, step_words, trigger_words
from app.workflows.domain.definition import Part, Path
from app.workflows.domain.drawing.describe import goal_words
from app.workflows.domain.drawing.rows import rows
from app.workflows.domain.types.declarations import Names

INDENT = "  "


class Describing:
    """The words of the parts of one definition. `workflows` is {public id: name}."""

    def __init__(self, layout: Layout, workflows: Mapping[str, str]) -> None:
        self._layout = layout
        self._names: Names = names_in(layout.definition, workflows)

    def step(self, step_id: str) -> str:
        """Return a step in one line, such as “Send email: Hello”."""
        words = step_words(self._layout.steps[step_id], self._names)
        return f"{words.title}: {words.detail}" if words.detail else words.title

    def place(self, step_id: str) -> str:
        """Return the number of a step and what it is, such as “Step 3, Send email: Hello”."""
        step = self._layout.steps[step_id]
        detail = step_words(step, self._names).detail
        return f"{step.name}: {detail}" if detail else step.name

    def whole_step(self, step_id: str) -> str:
        """Return a step with its settings and all steps on its paths, in lines."""
        return "\n".join(self._step_lines(self._layout.steps[step_id], ""))

    def settings(self, part: Part, names: Collection[str]) -> str:
        """Return the values of some settings in lines; the value alone if there is only one."""
        labels = {setting.label for setting, _ in part.settings if setting.name in names}
        found = [row for row in rows(part, self._names) if row.label in labels]
        if len(names) == 1:
            return found[0].value if found else ""
        return "\n".join(f"{row.label}: {row.value}" for row in found)

    def trigger(self) -> str:
        trigger = self._layout.definition.trigger
        lines = (f"{row.label}: {row.value}" for row in rows(trigger, self._names))
        return "\n".join((trigger_words(self._layout.definition).title, *lines))

    def filters(self) -> str:
        filters = self._layout.definition.trigger.filters
        return criteria_words(filters, self._names.messages) if has_rules(filters) else "No filters"

    def goals(self) -> str:
        definition = self._layout.definition
        lines = [goal_words(goal, self._names) + _off(goal) for goal in definition.goals]
        if len(lines) > 1:
            lines.append("All of them" if definition.match == "all" else "Any of them")
        return "\n".join(lines) or "No goals"

    def paths(self, step_id: str) -> str:
        """Return the paths of a fork with what they are chosen by, in lines."""
        return "\n".join(self._path(path) for path in self._layout.steps[step_id].paths)

    def position(self, step_id: str) -> str:
        """Return where a step is, such as “After “Wait 2 days”, on the path “Clicked””."""
        fork, key = self._layout.places[step_id]
        siblings = self._layout.lists[fork, key]
        at = siblings.index(step_id)
        where = f"After “{self.step(siblings[at - 1])}”" if at else "First"
        if not fork:
            return where
        path = next(one for one in self._layout.steps[fork].paths if path_key(one) == key)
        return f"{where}, on the path “{path.name}”"

    def _path(self, path: Path) -> str:
        if path.is_default:
            return path.name
        if path.criteria is not None:
            return f"{path.name}: {criteria_words(path.criteria, self._names.messages)}"
        return f"{path.name}: {path.share}%"

    def _step_lines(self, step: Step, indent: str) -> Iterator[str]:
        yield f"{indent}{self.step(step.id)}{_off(step)}"
        for row in rows(step, self._names, is_readable=True):
            lines = f"{row.label}: {row.value}".splitlines()
            yield from (f"{indent}{INDENT}{line}" for line in lines)
        for path in step.paths:
            yield f"{indent}{INDENT}{self._path(path)}"
            for inner in path.steps:
                yield from self._step_lines(inner, indent + INDENT * 2)


def has_rules(criteria: Any) -> bool:
    """Return whether a criteria document restricts anything."""
    return isinstance(criteria, dict) and any(criteria.values())


def on_or_off(part: Part) -> str:
    return "On" if part.enabled else "Off"


def _off(part: Part) -> str:
    return "" if part.enabled else " (switched off)"
