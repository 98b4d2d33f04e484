"""Sentences of a contact's timeline."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from app.contacts.application import Card, Told

_WORDS: dict[str, Callable[[str], str]] = {
    "contact_created": lambda _text: "Added to your contacts",
    "contact_changed": lambda text: f"Updated: {text}",
    "tag_added": lambda text: f"Tag added: {text}",
    "tag_removed": lambda text: f"Tag removed: {text}",
    "unsubscribed": lambda _text: "Unsubscribed",
    "bounced": lambda _text: "Marked as bounced",
    "blocked": lambda _text: "Blocked",
    "reactivated": lambda text: f"Resubscribed: {text}",
}

_ARRIVALS = ("contact_created", "imported")


class Line(NamedTuple):
    """One timeline entry: text, time, the user who acted (if any), and an optional link."""

    text: str
    at: datetime
    by: str | None = None
    url: str | None = None


def lines_of(card: Card, words_of_others: Mapping[int, Told]) -> list[Line]:
    """Return the timeline entries, newest first, with the sentences registered by other rooms where there are
    any.

    A complete timeline without an arrival event gets a final line for it, because imports record none.
    """
    lines: list[Line] = []
    for event in card.events:
        by = card.names.get(event.user_id) if event.user_id else None
        if told := words_of_others.get(event.id):
            lines.append(Line(told.text, event.at, by, told.url))
            continue
        words = _WORDS.get(event.kind)
        text = words(event.text or "") if words else event.kind.replace("_", " ").capitalize()
        if event.job_id is not None:
            text += " (by a file)"
        lines.append(Line(text, event.at, by))
    if card.is_complete and not any(event.kind in _ARRIVALS for event in card.events):
        came = "Imported" if card.contact.created_job_id else "Added to your contacts"
        lines.append(Line(came, card.contact.created_at, card.names.get(card.contact.created_by or 0)))
    return lines
