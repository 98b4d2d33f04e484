"""Audit log sentences of the gallery room."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject


def _page(public_id: str) -> str:
    return url_for("gallery.show", public_id=public_id)


def _new_name(facts: Facts) -> str:
    is_renamed = facts.get("workflow_name") and facts["workflow_name"] != facts.get("name")
    return f"named “{facts['workflow_name']}”" if is_renamed else ""


_AUDIT_SENTENCES: Final = {"template_cloned": "created a workflow from {it}"}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"template": Subject("the template ", "a template", "templates", _page)},
        details={"template_cloned": _new_name},
        kinds={"templates": "Templates"},
    )
    activity.register_words("gallery", words)
