"""Waits and goals that ask about reactions to messages that are switched off, so that they never happen."""

from collections.abc import Iterator

from app.workflows.domain.definition.parts import Definition, Part, Step


def unanswered(definition: Definition) -> Iterator[tuple[Part, str]]:
    """Yield (wait or goal that is on, sentence about the messages that it asks about and that are off)."""
    for part in definition.live_parts:
        if isinstance(part, Step) and part.kind and part.kind.message:
            continue  # a message waits for nothing
        for setting in part.kind.applying(part.config) if part.kind else ():
            if setting.event is None:
                continue
            named = part.config.text(setting.name)
            message = definition.step(named)
            if message and not message.is_live:
                yield part, f"{part.name}: {message.name}, is switched off{_effect(part)}"
            elif not named and setting.event(part.config) not in events_before(definition, part):
                before = " before it" if isinstance(part, Step) else ""
                yield part, f"{part.name}: no message{before} that it’s about is switched on{_effect(part)}"


def events_before(definition: Definition, part: Part, *, is_live: bool = True) -> set[str]:
    """Return the reactions that messages which a contact at a part can have got may bring; with
    `is_live=False`, those of messages that are switched off."""
    return {
        event
        for message in definition.messages
        if message.is_live == is_live and (not isinstance(part, Step) or message.comes_before(part))
        if message.kind and message.kind.message
        for event in message.kind.message.events
    }


def _effect(part: Part) -> str:
    return ", so everyone waits the full time." if isinstance(part, Step) else ", so nobody can reach it."
