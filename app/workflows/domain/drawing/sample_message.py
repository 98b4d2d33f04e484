"""Preview of a message with the data of a sample contact."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.contacts.domain.criteria import custom_key
from app.integrations.domain import service_name
from app.workflows.domain.checks.advice import Advice, advice_on
from app.workflows.domain.checks.readiness import brought_by, tags_without_value
from app.workflows.domain.definition.parts import Definition, Step
from app.workflows.domain.messages.liquid_filters import plain
from app.workflows.domain.messages.merge_tags import MERGE_TAGS, analyse, sample_context, tag_label
from app.workflows.domain.messages.rendering import Rendered

SAMPLE_DATE = date(2026, 5, 14)


@dataclass(frozen=True, slots=True)
class TagInUse:
    """A merge tag of a message, with its label and sample value.

    `is_account` means a business detail, `is_empty` that nothing fills it.
    """

    liquid: str
    label: str
    sample: str
    is_account: bool
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A rendered sample message.

    `medium` is “Email” or “SMS”, `problems` are sentences about errors in its texts, `sender_lines` are the
    business name and the lines of the postal address, shown below every email, `sender` the name that inboxes
    show, `advice` is {setting name: advice} on its texts.
    """

    medium: str
    shown: Rendered
    tags: tuple[TagInUse, ...]
    problems: tuple[str, ...]
    sender_lines: tuple[str, ...]
    sender: str = ""
    advice: Mapping[str, Advice] = field(default_factory=dict)

    @property
    def empty(self) -> tuple[TagInUse, ...]:
        """Return the merge tags that nothing fills."""
        return tuple(tag for tag in self.tags if tag.is_empty)


def sample_message(
    definition: Definition, step: Step, known: Mapping[str, Mapping[str, str]] | None = None
) -> SampleMessage | None:
    """Return the sample message of a step, or None if the step is no message.

    `known` are real values, such as {"account": {"name": "Agency"}}. An empty value stays empty, and is false
    in a condition.
    """
    message = step.kind.message if step.kind else None
    if step.kind is None or message is None:
        return None
    known, tags = known or {}, step.merge_tags
    context = _context(definition, tags, known)
    found = (problem for _, text in step.texts for problem in analyse(text).problems)
    empty = _without_value(definition, step, known)
    shown = message.render(step.config, context)
    return SampleMessage(
        medium=service_name(step.kind.channel),
        shown=shown,
        tags=tuple(_in_use(tag, context, tag in empty) for tag in tags),
        problems=tuple(dict.fromkeys(found)),
        sender_lines=_sender_lines(context["account"]),
        sender=context["sender"]["name"] or context["account"].get("name") or "",
        advice=advice_on(definition, step, shown, context),
    )


def sample_values(definition: Definition, custom: Collection[str]) -> dict[str, Any]:
    """Return sample values for every merge tag.

    `custom` are keys of custom fields; those that a part of the definition uses as dates get a date.
    """
    context = sample_context(custom)
    for part in definition.parts:
        for setting, value in part.settings:
            key = custom_key(value) if setting.kind == "date_field" else ""
            if key in custom:
                context["contact"]["custom"][key] = SAMPLE_DATE
    return context


def _without_value(
    definition: Definition, step: Step, known: Mapping[str, Mapping[str, str]]
) -> Collection[str]:
    """Return the merge tags of the step that nothing fills; none if the account's values are unknown."""
    if "account" not in known:
        return ()
    filled = {f"{group}.{name}" for group, values in known.items() for name, text in values.items() if text}
    return tags_without_value(step, filled, brought_by(definition))


def _context(
    definition: Definition, tags: Iterable[str], known: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    context = sample_values(definition, [key for tag in tags if (key := custom_key(tag))])
    for group, values in known.items():
        context[group] = context[group] | {name: text or None for name, text in values.items()}
    return context


def _in_use(tag: str, context: dict[str, Any], is_empty: bool) -> TagInUse:
    known = MERGE_TAGS.get(tag)
    sample = known.sample if known else plain(context["contact"]["custom"].get(custom_key(tag), ""))
    return TagInUse(
        "{{ " + tag + " }}", tag_label(tag), " ".join(sample.split()), tag.startswith("account."), is_empty
    )


def _sender_lines(account: Mapping[str, Any]) -> tuple[str, ...]:
    address = account.get("postal_address") or ""
    return tuple(filter(None, (account.get("name"), *address.splitlines())))
