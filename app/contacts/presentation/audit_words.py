"""Audit log sentences of the contacts room."""

from typing import Final

from flask import url_for

from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Kind, Subject, counted_in
from app.contacts.infrastructure import queries
from app.platform.text.formats import number
from app.platform.text.words import counted


def _page(contact_id: str) -> str:
    return url_for("contacts.show", contact_id=contact_id)


def _reason(facts: Facts) -> str:
    return f"(reason: {facts['reason']})" if facts.get("reason") else ""


def _merged(facts: Facts) -> str:
    moved, lost = counted(facts.get("moved", 0), "value"), facts.get("lost", 0)
    return f"(“{facts.get('merged', '')}”: {moved} moved, {number(lost)} deleted)"


_AUDIT_SENTENCES: Final = {
    "contact_created": "added {it}",
    "contact_changed": "updated {it}",
    "contact_unsubscribed": "unsubscribed {it}",
    "contact_reactivated": "resubscribed {it}",
    "contact_sms_opted_in": "noted that {it} agrees to text messages",
    "contact_sms_opted_out": "noted that {it} wants no text messages",
    "contact_tag_added": "tagged {it}",
    "contact_tag_removed": "removed a tag from {it}",
    "contact_topic_resumed": "resumed emails to {it}",
    "contact_erased": "erased {it}",
    "field_created": "created {it}",
    "field_edited": "updated {it}",
    "fields_merged": "merged a field into {it}",
    "field_deleted": "deleted {it}",
    "contacts_tagged": "tagged {it}",
    "contacts_untagged": "removed a tag from {it}",
    "contacts_deleted": "deleted {it}",
    "contacts_exported": "exported {it}",
    "topic_created": "created {it}",
    "topic_renamed": "renamed {it}",
    "topic_archived": "archived {it}",
    "topic_restored": "restored {it}",
    "segment_created": "created {it}",
    "segment_changed": "changed {it}",
    "segment_deleted": "deleted {it}",
}


def _several(facts: Facts) -> Subject:
    return Subject("", counted_in(facts, "contacts", "contact"), "contacts", _action_page)


def _exported(facts: Facts) -> Subject:
    return Subject("", counted_in(facts, "contacts", "contact"), "contacts")


def _action_page(action_id: str) -> str:
    return url_for("bulk_actions.show", action_id=action_id)


def _segment_page(segment_id: str) -> str:
    return url_for("segments.show", segment_id=segment_id)


def _segment_change(facts: Facts) -> str:
    if "name" in facts.get("changed", ()):
        return f"(was “{facts.get('before', '')}”)"
    return "(its filter)"


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={
            "contact": Subject("the contact ", "a contact", "contacts", _page),
            "custom_field": Subject("the field ", "a field", "contacts", lambda _id: url_for("fields.index")),
            "bulk_action": _several,
            "contact_export": _exported,
            "topic": Subject("the topic ", "a topic", "contacts", lambda _id: url_for("topics.index")),
            "segment": Subject("the segment ", "a segment", "contacts", _segment_page),
        },
        details={
            "contact_tag_added": lambda facts: f"with “{facts.get('tag', '')}”",
            "contact_tag_removed": lambda facts: f"(“{facts.get('tag', '')}”)",
            "contact_reactivated": _reason,
            "contact_topic_resumed": lambda facts: f"about “{facts.get('topic', '')}”",
            "topic_renamed": lambda facts: f"(was “{facts.get('before', '')}”)",
            "field_edited": lambda facts: f"({', '.join(facts['changed'])})" if facts.get("changed") else "",
            "fields_merged": _merged,
            "field_deleted": lambda facts: f"({counted(facts.get('contacts', 0), 'value')})",
            "contacts_tagged": lambda facts: f"with “{facts.get('tag', '')}”",
            "contacts_untagged": lambda facts: f"(“{facts.get('tag', '')}”)",
            "segment_changed": _segment_change,
        },
        kinds={"contacts": Kind("Contacts", "All contact activity")},
    )
    activity.register_words("contacts", words)
    activity.register_names("contact", queries.names_of_contacts)
    activity.register_names("segment", queries.names_of_segments)
