"""The settings of a step as rows of label and words, for the drawing and for forms that only show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.contacts.domain.criteria import day_words, field_label
from app.workflows.domain.definition.walk import config_of, text_of
from app.workflows.domain.steps.setting import Setting
from app.workflows.domain.steps.types import STEPS
from app.workflows.domain.steps.words import length_words


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as it is shown: label, words, and the kind of the setting."""

    name: str
    label: str
    value: str
    kind: str


def rows(step: dict[str, Any], messages: Mapping[str, str], workflows: Mapping[str, str]) -> Iterator[Row]:
    """What is set, defaults included; texts are given as they were written."""
    part = STEPS.get(text_of(step.get("type")))
    config = config_of(step)
    for setting in part.applying(config) if part else ():
        value = setting.value(config)
        words = "" if value is None else _shown(setting, value, messages, workflows)
        if words:
            yield Row(setting.name, setting.label, words, setting.kind)


def _shown(setting: Setting, value: Any, messages: Mapping[str, str], workflows: Mapping[str, str]) -> str:
    if setting.kind == "choice":
        return setting.choice_label(value)[:80]
    if setting.kind == "duration":
        return length_words(value)
    if setting.kind == "date":
        return day_words(value)[:80]
    if setting.kind == "step":
        return messages.get(text_of(value), "")
    if setting.kind == "pairs":
        return "\n".join(f"{name}: {text}" for name, text in value.items()) if isinstance(value, dict) else ""
    if setting.kind in ("date_field", "any_field", "own_field"):
        return field_label(value)[:80]
    if setting.name == "workflow":
        return workflows.get(text_of(value), text_of(value))
    return str(value) if isinstance(value, str | int | float) else ""
