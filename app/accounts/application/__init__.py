"""The doors of the room: `require`, `limit_of`, and the use cases of people and accounts."""

from app.accounts.application.members import (
    actor_of,
    add_person,
    create_owner,
    create_sub_account,
    terminal_actor,
    worker_for,
)
from app.accounts.application.permissions import limit_of, require

__all__ = [
    "actor_of",
    "add_person",
    "create_owner",
    "create_sub_account",
    "limit_of",
    "require",
    "terminal_actor",
    "worker_for",
]
