"""The wording of a notification in the app."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """A notification in words: `title` is what it is about, linked to `url` (None: nothing to open).

    `icon` is one of the icons, `tone` success, warning, danger, or neutral.
    """

    title: str
    text: str
    url: str | None = None
    icon: str = "bell"
    tone: str = "neutral"
