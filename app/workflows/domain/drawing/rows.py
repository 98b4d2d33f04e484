"""The settings of a step as rows of label and value, for the drawing and read-only forms."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.contacts.domain.criteria import day_words, field_label
from app.workflows.domain.definition.parts import Part
from app.workflows.domain.messages.email_body import source_text
from app.workflows.domain.types.declarations import Names
from app.workflows.domain.types.setting import CONTACT_FIELDS, Setting
from app.workflows.domain.types.words import length_words


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as shown: label and value."""

    label: str
    value: str


def rows(part: Part, names: Names, *, is_readable: bool = False) -> Iterator[Row]:
    """Yield the settings that have a value or default; texts are returned as written, or Markdown without its
    signs if `is_readable`."""
    for setting, written in part.settings:
        value = setting.default if written is None else written
        words = "" if value is None else _shown(setting, value, names)
        if is_readable and setting.kind == "markdown":
            words = source_text(words)
        if words:
            yield Row(setting.label, words)


def _shown(setting: Setting, value: Any, names: Names) -> str:
    if setting.kind == "choice":
        return setting.choice_label(value)[:80]
    if setting.kind == "duration":
        return length_words(value)
    if setting.kind == "date":
        return day_words(value)[:80]
    if setting.kind == "step":
        return names.messages.get(value, "") if isinstance(value, str) else ""
    if setting.kind == "pairs":
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else ""
    if setting.kind in CONTACT_FIELDS:
        return field_label(value)[:80]
    if setting.kind == "workflow":
        return names.workflows.get(value, value) if isinstance(value, str) else ""
    return str(value) if isinstance(value, str | int | float) else ""
