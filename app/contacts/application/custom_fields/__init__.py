"""Custom fields of an account: listed, found by name, created on first use, changed, merged, and deleted."""

from app.contacts.application.custom_fields.changing import (
    MergePreview,
    create_field,
    delete_field,
    deletion_preview,
    edit_field,
    merge_fields,
    merge_preview,
    merge_targets,
)
from app.contacts.application.custom_fields.listing import (
    ListedField,
    check_keys,
    custom_labels,
    ensure_fields,
    field_list,
    fields_for,
    find,
    find_field,
    own_field_list,
    own_fields,
)
from app.contacts.application.custom_fields.uses import (
    FieldUse,
    FieldUses,
    bulk_actions_using,
    field_uses,
    register_field_uses,
    segments_using,
)

__all__ = [
    "FieldUse",
    "FieldUses",
    "ListedField",
    "MergePreview",
    "bulk_actions_using",
    "check_keys",
    "create_field",
    "custom_labels",
    "delete_field",
    "deletion_preview",
    "edit_field",
    "ensure_fields",
    "field_list",
    "field_uses",
    "fields_for",
    "find",
    "find_field",
    "merge_fields",
    "merge_preview",
    "merge_targets",
    "own_field_list",
    "own_fields",
    "register_field_uses",
    "segments_using",
]
