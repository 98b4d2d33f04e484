"""The words of this room's audit entries."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Kind, Subject, counted_in
from app.platform.text.words import counted, joined

_AUDIT_SENTENCES: Final = {
    "reply_noted": "noted a reply to {it}",
    "messages_sent_again": "sent {it} again",
    "messages_counted_as_sent": "counted {it} as sent",
    "mail_server_connected": "connected {it}",
    "mail_server_changed": "changed {it}",
    "mail_server_disconnected": "disconnected {it}",
    "mail_server_tested": "sent a test email through {it}",
    "sms_connected": "connected {it}",
    "sms_changed": "changed {it}",
    "sms_disconnected": "disconnected {it}",
    "sms_tested": "sent a test message through Twilio",
    "sms_paused": "paused {it}",
    "sms_resumed": "resumed {it}",
    "sending_paused": "paused {it}",
    "sending_resumed": "resumed {it}",
    "tracking_resumed": "turned on tracking of opens and clicks",
    "tracking_stopped": "turned off tracking of opens and clicks",
    "sending_limited": "limited {it} to listed addresses",
    "sending_unlimited": "allowed {it} to all addresses",
    "brakes_changed": "changed the limits that pause workflows",
    "frequency_cap_set": "set a frequency cap for {it}",
    "frequency_cap_removed": "removed the frequency cap of {it}",
    "mailbox_connected": "connected {it}",
    "mailbox_changed": "changed {it}",
    "mailbox_disconnected": "disconnected {it}",
    "mail_provider_connected": "connected {it}",
    "mail_provider_changed": "changed the key for {it}",
    "mail_provider_disconnected": "disconnected {it}",
    "mail_sender_added": "added {it}",
    "mail_sender_changed": "changed {it}",
    "mail_sender_removed": "removed {it}",
    "mail_sender_made_default": "made {it} the default",
    "signing_key_added": "added a DKIM key for {it}",
    "signing_key_removed": "removed a DKIM key of {it}",
    "signing_begun": "started signing emails from {it}",
    "signing_stopped": "stopped signing emails from {it}",
}
_FIELDS: Final = {
    "host": "server",
    "security": "encryption",
    "user": "user name",
    "account_sid": "account SID",
    "token": "auth token",
    "asks_consent": "who gets text messages",
    "quiet_from": "start of quiet hours",
    "quiet_until": "end of quiet hours",
    "reply_to": "reply-to address",
    "per_second": "emails per second",
    "per_hour": "emails per hour",
    "per_day": "emails per day",
}


def _changed(facts: Facts) -> str:
    changed = [_FIELDS.get(name, name) for name in facts.get("changed", ())]
    return f"({joined(changed)})" if changed else ""


def _sms_changed(facts: Facts) -> str:
    return _changed(facts).replace("emails per second", "messages per second")


def _cap(facts: Facts) -> str:
    messages, days = int(facts.get("messages", 0)), int(facts.get("days", 0))
    return f"({counted(messages, 'message')} in {counted(days, 'day')})"


def _page(_id: str) -> str:
    return url_for("mail_settings.show")


def _sms_page(_id: str) -> str:
    return url_for("sms_settings.show")


def _several(facts: Facts) -> Subject:
    messages = counted_in(facts, "messages", "message")
    return Subject("", messages, "messages", lambda _id: url_for("messages.index"))


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={
            "mail_server": Subject("the mail server ", "the mail server", "account", _page),
            "mailbox": Subject("the mailbox ", "the mailbox", "account", _page),
            "mail_sender": Subject("the sender ", "a sender", "account", _page),
            "mail_provider": Subject("reports from ", "reports from an email provider", "account", _page),
            "mail_domain": Subject("the domain ", "a domain", "account", _page),
            "outbox": _several,
            "sms_provider": Subject("Twilio for text messages from ", "Twilio", "account", _sms_page),
            "sms_sending": Subject("", "the sending of text messages", "account", _sms_page),
            "sending": Subject("", "the sending of messages", "account", _page),
        },
        details={
            "mail_server_changed": _changed,
            "frequency_cap_set": _cap,
            "mailbox_changed": _changed,
            "sms_changed": _sms_changed,
            "mail_sender_changed": _changed,
        },
        kinds={"messages": Kind("Messages", "All message activity")},
        labels={"reply_noted": "noted a reply to a message"},
    )
    activity.register_words("messaging", words)
