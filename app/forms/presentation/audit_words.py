"""The words of this room's audit entries."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject
from app.forms.infrastructure import queries

_AUDIT_SENTENCES: Final = {
    "form_created": "created {it}",
    "form_changed": "changed {it}",
    "form_archived": "archived {it}",
    "form_restored": "restored {it}",
}

_PARTS: Final = {
    "title": "heading",
    "consent_text": "consent text",
    "thanks": "text after submitting",
    "double_opt_in": "double opt-in",
}


def _page(form_id: str) -> str:
    return url_for("forms.show", form_id=form_id)


def _changed(facts: Facts) -> str:
    changed = ", ".join(_PARTS.get(one, one) for one in facts.get("changed", ()))
    return f"({changed})" if changed else ""


def register() -> None:
    subjects = {"form": Subject("the form ", "a form", "contacts", _page)}
    details = {"form_changed": _changed}
    activity.register_words("forms", AuditWords(_AUDIT_SENTENCES, subjects=subjects, details=details))
    activity.register_names("form", queries.names)
