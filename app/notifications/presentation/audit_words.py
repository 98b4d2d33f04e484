"""The words of this room's audit entries."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Subject

_AUDIT_SENTENCES: Final = {
    "webhook_saved": "saved the address of {it}",
    "webhook_secret_replaced": "replaced the secret of {it}",
    "webhook_removed": "removed {it}",
    "webhook_tested": "sent a test to {it}",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={
            "job_webhook": Subject(
                "the webhook ", "the webhook", "account", lambda _id: url_for("webhooks.show")
            )
        },
    )
    activity.register_words("notifications", words)
