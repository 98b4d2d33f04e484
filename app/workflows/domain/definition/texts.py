"""The texts with merge tags inside a definition, and what they use."""

from collections.abc import Iterator
from typing import Any

from app.workflows.domain.definition.walk import as_dict, config_of, text_of
from app.workflows.domain.messages.merge_tags import analyse
from app.workflows.domain.steps.setting import WITH_MERGE_TAGS, Setting
from app.workflows.domain.steps.types import STEPS


def step_texts(step: Any) -> Iterator[tuple[Setting, str]]:
    """(setting, text) of every text of a step that may hold merge tags."""
    kind = STEPS.get(text_of(step.get("type"))) if isinstance(step, dict) else None
    if kind is None:
        return
    config = config_of(step)
    for setting in kind.applying(config):
        if setting.kind not in WITH_MERGE_TAGS:
            continue
        value = config.get(setting.name)
        for text in as_dict(value).values() if setting.kind == "pairs" else (value,):
            if isinstance(text, str) and text:
                yield setting, text


def step_merge_tags(step: Any) -> tuple[str, ...]:
    """The merge tags that a step uses, each once, in order."""
    return tuple(dict.fromkeys(tag for _, text in step_texts(step) for tag in analyse(text).tags))
