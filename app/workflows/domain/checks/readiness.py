"""What a sound workflow still lacks before it does all that it is drawn to do: parts that are switched off or
need a service that is not connected, and merge tags that nothing fills. None of it makes the workflow
unsound, so the person is told and decides."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.platform.words import joined
from app.workflows.domain.checks.needs import INTEGRATIONS, part_needs, type_needs
from app.workflows.domain.checks.problem import TRIGGER_ID, goal_name, trigger_name
from app.workflows.domain.definition.texts import step_texts
from app.workflows.domain.definition.walk import Place, goals_of, is_on, live_steps, text_of, trigger_of, walk
from app.workflows.domain.messages.merge_tags import MERGE_TAGS, analyse
from app.workflows.domain.messages.reliance import gaps_left
from app.workflows.domain.steps.goals import GOALS
from app.workflows.domain.steps.triggers import APPOINTMENT_TRIGGERS, TRIGGERS
from app.workflows.domain.steps.types import ACTIONS, MESSAGES

POSTAL_ADDRESS = "account.postal_address"
LAW = "Marketing emails must include one in the US, the EU, and many other countries."


class GapKind(StrEnum):
    """`NOTHING_LIVE` is the one gap that makes an activation pointless."""

    NOTHING_LIVE = "nothing_live"
    SWITCHED_OFF = "switched_off"
    NOT_CONNECTED = "not_connected"
    NO_VALUE = "no_value"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing. `part_id`: the step, goal or “trigger” where it is put right; `tag`: the
    merge tag without a value; `need`: the integration that is not connected."""

    kind: GapKind
    message: str
    part_id: str = ""
    tag: str = ""
    need: str = ""


@dataclass(frozen=True, slots=True)
class OffPart:
    """A trigger, step or goal that is switched off. `needs`: the integrations that it cannot run without;
    `tags`: merge tags of its texts that have no value."""

    id: str
    name: str
    needs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def gaps(document: Any, *, connected: Collection[str] = (), filled: Collection[str] = ()) -> list[Gap]:
    """Everything that is missing, what matters most first.

    `connected`: the integrations of the account; `filled`: merge tags that the account has a value for.
    """
    found: list[Gap] = []
    if sentence := _nothing_live(document, connected):
        found.append(Gap(GapKind.NOTHING_LIVE, sentence))
    for part in off_parts(document, filled):
        missing = [INTEGRATIONS[name] for name in part.needs if name not in connected]
        why = f" It needs {joined(missing)}, which isn’t connected." if missing else ""
        unset = "".join(f" {MERGE_TAGS[tag].label} isn’t set." for tag in part.tags)
        found.append(Gap(GapKind.SWITCHED_OFF, f"{part.name}, is switched off.{why}{unset}", part.id))
    found += _not_connected(document, connected)
    found += _without_value(document, filled)
    return found


def off_parts(document: Any, filled: Collection[str] = ()) -> list[OffPart]:
    """The trigger, steps and goals that are switched off, in reading order."""
    trigger = trigger_of(document)
    parts: list[OffPart] = []
    if trigger and not is_on(trigger):
        parts.append(OffPart(TRIGGER_ID, trigger_name(trigger), _ordered(part_needs(trigger, TRIGGERS))))
    for place in walk(document):
        if not is_on(place.step) and place.id:
            tags = tuple(tag for tag in tags_without_value(place.step, filled) if tag.startswith("account."))
            parts.append(OffPart(place.id, place.name, _ordered(type_needs(place.step)), tags))
    for index, goal in enumerate(goals_of(document)):
        if not is_on(goal) and text_of(goal.get("id")):
            needed = _ordered(part_needs(goal, GOALS))
            parts.append(OffPart(text_of(goal.get("id")), goal_name(goal, index), needed))
    return parts


def tags_without_value(step: Any, filled: Collection[str], trigger: str = "") -> list[str]:
    """The merge tags of a step that would stay empty: details of the account that are not set, and facts of
    an event that the trigger does not bring. A tag with a default, or inside a condition, is handled."""
    texts = [text for _, text in step_texts(step)]
    used = dict.fromkeys(tag for text in texts for tag in analyse(text).tags)
    empty = frozenset(tag for tag in used if tag not in filled and _is_never_filled(tag, trigger))
    gaps_in_texts = [gaps_left(text, empty) for text in texts] if empty else []
    return [tag for tag in used if any(tag in found for found in gaps_in_texts)]


def _nothing_live(document: Any, connected: Collection[str]) -> str:
    working = [place for place in live_steps(document) if not type_needs(place.step) - set(connected)]
    if not any(place.type in ACTIONS for place in working):
        return "Nothing in this workflow is live: no message and no action would run."
    has_messages = any(place.type in MESSAGES for place in walk(document))
    if has_messages and not any(place.type in MESSAGES for place in working):
        return "No message in this workflow is live, so it sends nothing."
    return ""


def _not_connected(document: Any, connected: Collection[str]) -> Iterator[Gap]:
    trigger = trigger_of(document)
    parts: list[tuple[str, str, set[str]]] = []
    if is_on(trigger):
        parts.append((TRIGGER_ID, trigger_name(trigger), part_needs(trigger, TRIGGERS)))
    parts += [(place.id, place.name, type_needs(place.step)) for place in live_steps(document)]
    for index, goal in enumerate(goals_of(document)):
        if is_on(goal):
            parts.append((text_of(goal.get("id")), goal_name(goal, index), part_needs(goal, GOALS)))
    for part_id, name, needed in parts:
        for need in _ordered(needed - set(connected)):
            sentence = f"{name}, needs {INTEGRATIONS[need]}, which isn’t connected. It can’t run until then."
            yield Gap(GapKind.NOT_CONNECTED, sentence, part_id, need=need)


def _without_value(document: Any, filled: Collection[str]) -> Iterator[Gap]:
    trigger = trigger_of(document)
    brought = text_of(trigger.get("type")) if is_on(trigger) else ""
    users: dict[str, list[Place]] = {}
    for place in live_steps(document):
        for tag in tags_without_value(place.step, filled, brought):
            users.setdefault(tag, []).append(place)
    emails = [place for place in live_steps(document) if place.type == "send_email"]
    if emails and POSTAL_ADDRESS not in filled:
        users.pop(POSTAL_ADDRESS, None)
        sentence = f"{MERGE_TAGS[POSTAL_ADDRESS].label} isn’t set. {LAW}"
        yield Gap(GapKind.NO_VALUE, sentence, emails[0].id, tag=POSTAL_ADDRESS)
    for tag, places in users.items():
        more = [f"{len(places) - 5} more"] if len(places) > 5 else []
        steps = joined([*(f"step {place.number}" for place in places[:5]), *more])
        label = MERGE_TAGS[tag].label
        if tag.startswith("account."):
            sentence = f"{label} isn’t set. It stays empty in {steps}."
        else:
            sentence = f"{label} has no value with this trigger. It stays empty in {steps}."
        yield Gap(GapKind.NO_VALUE, sentence, places[0].id, tag=tag)


def _is_never_filled(tag: str, trigger: str) -> bool:
    if tag.startswith("account."):
        return tag != "account.name"
    if tag in ("event.starts_at", "event.location"):
        return trigger not in APPOINTMENT_TRIGGERS and trigger != "webhook_received"
    return tag.startswith("event.") and trigger not in ("purchase_made", "webhook_received")


def _ordered(needed: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in INTEGRATIONS if name in needed)
