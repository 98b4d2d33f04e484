"""Set-based operations on contacts, for use inside the caller's transaction.

They check no permission: the job that calls them was authorized when it was started. Input selects name their
columns, and whoever builds a select limits it to the account. The caller of those that write events or tags,
or change contacts, holds the contacts before (`hold_many`). Listeners are told what really happened (see
`happenings`), with the job or the `source` that did it.
"""

from app.contacts.application.bulk.contacts import (
    block_many,
    changed_by,
    contactable,
    count_changes,
    create_many,
    remove_created,
    unpack,
    update_many,
)
from app.contacts.application.bulk.fields import (
    FieldSet,
    FieldsSet,
    read_value,
    set_field_each,
    set_field_many,
)
from app.contacts.application.bulk.locking import hold_free, hold_many, lock_many
from app.contacts.application.bulk.tags import tag_each, tag_many, take_back_tags, untag_many

__all__ = [
    "FieldSet",
    "FieldsSet",
    "block_many",
    "changed_by",
    "contactable",
    "count_changes",
    "create_many",
    "hold_free",
    "hold_many",
    "lock_many",
    "read_value",
    "remove_created",
    "set_field_each",
    "set_field_many",
    "tag_each",
    "tag_many",
    "take_back_tags",
    "unpack",
    "untag_many",
    "update_many",
]
