"""Texts of notes and tasks, and the rows that workflows write."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.tasks.domain.assignees import ANYONE, Assignee

MAX_NOTE: Final = 5_000
MAX_TASK_NOTES: Final = 5_000
MAX_TITLE: Final = 250
MAX_SHOWN: Final = 160
UNTITLED: Final = "Task without a title"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\u200b]")


@dataclass(frozen=True)
class Source:
    """The step of a workflow that writes a note or a task. A step writes once per enrollment and visit."""

    workflow_id: int
    enrollment_id: int
    step_id: str
    visit: int = 1


@dataclass(frozen=True)
class NewNote:
    """A note to be written about a contact."""

    contact_id: int
    text: str
    source: Source | None = None


@dataclass(frozen=True)
class NewTask:
    """A task to be created about a contact."""

    contact_id: int
    title: str
    due_at: datetime
    notes: str = ""
    assignee: Assignee = ANYONE
    source: Source | None = None


def tidy(text: str) -> str:
    """Trim a text, normalize it to NFC, and remove control characters other than tabs and line breaks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    return _CONTROL.sub("", text).strip()


def one_line(text: str) -> str:
    """Return a text in one line, with single spaces."""
    return " ".join(tidy(text).split())


def shortened(text: str, limit: int = MAX_SHOWN) -> str:
    """Return a text of at most `limit` characters, with an ellipsis if it was longer."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
