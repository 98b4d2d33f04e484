"""The words of this room's audit entries."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Subject
from app.forms.infrastructure import queries

_AUDIT_SENTENCES: Final = {
    "form_created": "created {it}",
    "form_changed": "changed {it}",
    "form_archived": "archived {it}",
    "form_restored": "restored {it}",
}


def _page(form_id: str) -> str:
    return url_for("forms.show", form_id=form_id)


def register() -> None:
    subjects = {"form": Subject("the form ", "a form", "contacts", _page)}
    activity.register_words("forms", AuditWords(_AUDIT_SENTENCES, subjects=subjects))
    activity.register_names("form", queries.names)
