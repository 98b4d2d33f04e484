"""The documents of email providers, read as reports about emails (E-17).

Only documented kinds that say what became of an email count. “Delayed”, “opened”, “unsubscribed”, and kinds
that are added later change nothing. An email is named by its Message-ID, which each provider repeats in a
place of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from app.messaging.domain.reactions.feedback import Feedback, Report

METADATA: Final = "muster"
"""The name under which Postmark keeps the id of an email; it gives emails Message-IDs of its own."""
MOST_REPORTS: Final = 4_000
MAX_ANSWER: Final = 500


class Provider(StrEnum):
    POSTMARK = "postmark"
    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    SES = "ses"


NAMES: Final = {
    Provider.POSTMARK: "Postmark",
    Provider.SENDGRID: "SendGrid",
    Provider.MAILGUN: "Mailgun",
    Provider.SES: "Amazon SES",
}


def reports_in(provider: Provider, document: Any) -> list[Report]:
    """Return the reports in a document of a provider; what has another shape holds none."""
    found = []
    for report in _READERS[provider](document):
        found.append(report)
        if len(found) == MOST_REPORTS:
            break
    return found


def moment_of(value: Any) -> datetime | None:
    """Return a time given as text (ISO 8601) or in seconds since 1970; None for another value."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _postmark(document: Any) -> Iterator[Report]:
    """https://postmarkapp.com/developer/webhooks"""
    said = _mapping(document)
    kind = _text(said.get("RecordType"))
    what = _POSTMARK.get(kind)
    if kind == "Bounce":
        what = _POSTMARK_BOUNCES.get(_text(said.get("Type")))
    answer = _text(said.get("Details")) or _text(said.get("Description"))
    at = moment_of(said.get("BouncedAt") or said.get("DeliveredAt"))
    yield Report(_text(_mapping(said.get("Metadata")).get(METADATA)), what, answer[:MAX_ANSWER], at)


_POSTMARK: Final = {"Delivery": Feedback.DELIVERED, "SpamComplaint": Feedback.COMPLAINED}
_POSTMARK_BOUNCES: Final = {
    "HardBounce": Feedback.BOUNCED,
    "BadEmailAddress": Feedback.BOUNCED,
    "SoftBounce": Feedback.SOFT_BOUNCED,
    "Transient": Feedback.SOFT_BOUNCED,
    "DnsError": Feedback.SOFT_BOUNCED,
    "SpamComplaint": Feedback.COMPLAINED,
}


def _sendgrid(document: Any) -> Iterator[Report]:
    """https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"""
    for event in document if isinstance(document, list) else ():
        said = _mapping(event)
        kind = _text(said.get("event"))
        what = _SENDGRID.get(kind)
        if kind == "bounce" and said.get("type") == "blocked":
            what = Feedback.SOFT_BOUNCED
        answer = _text(said.get("reason")) or _text(said.get("response"))
        yield Report(_text(said.get("smtp-id")), what, answer[:MAX_ANSWER], moment_of(said.get("timestamp")))


_SENDGRID: Final = {
    "delivered": Feedback.DELIVERED,
    "bounce": Feedback.BOUNCED,
    "spamreport": Feedback.COMPLAINED,
}


def _mailgun(document: Any) -> Iterator[Report]:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads"""
    said = _mapping(_mapping(document).get("event-data"))
    kind, reason = _text(said.get("event")), _text(said.get("reason"))
    what = _MAILGUN.get(kind)
    if kind == "failed" and said.get("severity") == "permanent":  # the others are tried again
        what = Feedback.BOUNCED if reason in _MAILGUN_ADDRESS else Feedback.SOFT_BOUNCED
    status = _mapping(said.get("delivery-status"))
    answer = _text(status.get("message")) or _text(status.get("description")) or reason
    message = _mapping(_mapping(said.get("message")).get("headers"))
    yield Report(
        _text(message.get("message-id")), what, answer[:MAX_ANSWER], moment_of(said.get("timestamp"))
    )


_MAILGUN: Final = {"delivered": Feedback.DELIVERED, "complained": Feedback.COMPLAINED}
_MAILGUN_ADDRESS: Final = ("bounce", "suppress-bounce")
"""Reasons that say something about the address; “old” and “generic” do not."""


def _ses(document: Any) -> Iterator[Report]:
    """https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html"""
    said = _mapping(document)
    kind = _text(said.get("notificationType") or said.get("eventType"))
    mail, bounce = _mapping(said.get("mail")), _mapping(said.get("bounce"))
    what = _SES.get(kind)
    if kind == "Bounce":
        is_final = bounce.get("bounceType") == "Permanent"
        what = Feedback.BOUNCED if is_final else Feedback.SOFT_BOUNCED
    if _mapping(said.get("complaint")).get("complaintFeedbackType") in _SES_NO_COMPLAINTS:
        what = None
    about = _mapping(said.get(kind.lower()))
    recipients = bounce.get("bouncedRecipients")
    first = _mapping(recipients[0]) if isinstance(recipients, list) and recipients else {}
    answer = _text(first.get("diagnosticCode")) or _text(about.get("smtpResponse"))
    yield Report(_ses_message_id(mail), what, answer[:MAX_ANSWER], moment_of(about.get("timestamp")))


_SES: Final = {"Delivery": Feedback.DELIVERED, "Complaint": Feedback.COMPLAINED}
_SES_NO_COMPLAINTS: Final = ("not-spam", "auth-failure", "virus")
"""Reports that come like complaints, but that nobody has made by marking an email as spam."""


def _ses_message_id(mail: Mapping[str, Any]) -> str:
    """Return the Message-ID that the email was handed over with: SES gives it another one."""
    headers = mail.get("headers")
    for header in headers if isinstance(headers, list) else ():
        one = _mapping(header)
        if _text(one.get("name")).lower() == "message-id":
            return _text(one.get("value"))
    return _text(_mapping(mail.get("commonHeaders")).get("messageId"))


_READERS: Final[Mapping[Provider, Callable[[Any], Iterator[Report]]]] = {
    Provider.POSTMARK: _postmark,
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
    Provider.SES: _ses,
}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
