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
from app.workflows.domain.editing.paths import (
    add_path,
    describe_paths,
    move_path,
    path_of,
    remove_path,
    set_criteria,
)
from app.workflows.domain.editing.places import START, PlaceOption, after, first_in, places_for

__all__ = [
    "START",
    "Edit",
    "EditRefused",
    "PlaceOption",
    "add_path",
    "add_step",
    "after",
    "copy_step",
    "delete_step",
    "describe_paths",
    "first_in",
    "move_path",
    "move_step",
    "move_step_by_one",
    "path_of",
    "places_for",
    "remove_path",
    "set_criteria",
    "users_of",
]
