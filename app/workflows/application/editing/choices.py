"""What the settings of a step offer to choose from in an account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from app.accounts.domain import Actor
from app.contacts import application as contacts
from app.contacts.application import topics
from app.contacts.domain.criteria import Field, field_label, field_named
from app.messaging import application as messaging
from app.workflows.domain import Definition, Setting, Step, message_names
from app.workflows.domain.definition.parts import Part
from app.workflows.domain.types.config import Config
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow

_DATES = ("date", "moment", "custom")
_FIELDS: Mapping[str, Callable[[Field], bool]] = {
    "own_field": lambda field: field.own,
    "date_field": lambda field: field.kind in _DATES,
    "any_field": lambda field: field.kind != "tags",
}


def offered(
    actor: Actor, workflow: Workflow, part: Part, config: Config, settings: Sequence[Setting]
) -> tuple[Setting, ...]:
    """Return the settings as a form offers them, with `choices` where a value is chosen.

    A sender is chosen if there are several, or if one was, and a topic if there is one, or if one was.
    """
    found: list[Setting] = []
    for setting in settings:
        chosen = config.text(setting.name)
        if setting.kind == "sender":
            choices = _senders(actor.account_id, chosen)
        elif setting.kind == "topic":
            choices = _topics(actor.account_id, chosen)
        elif setting.kind in _FIELDS:
            choices = _fields(actor, chosen, _FIELDS[setting.kind])
        elif setting.kind == "step":
            choices = _messages(workflow.parsed, part, config, setting)
        elif setting.kind == "workflow":
            choices = _workflows(workflow, chosen)
        elif setting.kind == "choice" and setting.required and setting.default is None and not chosen:
            choices = {"": "Choose…", **dict(setting.choices)}
        else:
            found.append(setting)
            continue
        if choices:
            found.append(replace(setting, choices=tuple(choices.items())))
    return tuple(found)


def _senders(account_id: int, chosen: str) -> dict[str, str]:
    senders = messaging.sender_addresses(account_id)
    if len(senders) < 2 and not chosen:
        return {}
    lost = {chosen: senders.get(chosen.lower(), f"{chosen} (removed)")} if chosen else {}
    return {"": "Default sender", **lost, **senders}


def _topics(account_id: int, chosen: str) -> dict[str, str]:
    available = topics.topic_names(account_id, with_archived=False)
    if not available and not chosen:
        return {}
    names = topics.topic_names(account_id)
    is_available = not chosen or chosen in available
    archived = f"{names[chosen]} (archived)" if chosen in names else f"{chosen} (missing)"
    return {"": "No topic", **available, **({} if is_available else {chosen: archived})}


def _fields(actor: Actor, chosen: str, fits: Callable[[Field], bool]) -> dict[str, str]:
    labels = contacts.filter_fields(actor)
    known = {name: label for name, label in labels.items() if (field := field_named(name)) and fits(field)}
    lost = {chosen: f"{field_label(chosen)} (missing)"} if chosen and chosen not in known else {}
    return {"": "Choose…", **lost, **known}


def _messages(definition: Definition, part: Part, config: Config, setting: Setting) -> dict[str, str]:
    """Return the messages that can have the event, and are sent before a step."""
    names, event = message_names(definition), setting.event(config) if setting.event else ""
    known = {
        one.id: f"{one.number}. {names[one.id]}"
        for one in definition.messages
        if one.id and one.kind and one.kind.message and event in one.kind.message.events
        if not isinstance(part, Step) or one.comes_before(part)
    }
    chosen = config.text(setting.name)
    lost = {chosen: f"{names.get(chosen, 'A message')} (can’t be chosen here)"}
    none = "Choose…" if setting.required else "Any message"
    return {"": none, **(lost if chosen and chosen not in known else {}), **known}


def _workflows(workflow: Workflow, chosen: str) -> dict[str, str]:
    every = queries.workflow_names(workflow.account_id)
    known = {public_id: name for public_id, name in every.items() if public_id != workflow.public_id}
    named = dict(sorted(known.items(), key=lambda one: one[1].casefold()))
    lost = {chosen: "A workflow that no longer exists"} if chosen and chosen not in known else {}
    return {"": "Choose…", **lost, **named}
