"""Wording of the audit entries of the engine, which are about workflows."""

from app.activity import application as activity
from app.activity.application import AuditWords


def register() -> None:
    activity.register_words(
        "engine",
        AuditWords(
            {
                "workflow_started": "started {it}",
                "failed_retried": "retried failed contacts of {it}",
                "people_moved": "moved the people in {it} to its new version",
                "people_moved_back": "undid the move to the new version of {it}",
            },
            details={"workflow_started": lambda facts: f"({facts['pace']})" if facts.get("pace") else ""},
        ),
    )
