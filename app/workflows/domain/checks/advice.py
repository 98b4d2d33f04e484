"""Advice on the texts of a message: their lengths, and hints that prevent nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.messages.hints import has_link, may_have_link, text_hints
from app.workflows.domain.messages.merge_tags import render_text
from app.workflows.domain.messages.rendering import Rendered
from app.workflows.domain.types.setting import WITH_MERGE_TAGS, Setting

CLICK = "link_clicked"
BODIES = ("markdown", "message")


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on a text: its `length` in characters with sample data, how many of them inboxes usually show (0
    means all), and hints as sentences."""

    length: int
    visible: int
    hints: tuple[str, ...]


def advice_on(
    definition: Definition, step: Step, shown: Rendered, context: Mapping[str, Any]
) -> dict[str, Advice]:
    """Return {setting name: advice} on all texts of a message, also those that are empty. `shown` is the
    message with the values of `context`."""
    found = {
        setting.name: _advice(setting, value if isinstance(value, str) else "", context)
        for setting, value in step.settings
        if setting.kind in WITH_MERGE_TAGS and setting.kind != "pairs"
    }
    body = next((setting.name for setting, _ in step.settings if setting.kind in BODIES), "")
    missing = tuple(_missing_link(definition, step, shown)) if body else ()
    if missing:
        one = found[body]
        found[body] = Advice(one.length, one.visible, (*one.hints, *missing))
    return found


def _advice(setting: Setting, text: str, context: Mapping[str, Any]) -> Advice:
    length = len(render_text(text, context, one_line=True))
    hints = text_hints(setting.kind, text, context)
    if 0 < setting.visible < length:
        hints = (f"{length} characters. Many inboxes cut this off after about {setting.visible}.", *hints)
    return Advice(length, setting.visible, hints)


def _missing_link(definition: Definition, step: Step, shown: Rendered) -> Iterator[str]:
    """Yield a hint if something waits for a click in this message, or in any, and there is no link."""
    if has_link(shown.html or shown.text) or not _can_be_clicked(step):
        return
    is_elsewhere: bool | None = None
    for part in definition.live_parts:
        name = part.name.partition(",")[0]
        for setting, value in part.settings:
            if setting.event is None or setting.event(part.config) != CLICK:
                continue
            if value == step.id:
                yield f"{name} waits for a click in this message, but the message has no link."
            elif not value:
                if is_elsewhere is None:
                    is_elsewhere = any(
                        _may_be_clicked(one) for one in definition.messages if one.id != step.id
                    )
                if not is_elsewhere:
                    yield f"{name} waits for a click, but none of the messages has a link."


def _may_be_clicked(step: Step) -> bool:
    bodies = (value for setting, value in step.settings if setting.kind in BODIES)
    return _can_be_clicked(step) and any(isinstance(one, str) and may_have_link(one) for one in bodies)


def _can_be_clicked(step: Step) -> bool:
    return step.kind is not None and step.kind.message is not None and CLICK in step.kind.message.events
