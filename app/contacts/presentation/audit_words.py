"""Audit log sentences of the contacts room."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Subject
from app.contacts.infrastructure import queries


def _page(contact_id: str) -> str:
    return url_for("contacts.show", contact_id=contact_id)


def _reason(facts: Facts) -> str:
    return f"(reason: {facts['reason']})" if facts.get("reason") else ""


_AUDIT_SENTENCES: Final = {
    "contact_created": "added {it}",
    "contact_changed": "updated {it}",
    "contact_unsubscribed": "unsubscribed {it}",
    "contact_reactivated": "resubscribed {it}",
    "contact_tag_added": "tagged {it}",
    "contact_tag_removed": "removed a tag from {it}",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={"contact": Subject("the contact ", "a contact", "contacts", _page)},
        details={
            "contact_tag_added": lambda facts: f"with “{facts.get('tag', '')}”",
            "contact_tag_removed": lambda facts: f"(“{facts.get('tag', '')}”)",
            "contact_reactivated": _reason,
        },
        kinds={"contacts": "Contacts"},
    )
    activity.register_words("contacts", words)
    activity.register_names("contact", queries.names_of_contacts)
