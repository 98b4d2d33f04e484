"""Custom fields of an account: listed, found by name, created on first use, changed, merged, and deleted."""

from app.contacts.application.custom_fields.changing import (
    FieldUse,
    FieldUses,
    MergePreview,
    create_field,
    delete_field,
    deletion_preview,
    edit_field,
    merge_fields,
    merge_preview,
    register_field_uses,
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
)

__all__ = [
    "FieldUse",
    "FieldUses",
    "ListedField",
    "MergePreview",
    "check_keys",
    "create_field",
    "custom_labels",
    "delete_field",
    "deletion_preview",
    "edit_field",
    "ensure_fields",
    "field_list",
    "fields_for",
    "find",
    "find_field",
    "merge_fields",
    "merge_preview",
    "own_field_list",
    "register_field_uses",
]
