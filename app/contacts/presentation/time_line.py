"""A contact's time line in words."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from app.contacts.application import Card

_WORDS: dict[str, Callable[[str], str]] = {
    "contact_created": lambda _text: "Added to your contacts",
    "contact_changed": lambda text: f"Changed: {text}",
    "tag_added": lambda text: f"Tagged “{text}”",
    "tag_removed": lambda text: f"Tag “{text}” taken away",
    "unsubscribed": lambda _text: "Unsubscribed",
    "bounced": lambda _text: "Marked as bounced: messages came back",
    "blocked": lambda _text: "Blocked",
    "reactivated": lambda text: f"Taken back in: {text}",
}


class Line(NamedTuple):
    """One event: what happened, by whom if a person did it, and where it leads to."""

    text: str
    at: datetime
    by: str | None = None
    url: str | None = None


def lines_of(card: Card) -> list[Line]:
    """Newest first. The arrival of people who came with a file is not an event of theirs, so it is added."""
    lines: list[Line] = []
    for event in card.events:
        by = card.names.get(event.user_id) if event.user_id else None
        if told := card.told.get(event.id):
            lines.append(Line(told.text, event.at, by, told.url))
            continue
        words = _WORDS.get(event.kind)
        text = words(event.text or "") if words else event.kind.replace("_", " ").capitalize()
        if event.job_id is not None:
            text += ", by a file"
        lines.append(Line(text, event.at, by))
    if card.is_complete and not any(event.kind == "contact_created" for event in card.events):
        came = "Came in with a file" if card.contact.created_job_id else "Added to your contacts"
        lines.append(Line(came, card.contact.created_at, card.names.get(card.contact.created_by or 0)))
    return lines
