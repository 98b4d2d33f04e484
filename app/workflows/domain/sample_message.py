"""A message as its reader will see it, with the data of a sample contact: for the preview beside a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.workflows.domain.email_body import render_email_body
from app.workflows.domain.fields import CUSTOM
from app.workflows.domain.merge_tags import analyse, render_text, sample_context
from app.workflows.domain.sms_length import SmsLength, sms_length
from app.workflows.domain.texts import step_texts
from app.workflows.domain.walk import config_of, text_of, trigger_of, walk

SAMPLE_DATE = date(2026, 5, 14)


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """`html`: an email's body, safe to show as it is; `text`, `length`: an SMS. `problems` are sentences."""

    type: str
    subject: str = ""
    preheader: str = ""
    html: str = ""
    text: str = ""
    length: SmsLength | None = None
    problems: tuple[str, ...] = ()


def sample_message(
    document: Any, step: Any, known: Mapping[str, Mapping[str, str]] | None = None
) -> SampleMessage:
    """The message of a step of the document. `known`: real values, as {"account": {"name": "Agency"}}."""
    texts = [text for _, text in step_texts(step)]
    analyses = [analyse(text) for text in texts]
    context = _context(document, (tag for found in analyses for tag in found.tags), known or {})
    config, kind = config_of(step), text_of(step.get("type"))
    problems = tuple(dict.fromkeys(problem for found in analyses for problem in found.problems))
    if kind == "send_sms":
        text = render_text(text_of(config.get("text")), context)
        return SampleMessage(kind, text=text, length=sms_length(text), problems=problems)
    return SampleMessage(
        kind,
        subject=render_text(text_of(config.get("subject")), context, one_line=True),
        preheader=render_text(text_of(config.get("preheader")), context, one_line=True),
        html=render_email_body(text_of(config.get("body")), context),
        problems=problems,
    )


def _context(document: Any, tags: Any, known: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    custom = [found.group(1) for tag in tags if (found := CUSTOM.fullmatch(tag))]
    context = sample_context(custom)
    for part in (trigger_of(document), *(place.step for place in walk(document))):
        if text_of(part.get("type")) in ("date_reached", "wait_until"):
            found = CUSTOM.fullmatch(text_of(config_of(part).get("field")))
            if found and found.group(1) in custom:
                context["contact"]["custom"][found.group(1)] = SAMPLE_DATE
    for group, values in known.items():
        context[group] = context[group] | {name: value for name, value in values.items() if value}
    return context
