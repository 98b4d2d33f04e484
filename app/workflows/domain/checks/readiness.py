"""What a valid workflow still lacks: parts that are switched off, paths that nobody takes without them,
missing integrations and forms, empty merge tags.

None of it makes the workflow invalid, so the user is told and decides.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.integrations.domain import in_order, service_name
from app.platform.text.words import joined, quoted
from app.workflows.domain.checks.needs import part_needs, part_requirements, type_needs
from app.workflows.domain.checks.paths import untaken_paths, untaken_sentence
from app.workflows.domain.checks.reactions import unanswered
from app.workflows.domain.definition.parts import Definition, Part, Step, Trigger
from app.workflows.domain.definition.references import form_of
from app.workflows.domain.messages.merge_tags import MERGE_TAGS, analyse
from app.workflows.domain.messages.reliance import gaps_left
from app.workflows.domain.types.events import folded

_DEFAULT_SENDER = "It’s sent from your default sender instead."
_UNTIL_THEN = "It can’t run until then."
_BY_PROGRAMS = "Until you create it, only submissions sent through the API count."
POSTAL_ADDRESS = "account.postal_address"
LAW = "Marketing emails must include one in the US, the EU, and many other countries."


class GapKind(StrEnum):
    """Kinds of gaps. With NOTHING_LIVE, an active workflow would do nothing."""

    NOTHING_LIVE = "nothing_live"
    SWITCHED_OFF = "switched_off"
    NEVER_TAKEN = "never_taken"
    MESSAGE_OFF = "message_off"
    NOT_CONNECTED = "not_connected"
    NO_FORM = "no_form"
    NO_VALUE = "no_value"
    NO_SENDER = "no_sender"
    NO_TOPIC = "no_topic"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing.

    `part_id` is the step, goal or "trigger" to fix, `tag` the (first) merge tag without a value, `need` the
    (first) integration that is not connected.
    """

    kind: GapKind
    message: str
    part_id: str = ""
    tag: str = ""
    need: str = ""


@dataclass(frozen=True, slots=True)
class OffPart:
    """A trigger, step or goal that is switched off.

    `needs` are the integrations that its type requires and the account lacks, `tags` the merge tags in its
    texts that the account has no value for. `lacks`: cloning would switch it off. `is_ready`: it requires an
    integration or a link of the account, and lacks nothing.
    """

    id: str
    name: str
    needs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lacks: bool = False
    is_ready: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The names of what the account lacks, such as “SMS” or “your booking page”."""
        labels = (MERGE_TAGS[tag].label for tag in self.tags)
        return (*map(service_name, self.needs), *(label[:1].lower() + label[1:] for label in labels))


def gaps(
    definition: Definition,
    *,
    connected: Collection[str] = (),
    filled: Collection[str] = (),
    senders: Collection[str] | None = None,
    topics: Collection[str] | None = None,
    forms: Collection[str] | None = None,
) -> list[Gap]:
    """Return everything that is missing, most important first.

    `connected` are the integrations of the account, `filled` the merge tags that it has a value for,
    `senders` the addresses that it sends from, `topics` the keys of its topics, `forms` the names of
    its forms; None skips what depends on them.
    """
    found: list[Gap] = []
    if sentence := _nothing_live(definition, connected):
        found.append(Gap(GapKind.NOTHING_LIVE, sentence))
    for part in off_parts(definition, {*connected, *filled}):
        is_not = "isn’t" if len(part.needs) == 1 else "aren’t"
        services = joined([service_name(name) for name in part.needs])
        why = f" It needs {services}, which {is_not} connected." if part.needs else ""
        unset = "".join(f" {MERGE_TAGS[tag].label} isn’t set." for tag in part.tags)
        sentence = f"{part.name}, is switched off.{why}{unset}"
        tag, need = next(iter(part.tags), ""), next(iter(part.needs), "")
        found.append(Gap(GapKind.SWITCHED_OFF, sentence, part.id, tag, need))
    found += [
        Gap(GapKind.NEVER_TAKEN, untaken_sentence(path), step.id) for step, path in untaken_paths(definition)
    ]
    found += [Gap(GapKind.MESSAGE_OFF, sentence, part.id) for part, sentence in unanswered(definition)]
    found += _not_connected(definition, connected)
    if forms is not None:
        found += _without_form(definition, forms)
    found += _without_value(definition, filled)
    if senders is not None:
        found += _without_sender(definition, senders)
    if topics is not None:
        found += _without_topic(definition, topics)
    return found


def off_parts(definition: Definition, available: Collection[str] = ()) -> list[OffPart]:
    """Return the parts that are switched off, in reading order. `available` are the connected integrations,
    and the merge tags that the account has a value for."""
    return [_off_part(part, available) for part in definition.parts if not part.enabled and part.id]


def brought_by(definition: Definition) -> tuple[str, ...]:
    """Return the merge tags, or their prefixes, that the trigger's event fills; none if it is off."""
    trigger = definition.trigger
    return trigger.kind.brings if trigger.kind and trigger.enabled else ()


def tags_without_value(part: Part, filled: Collection[str], brought: tuple[str, ...] = ()) -> list[str]:
    """Return the merge tags of a part that would leave a gap in its texts.

    These are account details that are not set, and event data that the trigger does not provide. Tags with a
    default, or inside a condition that tests them, leave no gap.
    """
    texts = [text for _, text in part.texts]
    used = dict.fromkeys(tag for text in texts for tag in analyse(text).tags)
    empty = frozenset(tag for tag in used if tag not in filled and _is_never_filled(tag, brought))
    gaps_in_texts = [gaps_left(text, empty) for text in texts] if empty else []
    return [tag for tag in used if any(tag in found for found in gaps_in_texts)]


def _off_part(part: Part, available: Collection[str]) -> OffPart:
    lacking, without_value = part_needs(part, available), tags_without_value(part, available)
    needs = type_needs(part) - set(available)
    tags = tuple(
        tag
        for tag in part.merge_tags
        if tag.startswith("account.")
        and tag in MERGE_TAGS
        and (tag in without_value or (tag not in available and MERGE_TAGS[tag].need in lacking))
    )
    is_ready = bool(part_requirements(part)) and not lacking and not tags
    return OffPart(part.id, part.name, in_order(needs), tags, bool(lacking), is_ready)


def _nothing_live(definition: Definition, connected: Collection[str]) -> str:
    working = [step for step in definition.live_steps if not type_needs(step) - set(connected)]
    if not any(step.is_action for step in working):
        return "Nothing in this workflow is live: no message and no action would run."
    if definition.messages and not any(step.is_message for step in working):
        return "No message in this workflow is live, so it sends nothing."
    return ""


def _not_connected(definition: Definition, connected: Collection[str]) -> Iterator[Gap]:
    for part in definition.live_parts:
        for need in in_order(type_needs(part) - set(connected)):
            is_reported = isinstance(part, Trigger) and part.kind is not None and part.kind.fits is not None
            until = "Until then, only events sent through the API start it." if is_reported else _UNTIL_THEN
            sentence = f"{part.name}, needs {service_name(need)}, which isn’t connected. {until}"
            yield Gap(GapKind.NOT_CONNECTED, sentence, part.id, need=need)


def _without_form(definition: Definition, forms: Collection[str]) -> Iterator[Gap]:
    known = {folded(name) for name in forms}
    for part in definition.live_parts:
        if (name := form_of(part)) and folded(name) not in known:
            sentence = f"{part.name}: you have no form named {quoted(name)}. {_BY_PROGRAMS}"
            yield Gap(GapKind.NO_FORM, sentence, part.id)


def _without_value(definition: Definition, filled: Collection[str]) -> Iterator[Gap]:
    brought = brought_by(definition)
    users: dict[str, list[Step]] = {}
    for step in definition.live_steps:
        for tag in tags_without_value(step, filled, brought):
            users.setdefault(tag, []).append(step)
    with_address = [
        step
        for step in definition.live_steps
        if step.kind and step.kind.message and step.kind.message.has_postal_address
    ]
    if with_address and POSTAL_ADDRESS not in filled:
        users.pop(POSTAL_ADDRESS, None)
        sentence = f"{MERGE_TAGS[POSTAL_ADDRESS].label} isn’t set. {LAW}"
        yield Gap(GapKind.NO_VALUE, sentence, with_address[0].id, tag=POSTAL_ADDRESS)
    for tag, steps in users.items():
        more = [f"{len(steps) - 5} more"] if len(steps) > 5 else []
        where = joined([*(f"step {step.number}" for step in steps[:5]), *more])
        label = MERGE_TAGS[tag].label
        if tag.startswith("account."):
            sentence = f"{label} isn’t set. It stays empty in {where}."
        else:
            sentence = f"{label} has no value with this trigger. It stays empty in {where}."
        yield Gap(GapKind.NO_VALUE, sentence, steps[0].id, tag=tag)


def _without_sender(definition: Definition, senders: Collection[str]) -> Iterator[Gap]:
    for step in definition.live_steps:
        for setting, value in step.settings:
            if setting.kind == "sender" and isinstance(value, str) and value and value.lower() not in senders:
                sentence = f"{step.name}, is from {value}, which isn’t one of your senders. {_DEFAULT_SENDER}"
                yield Gap(GapKind.NO_SENDER, sentence, step.id)


def _without_topic(definition: Definition, topics: Collection[str]) -> Iterator[Gap]:
    for step in definition.live_steps:
        for setting, value in step.settings:
            if setting.kind == "topic" and isinstance(value, str) and value and value not in topics:
                sentence = f"{step.name}, has the topic “{value}”, which you don’t have. Nobody can stop it."
                yield Gap(GapKind.NO_TOPIC, sentence, step.id)


def _is_never_filled(tag: str, brought: tuple[str, ...]) -> bool:
    if tag.startswith("account."):
        return tag != "account.name"
    return tag.startswith("event.") and not tag.startswith(brought)
