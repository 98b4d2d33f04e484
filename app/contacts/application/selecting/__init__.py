"""Use cases around the contact list: segments, columns, selections, and actions on them."""

from app.contacts.application.selecting.bulk_actions import (
    ShownAction,
    action_begun,
    delete_selection,
    preview_deletion,
    show_action,
    tag_selection,
    untag_selection,
)
from app.contacts.application.selecting.export import export_selection
from app.contacts.application.selecting.list_columns import (
    available_columns,
    choose_columns,
    list_columns,
)
from app.contacts.application.selecting.matching import matching_contacts
from app.contacts.application.selecting.segments import (
    change_segment,
    delete_segment,
    find_segment,
    list_segments,
    save_segment,
)
from app.contacts.application.selecting.selections import (
    Selected,
    check_may_select,
    find_selection,
    first_of,
    look_up_pasted,
    register_storage,
    select_contacts,
    select_matching,
    tags_of_selection,
)
from app.contacts.application.selecting.uses import SelectionUse, register_use, use_named, uses_for

__all__ = [
    "Selected",
    "SelectionUse",
    "ShownAction",
    "action_begun",
    "available_columns",
    "change_segment",
    "check_may_select",
    "choose_columns",
    "delete_segment",
    "delete_selection",
    "export_selection",
    "find_segment",
    "find_selection",
    "first_of",
    "list_columns",
    "list_segments",
    "look_up_pasted",
    "matching_contacts",
    "preview_deletion",
    "register_storage",
    "register_use",
    "save_segment",
    "select_contacts",
    "select_matching",
    "show_action",
    "tag_selection",
    "tags_of_selection",
    "untag_selection",
    "use_named",
    "uses_for",
]
