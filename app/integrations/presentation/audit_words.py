"""The words of this room's audit entries."""

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Subject


def register() -> None:
    source = Subject("", "an integration", "account", lambda _id: url_for("integrations.index"))
    words = AuditWords(
        {"event_source_connected": "connected {it}", "event_source_disconnected": "disconnected {it}"},
        subjects={"event_source": source},
    )
    activity.register_words("integrations", words)
