"""The words of this room's audit entries."""

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Subject


def register() -> None:
    source = Subject("", "an integration", "account", lambda _id: url_for("integrations.index"))
    words = AuditWords(
        {
            "event_source_connected": "connected {it}",
            "event_source_disconnected": "disconnected {it}",
            "event_source_secret_replaced": "replaced the signing key of {it}",
            "event_source_guests_changed": "changed the settings of {it}",
        },
        subjects={"event_source": source},
        details={
            "event_source_secret_replaced": lambda facts: (
                "(the previous key stopped working immediately)" if facts.get("at_once") else ""
            ),
            "event_source_guests_changed": lambda facts: (
                "(guests included)" if facts.get("counts") else "(guests ignored)"
            ),
        },
    )
    activity.register_words("integrations", words)
