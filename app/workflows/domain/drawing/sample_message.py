"""A message as its reader will see it, with the data of a sample contact: for the preview beside a form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.contacts.domain.criteria import CUSTOM
from app.workflows.domain.checks.readiness import tags_without_value
from app.workflows.domain.definition.texts import step_texts
from app.workflows.domain.definition.walk import config_of, is_on, text_of, trigger_of, walk
from app.workflows.domain.messages.email_body import render_email_body
from app.workflows.domain.messages.merge_tags import analyse, render_text, sample_context, tag_label
from app.workflows.domain.messages.sms_length import SmsLength, sms_length

SAMPLE_DATE = date(2026, 5, 14)


@dataclass(frozen=True, slots=True)
class EmptyTag:
    """A merge tag that nothing fills: as it is written, and its label. `is_account`: a business detail."""

    liquid: str
    label: str
    is_account: bool


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """`html`: an email's body, safe to show as it is; `text`, `length`: an SMS. `problems` are sentences;
    `empty`: merge tags that have no value."""

    type: str
    subject: str = ""
    preheader: str = ""
    html: str = ""
    text: str = ""
    length: SmsLength | None = None
    problems: tuple[str, ...] = ()
    empty: tuple[EmptyTag, ...] = ()


def sample_message(
    document: Any, step: Any, known: Mapping[str, Mapping[str, str]] | None = None
) -> SampleMessage:
    """The message of a step of the document. `known`: real values, as {"account": {"name": "Agency"}}; an
    empty one stays empty, and is false in a condition."""
    texts = [text for _, text in step_texts(step)]
    analyses = [analyse(text) for text in texts]
    context = _context(document, (tag for found in analyses for tag in found.tags), known or {})
    config, kind = config_of(step), text_of(step.get("type"))
    problems = tuple(dict.fromkeys(problem for found in analyses for problem in found.problems))
    empty = _empty_tags(document, step, known or {})
    if kind == "send_sms":
        text = render_text(text_of(config.get("text")), context)
        return SampleMessage(kind, text=text, length=sms_length(text), problems=problems, empty=empty)
    return SampleMessage(
        kind,
        subject=render_text(text_of(config.get("subject")), context, one_line=True),
        preheader=render_text(text_of(config.get("preheader")), context, one_line=True),
        html=render_email_body(text_of(config.get("body")), context),
        problems=problems,
        empty=empty,
    )


def sample_values(document: Any, custom: Collection[str]) -> dict[str, Any]:
    """Sample values for every merge tag. `custom`: keys of custom fields; those that the trigger or a wait
    treats as dates get a date."""
    context = sample_context(custom)
    for part in (trigger_of(document), *(place.step for place in walk(document))):
        if text_of(part.get("type")) in ("date_reached", "wait_until"):
            found = CUSTOM.fullmatch(text_of(config_of(part).get("field")))
            if found and found.group(1) in custom:
                context["contact"]["custom"][found.group(1)] = SAMPLE_DATE
    return context


def _empty_tags(document: Any, step: Any, known: Mapping[str, Mapping[str, str]]) -> tuple[EmptyTag, ...]:
    """The merge tags of the step that nothing fills; none where the account's values are not known."""
    if "account" not in known:
        return ()
    filled = {f"{group}.{name}" for group, values in known.items() for name, text in values.items() if text}
    trigger = trigger_of(document)
    brought = text_of(trigger.get("type")) if is_on(trigger) else ""
    return tuple(
        EmptyTag("{{ " + tag + " }}", tag_label(tag), tag.startswith("account."))
        for tag in tags_without_value(step, filled, brought)
    )


def _context(document: Any, tags: Any, known: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    custom = [found.group(1) for tag in tags if (found := CUSTOM.fullmatch(tag))]
    context = sample_values(document, custom)
    for group, values in known.items():
        context[group] = context[group] | {name: text or None for name, text in values.items()}
    return context
