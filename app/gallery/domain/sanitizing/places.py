"""Every text of a definition, with its place: in settings, names of paths, conditions, and webhook fields.

What has a fixed form, such as a duration, a choice, or the id of a step, holds nothing that anyone wrote.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.contacts.domain.criteria import field_label, field_named, placed_rules
from app.contacts.domain.criteria.values import day_of, is_number
from app.workflows.domain.definition.document import Document, plain_copy, value_at
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import Definition, Part, Pointer, Step, Trigger
from app.workflows.domain.types.setting import Setting

Mode = Literal["markdown", "text", "plain", "word", "link", "sender", "date", "number"]
"""How a text is written: Markdown or text with merge tags, text without, an identifier, an address of a link,
the address of a sender of the account, or the date or number of a condition."""

MODES: Final[dict[str, Mode]] = {
    "text": "plain",
    "line": "text",
    "message": "text",
    "markdown": "markdown",
    "pairs": "text",
    "tag": "word",
    "key": "word",
    "url": "link",
    "sender": "sender",
}
KEPT_KINDS: Final = frozenset({"message", "workflow", "status", "sms_consent", "country", "number", "moment"})
"""Kinds of fields whose values in conditions are ids, codes, or numbers and times that no contact entered."""

FIXED: Final[dict[str, str]] = {"date": "2000-01-01", "number": "0"}
"""What replaces a date or a number, so that the condition stays valid."""

DETAILS: Final = "details"


@dataclass(frozen=True, slots=True)
class Place:
    """A text. `pointer` leads to it in the document; with `is_name`, to a field of a webhook that is called
    so. `part_id` and `part_name` are those of the step, `field` and `label` those of the setting; `limit` is
    how long the text may be."""

    pointer: Pointer
    part_id: str
    part_name: str
    field: str
    label: str
    mode: Mode
    text: str
    limit: int = 0
    is_name: bool = False

    @property
    def takes_tags(self) -> bool:
        """Whether merge tags work in it."""
        return self.mode in ("markdown", "text")


def places_of(definition: Definition) -> Iterator[Place]:
    """Yield every text of a definition, in reading order."""
    for part in definition.parts:
        yield from _in_settings(part)
        if isinstance(part, Trigger):
            yield from _in_criteria(part, "filters", part.filters, (*part.pointer, "filters"))
        elif isinstance(part, Step):
            yield from _in_paths(part)


def places_of_details(details: Mapping[str, str]) -> Iterator[Place]:
    """Yield the texts of a template's details, {name: text}."""
    for name, text in details.items():
        if text:
            yield Place((DETAILS, name), "", "Template", name, name.capitalize(), "plain", text)


def places_of_ids(definition: Definition) -> Iterator[Place]:
    """Yield the ids of steps, paths, and goals, which programs choose: “mail-for-nora”."""
    for part in (*definition.all_steps, *definition.goals):
        ids = [part.id, *(path.id for path in part.paths)] if isinstance(part, Step) else [part.id]
        for one in filter(None, ids):
            yield Place((*part.pointer, "id"), part.id, part.name, "id", "ID", "word", one)


def without_idle(definition: Definition) -> Definition:
    """Return a definition without the settings that don’t apply: they do nothing, and nothing limits them."""
    idle: list[tuple[Pointer, str]] = []
    for part in definition.parts:
        if part.kind is not None:
            names = {setting.name for setting in part.kind.settings}
            names -= {setting.name for setting in part.kind.applying(part.config)}
            idle += [((*part.pointer, "config"), name) for name in part.config if name in names]
    if not idle:
        return definition
    document: Document = plain_copy(definition.document)
    for pointer, name in idle:
        del value_at(document, pointer)[name]
    return parse(document)


def changed_document(document: Document, texts: Iterable[tuple[Place, str]]) -> Document:
    """Return a copy of a document with other texts at some places."""
    changed: Document = plain_copy(document)
    renamed: list[tuple[Pointer, str]] = []
    for place, text in texts:
        if place.is_name:
            renamed.append((place.pointer, text))
        else:
            owner, key = value_at(changed, place.pointer[:-1]), place.pointer[-1]
            owner[key] = text if isinstance(owner[key], str) or place.mode != "number" else int(text)
    for pointer, name in renamed:
        _rename(value_at(changed, pointer[:-2]), pointer[-2], str(pointer[-1]), name)
    return changed


def _rename(owner: Any, setting: str | int, old: str, new: str) -> None:
    """Rename a key of the mapping that is a setting; if the new name is taken, it gets a number."""
    pairs: dict[str, Any] = owner[setting]
    number, name = 1, new
    while name in pairs:
        number += 1
        name = f"{new}_{number}"
    owner[setting] = {name if key == old else key: value for key, value in pairs.items()}


def _in_settings(part: Part) -> Iterator[Place]:
    if part.kind is None:
        return
    applying = {setting.name for setting in part.kind.applying(part.config)}  # no others are validated
    for setting in {setting.name: setting for setting in part.kind.settings}.values():
        value = part.config.get(setting.name)
        mode: Mode | None = MODES.get(setting.kind) if setting.name in applying else "plain"
        if mode is None:
            continue
        pointer = (*part.pointer, "config", setting.name)
        if setting.kind == "pairs":
            yield from _in_pairs(part, setting, value, pointer)
        elif isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            yield _place(part, setting, mode, str(value), pointer)


def _place(part: Part, setting: Setting, mode: Mode, text: str, pointer: Pointer) -> Place:
    return Place(pointer, part.id, part.name, setting.name, setting.label, mode, text, setting.limit)


def _in_pairs(part: Part, setting: Setting, value: Any, pointer: Pointer) -> Iterator[Place]:
    for name, text in value.items() if isinstance(value, dict) else ():
        label = f"{setting.label}, {name}"
        if isinstance(text, str) and text.strip():
            yield Place(
                (*pointer, name), part.id, part.name, setting.name, label, "text", text, setting.limit
            )
        label = f"{setting.label}, name"
        yield Place((*pointer, name), part.id, part.name, setting.name, label, "word", name, 60, is_name=True)


def _in_paths(step: Step) -> Iterator[Place]:
    for path in step.paths:
        written = (*path.pointer, "name")
        if path.name and not (path.is_default and path.name == "Everyone else"):
            label = f"Path {path.number}, name"
            yield Place(written, step.id, step.name, f"{path.field}.name", label, "plain", path.name, 80)
        if not path.is_default:
            criteria = (*path.pointer, "criteria")
            yield from _in_criteria(step, f"{path.field}.criteria", path.criteria, criteria)


def _in_criteria(part: Part, field: str, criteria: Any, pointer: Pointer) -> Iterator[Place]:
    for rule, place in placed_rules(criteria, pointer):
        asked = field_named(rule.field)
        if asked is None or asked.kind in KEPT_KINDS:
            continue
        label = f"Condition, {field_label(rule.field)}"
        for value, where in _values(rule.value, (*place, "value")):
            mode = _mode_of(asked.kind, value)
            yield Place(where, part.id, part.name, field, label, mode, str(value), 200)


def _mode_of(kind: str, value: Any) -> Mode:
    if kind == "tags":
        return "word"
    if kind in ("date", "custom") and day_of(value):
        return "date"
    return "number" if kind == "custom" and is_number(value) else "plain"


def _values(value: Any, pointer: Pointer) -> Iterator[tuple[Any, Pointer]]:
    members = enumerate(value) if isinstance(value, list) else ()
    for one, where in [(value, pointer), *((one, (*pointer, index)) for index, one in members)]:
        if isinstance(one, str | int | float) and not isinstance(one, bool):
            yield one, where
