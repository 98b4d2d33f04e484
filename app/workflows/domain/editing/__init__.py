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
from app.workflows.domain.editing.fresh import blank
from app.workflows.domain.editing.paths import (
    add_path,
    describe_paths,
    move_path,
    remove_path,
    set_criteria,
)
from app.workflows.domain.editing.places import START, PlaceOption, after, first_in, path_of, places_for
from app.workflows.domain.editing.trigger_and_goals import (
    add_goal,
    choose_trigger,
    match_goals,
    remove_goal,
    set_filters,
)

__all__ = [
    "START",
    "Edit",
    "EditRefused",
    "PlaceOption",
    "add_goal",
    "add_path",
    "add_step",
    "after",
    "blank",
    "choose_trigger",
    "copy_step",
    "delete_step",
    "describe_paths",
    "first_in",
    "match_goals",
    "move_path",
    "move_step",
    "move_step_by_one",
    "path_of",
    "places_for",
    "remove_goal",
    "remove_path",
    "set_criteria",
    "set_filters",
    "users_of",
]
