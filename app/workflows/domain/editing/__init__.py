"""Changing the structure of a definition. Each function returns a new document and leaves the given one."""

from app.workflows.domain.editing.changes import (
    Edit,
    EditRefused,
    add_step,
    copy_step,
    delete_step,
    move_step,
    move_step_by_one,
    users_of,
)
from app.workflows.domain.editing.places import START, PlaceOption, after, first_in, places_for

__all__ = [
    "START",
    "Edit",
    "EditRefused",
    "PlaceOption",
    "add_step",
    "after",
    "copy_step",
    "delete_step",
    "first_in",
    "move_step",
    "move_step_by_one",
    "places_for",
    "users_of",
]
