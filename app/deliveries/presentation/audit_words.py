"""The words of this room's audit entries."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject, counted_in

_AUDIT_SENTENCES: Final = {
    "deliveries_sent_again": "sent {it} again",
    "signing_secret_shown": "viewed {it}",
    "signing_secret_replaced": "replaced {it}",
    "previous_secret_ended": "ended the previous version of {it}",
}


def _several(facts: Facts) -> Subject:
    requests = counted_in(facts, "deliveries", "webhook request")
    return Subject("", requests, "messages", lambda _id: url_for("deliveries.index"))


def register() -> None:
    secret = "the signing secret for webhooks"
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={
            "deliveries": _several,
            "signing_secret": Subject(secret, secret, "account", lambda _id: url_for("webhook_signing.show")),
        },
    )
    activity.register_words("deliveries", words)
