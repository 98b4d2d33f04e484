"""Audit log sentences of the gallery room."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Kind, Subject
from app.platform.text.words import counted, joined

MOST_NAMES: Final = 5


def _page(public_id: str) -> str:
    return url_for("gallery.show", public_id=public_id)


def _subject(facts: Facts) -> Subject:
    """A template that was just deleted has no page."""
    return Subject("the template ", "a template", "templates", None if facts.get("is_deleted") else _page)


def _version(facts: Facts) -> str:
    return f"(version {facts['version']})"


def _restored(facts: Facts) -> str:
    return f"(version {facts['restored']} as version {facts['version']})"


def _new_name(facts: Facts) -> str:
    is_renamed = facts.get("workflow_name") and facts["workflow_name"] != facts.get("name")
    return f"named “{facts['workflow_name']}”" if is_renamed else ""


def _recipients(facts: Facts) -> str:
    names = facts.get("accounts")
    if not names:
        return "with all sub-accounts"
    more = len(names) - MOST_NAMES
    shown = [*names[:MOST_NAMES], counted(more, "other")] if more > 0 else names
    return f"with {joined(shown)}"


_AUDIT_SENTENCES: Final = {
    "template_cloned": "created a workflow from {it}",
    "template_created": "created {it}",
    "template_changed": "changed {it}",
    "template_deleted": "deleted {it}",
    "template_restored": "restored {it}",
    "template_shared": "shared {it}",
    "template_unshared": "stopped sharing {it}",
    "template_imported": "imported {it} from a file",
    "template_exported": "exported {it} to a file",
    "template_version_restored": "restored an earlier version of {it}",
    "template_update_taken": "updated {it} from its template",
    "template_update_undone": "undid the update of {it} from its template",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"template": _subject},
        details={
            "template_cloned": _new_name,
            "template_changed": _version,
            "template_exported": _version,
            "template_shared": _recipients,
            "template_unshared": _recipients,
            "template_version_restored": _restored,
            "template_update_taken": _version,
        },
        kinds={"templates": Kind("Templates", "All template activity")},
    )
    activity.register_words("gallery", words)
