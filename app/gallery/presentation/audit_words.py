"""Audit log sentences of the gallery room."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject


def _page(public_id: str) -> str:
    return url_for("gallery.show", public_id=public_id)


def _subject(facts: Facts) -> Subject:
    """A template that was just deleted has no page."""
    return Subject("the template ", "a template", "templates", None if facts.get("is_deleted") else _page)


def _version(facts: Facts) -> str:
    return f"(version {facts['version']})"


def _new_name(facts: Facts) -> str:
    is_renamed = facts.get("workflow_name") and facts["workflow_name"] != facts.get("name")
    return f"named “{facts['workflow_name']}”" if is_renamed else ""


_AUDIT_SENTENCES: Final = {
    "template_cloned": "created a workflow from {it}",
    "template_created": "created {it}",
    "template_changed": "changed {it}",
    "template_deleted": "deleted {it}",
    "template_restored": "restored {it}",
    "template_imported": "imported {it} from a file",
    "template_exported": "exported {it} to a file",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"template": _subject},
        details={
            "template_cloned": _new_name,
            "template_changed": _version,
            "template_exported": _version,
        },
        kinds={"templates": "Templates"},
    )
    activity.register_words("gallery", words)
