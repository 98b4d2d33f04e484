"""Use cases on notes about a contact. Only its author can change a note."""

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, NotAllowed, NotFound
from app.tasks.domain import MAX_NOTE
from app.tasks.domain.texts import tidy
from app.tasks.infrastructure import queries, store
from app.tasks.infrastructure.tables import ContactNote


def add_note(actor: Actor, contact_id: int, text: str) -> ContactNote:
    """Add a note and return it. Raises NotFound, and Invalid for a text that is empty or too long."""
    require(actor, Permission.CONTACTS)
    text, at = _checked(text), now()
    with transaction():
        contacts.hold_contact(actor, contact_id)
        note = ContactNote(
            account_id=actor.account_id,
            contact_id=contact_id,
            text=text,
            created_at=at,
            updated_at=at,
            created_by=actor.user_id,
        )
        store.add(note)
        activity.record_contact(actor, contact_id, "note_added", str(note.id))
        activity.record(actor, "note_added", "contact", contact_id)
    return note


def change_note(actor: Actor, contact_id: int, note_id: int, text: str) -> None:
    """Change one's own note. Raises NotFound, NotAllowed, and Invalid like `add_note`."""
    require(actor, Permission.CONTACTS)
    text = _checked(text)
    with transaction():
        contacts.hold_contact(actor, contact_id)
        note = _existing(actor, contact_id, note_id)
        if not is_own(actor, note):
            raise NotAllowed("NOT_ALLOWED", "Only its author can change a note.")
        if note.text != text:
            note.text = text
            activity.record(actor, "note_changed", "contact", contact_id)


def delete_note(actor: Actor, contact_id: int, note_id: int) -> None:
    """Delete a note, whoever wrote it. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    with transaction():
        contacts.hold_contact(actor, contact_id)
        note = _existing(actor, contact_id, note_id)
        store.delete(ContactNote, actor.account_id, note.id)
        activity.record_contact(actor, contact_id, "note_deleted")
        activity.record(actor, "note_deleted", "contact", contact_id)


def is_own(actor: Actor, note: ContactNote) -> bool:
    return actor.user_id is not None and note.created_by == actor.user_id


def _existing(actor: Actor, contact_id: int, note_id: int) -> ContactNote:
    note = queries.note(actor.account_id, contact_id, note_id)
    if note is None:
        raise NotFound("NOT_FOUND", "This note doesn’t exist.")
    return note


def _checked(text: str) -> str:
    text = tidy(text)
    if not text:
        raise Invalid.in_fields({"text": "Enter a note."})
    if len(text) > MAX_NOTE:
        raise Invalid.in_fields(
            {"text": f"A note can have up to {MAX_NOTE:,} characters; this one has {len(text):,}."}
        )
    return text
