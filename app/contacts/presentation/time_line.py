"""Sentences of a contact's timeline."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from app.contacts.application import Card, LinkedText
from app.contacts.application.bulk.events import EVENT
from app.contacts.domain import ARRIVALS

_WORDS: dict[str, Callable[[str], str]] = {
    "contact_created": lambda _text: "Added to your contacts",
    "contact_changed": lambda text: f"Updated: {text}",
    "tag_added": lambda text: f"Tag added: {text}",
    "tag_removed": lambda text: f"Tag removed: {text}",
    "unsubscribed": lambda text: f"Unsubscribed: {text}" if text else "Unsubscribed",
    "bounced": lambda _text: "Marked as bounced",
    "blocked": lambda _text: "Blocked",
    "reactivated": lambda text: f"Resubscribed: {text}",
    "sms_opted_in": lambda text: f"Agreed to text messages: {text}",
    "sms_opted_out": lambda text: (
        f"Opted out of text messages: {text}" if text else "Opted out of text messages"
    ),
    "topic_stopped": lambda text: f"Stopped emails about {text}",
    "topic_resumed": lambda text: f"Resumed emails about {text}",
    EVENT: lambda text: text,
}

_STATUSES = ("unsubscribed", "bounced", "blocked", "reactivated")


class Line(NamedTuple):
    """One timeline entry: text, time, the user who acted (if any), and an optional link."""

    text: str
    at: datetime
    by: str | None = None
    url: str | None = None


def jobs_of(card: Card) -> list[int]:
    """Return the ids of the jobs that the contact's page names."""
    found = {event.job_id for event in card.events} | {card.contact.created_job_id}
    return sorted(job_id for job_id in found if job_id)


def lines_of(
    card: Card, words_of_others: Mapping[int, LinkedText], files: Mapping[int, LinkedText]
) -> list[Line]:
    """Return the timeline entries, newest first, with the sentences registered by other rooms where there are
    any. `files` is {job id: name of its file}.

    A complete timeline without an arrival event gets a final line for it, because enrollment jobs record none
    for the contacts they create.
    """
    lines: list[Line] = []
    for event in card.events:
        by = card.names.get(event.user_id) if event.user_id else None
        if entry := words_of_others.get(event.id):
            lines.append(Line(entry.text, event.at, by, entry.url))
            continue
        words = _WORDS.get(event.kind)
        text = words(event.text or "") if words else event.kind.replace("_", " ").capitalize()
        if event.job_id is None:
            lines.append(Line(text, event.at, by))
        else:
            file = files.get(event.job_id, _DELETED)
            lines.append(Line(f"{text}, according to {file.text}", event.at, by, file.url))
    if card.is_complete and not any(event.kind in ARRIVALS for event in card.events):
        lines.append(_arrival(card, files))
    return lines


def stating_file(card: Card, files: Mapping[int, LinkedText]) -> LinkedText | None:
    """Return the file that states the contact's current status; None if it comes from somewhere else."""
    for event in card.events:
        if event.kind in _STATUSES:
            is_current = event.kind == card.contact.status
            return files.get(event.job_id, _DELETED) if event.job_id and is_current else None
    if card.is_complete and _came_with_status(card):
        return files.get(card.contact.created_job_id or 0, _DELETED)
    return None


def stating_source(card: Card) -> str:
    """Return where the contact stated its current status itself, such as the link in an email; empty if it
    comes from somewhere else."""
    latest = next((event for event in card.events if event.kind in _STATUSES), None)
    is_own = latest is not None and latest.job_id is None and latest.kind == card.contact.status
    return (latest.text or "") if latest is not None and is_own else ""


_DELETED = LinkedText("a deleted file")


def _came_with_status(card: Card) -> bool:
    """Return whether a job created the contact with a status other than active."""
    is_active = card.contact.status == "active"
    return bool(card.contact.created_job_id) and not is_active


def _arrival(card: Card, files: Mapping[int, LinkedText]) -> Line:
    contact = card.contact
    if contact.created_job_id is None:
        return Line("Added to your contacts", contact.created_at, card.names.get(contact.created_by or 0))
    file = files.get(contact.created_job_id, _DELETED)
    has_status_event = any(event.kind in _STATUSES for event in card.events)
    status = f" as {contact.status}" if _came_with_status(card) and not has_status_event else ""
    return Line(f"Imported from {file.text}{status}", contact.created_at, None, file.url)
