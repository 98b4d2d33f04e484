"""Entries of notes and tasks in a contact's timeline. Its events hold ids, so that nothing is left of a text
that has been deleted."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.accounts.domain import Actor
from app.activity.infrastructure.tables import ContactEvent
from app.contacts.application import LinkedText
from app.platform.ids import number_of
from app.tasks.application.sources import workflows_named
from app.tasks.domain.texts import one_line, shortened
from app.tasks.infrastructure import queries
from app.tasks.infrastructure.tables import ContactNote, Task

WORDS: Final = {
    "note_added": "Note added",
    "note_deleted": "Note deleted",
    "task_created": "Task created",
    "task_completed": "Task completed",
    "task_reopened": "Task reopened",
    "task_deleted": "Task deleted",
}


def describe_events(actor: Actor, events: Sequence[ContactEvent]) -> Mapping[int, LinkedText]:
    """Return {event id: entry} of these events, which are about notes and tasks."""
    texts = _texts(actor.account_id, events)
    workflows = workflows_named(actor, (event.workflow_id for event in events))
    found = {}
    for event in events:
        workflow = workflows.get(event.workflow_id or 0)
        by = f" by {workflow.text}" if workflow else ""
        text = texts.get((_is_note(event), number_of(event.text or "") or 0), "")
        words = f"{WORDS[event.kind]}{by}" + (f": {text}" if text else "")
        found[event.id] = LinkedText(words, workflow.url if workflow else None)
    return found


def _texts(account_id: int, events: Sequence[ContactEvent]) -> dict[tuple[bool, int], str]:
    """Return {(whether it is a note, id): text, or title} of the notes and tasks that exist."""
    ids: dict[bool, list[int]] = {True: [], False: []}
    for event in events:
        if number := number_of(event.text or ""):
            ids[_is_note(event)].append(number)
    notes = queries.by_ids(ContactNote, account_id, ids[True])
    tasks = queries.by_ids(Task, account_id, ids[False])
    return {(True, key): shortened(one_line(note.text)) for key, note in notes.items()} | {
        (False, key): shortened(task.title) for key, task in tasks.items()
    }


def _is_note(event: ContactEvent) -> bool:
    return event.kind.startswith("note")
