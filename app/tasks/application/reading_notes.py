"""Notes about a contact, for people who read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.application import require, user_names
from app.accounts.domain import Actor, Permission
from app.contacts import application as contacts
from app.contacts.application import LinkedText
from app.platform.errors import NotFound
from app.platform.ids import HIGHEST_ID
from app.tasks.application.notes import is_own
from app.tasks.application.sources import workflows_named
from app.tasks.infrastructure import queries
from app.tasks.infrastructure.tables import ContactNote


@dataclass(frozen=True)
class ShownNote:
    """A note with its author's name, or the workflow that wrote it. `is_own`: the actor wrote it."""

    note: ContactNote
    author: str
    workflow: LinkedText | None
    is_own: bool

    @property
    def edited_at(self) -> datetime | None:
        return self.note.updated_at if self.note.updated_at > self.note.created_at else None


@dataclass(frozen=True)
class NotePage:
    """Notes, newest first. `older` is the id to continue before, None on the last page."""

    notes: Sequence[ShownNote]
    older: int | None


def notes_of_contact(actor: Actor, contact_id: int, before: int | None, limit: int) -> NotePage:
    """Return a page of the notes about a contact, with ids below `before`. Raises NotFound."""
    require(actor, Permission.REPORTS)
    contacts.existing(actor, contact_id)
    found = queries.of_contact(ContactNote, actor.account_id, contact_id, before, limit + 1)
    shown = found[:limit]
    return NotePage(_shown(actor, shown), shown[-1].id if len(found) > limit else None)


def show_note(actor: Actor, contact_id: int, note_id: int) -> ShownNote:
    """Return a note about a contact. Raises NotFound."""
    require(actor, Permission.REPORTS)
    contacts.existing(actor, contact_id)
    note = queries.note(actor.account_id, contact_id, note_id) if 0 < note_id <= HIGHEST_ID else None
    if note is None:
        raise NotFound("NOT_FOUND", "This note doesn’t exist.")
    return _shown(actor, [note])[0]


def _shown(actor: Actor, notes: Sequence[ContactNote]) -> list[ShownNote]:
    names = user_names(note.created_by for note in notes)
    workflows = workflows_named(actor, (note.workflow_id for note in notes))
    return [
        ShownNote(
            note,
            names.get(note.created_by or 0, "Muster"),
            workflows.get(note.workflow_id or 0),
            is_own(actor, note),
        )
        for note in notes
    ]
