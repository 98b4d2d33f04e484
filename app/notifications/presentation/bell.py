"""The bell on every page: the number of unread notifications."""

from functools import cached_property
from typing import Any

from flask import g

from app.accounts.domain import Actor
from app.notifications import application as notifications


class Bell:
    """The bell of a person. It counts on first use, so that pages without it need no database."""

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor

    @cached_property
    def unread(self) -> int:
        return notifications.count_unread(self._actor) if self._actor is not None else 0


def on_every_page() -> dict[str, Any]:
    """Return the template variables that every page gets."""
    return {"bell": Bell(g.get("actor"))}
