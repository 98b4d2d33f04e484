"""Step types that send messages to contacts: email and SMS."""

from collections.abc import Mapping
from typing import Any

from app.workflows.domain.messages.email_body import render_email_body
from app.workflows.domain.messages.merge_tags import render_text
from app.workflows.domain.messages.rendering import Rendered
from app.workflows.domain.messages.sms_length import sms_length
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.declarations import Look, MessageType, StepType
from app.workflows.domain.types.setting import Setting, on_failure
from app.workflows.domain.types.words import readable


def _email(config: Config, context: Mapping[str, Any]) -> Rendered:
    body = render_email_body(config.text("body"), context)
    return Rendered(
        "letter",
        subject=render_text(config.text("subject"), context, one_line=True),
        preheader=render_text(config.text("preheader"), context, one_line=True),
        html=body.html,
        text=body.text,
    )


def _sms(config: Config, context: Mapping[str, Any]) -> Rendered:
    text = render_text(config.text("text"), context)
    return Rendered("bubble", text=text, length=sms_length(text))


TYPES = (
    StepType(
        type="send_email",
        title="Send email",
        about="Send an email from one of your senders.",
        group="action",
        channel="email",
        look=Look("mail", "accent"),
        also_called="mail message",
        settings=(
            Setting("subject", "Subject", "line", limit=250, visible=60),
            Setting(
                "preheader",
                "Preview text",
                "line",
                required=False,
                limit=250,
                visible=90,
                hint="Shown next to the subject in the inbox.",
            ),
            Setting("body", "Text", "markdown", limit=20_000),
            Setting("sender", "Sender", "sender", required=False, limit=254),
            Setting(
                "topic",
                "Topic",
                "topic",
                required=False,
                hint="People can stop a topic on the unsubscribe page, and keep your other emails.",
            ),
            on_failure("If it can’t be sent", "end", "Such as to an address that doesn’t exist."),
        ),
        detail=lambda it: readable(it.config.get("subject")),
        message=MessageType(
            name="subject",
            address="contact.email",
            events=frozenset({"email_opened", "link_clicked", "replied"}),
            render=_email,
            has_postal_address=True,
        ),
    ),
    StepType(
        type="send_sms",
        title="Send SMS",
        about="Send a text message to the contact’s phone.",
        group="action",
        channel="sms",
        need="sms",
        look=Look("message", "warning"),
        also_called="sms text message phone",
        settings=(
            Setting("text", "Text", "message", limit=1_000),
            on_failure("If it can’t be sent", "continue", "Such as to a contact without a phone number."),
        ),
        detail=lambda it: readable(it.config.get("text"), 120),
        message=MessageType(
            name="text",
            address="contact.phone",
            events=frozenset({"link_clicked", "replied"}),
            render=_sms,
        ),
    ),
)
