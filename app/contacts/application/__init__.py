"""Public interface of the contacts room. Use cases on one contact take the actor first; bulk functions take
the account id first and write in the caller's transaction.

`register_panel`, `register_events`, and `register_job_names` let other rooms add to a contact's page.
"""

from app.contacts.application.bulk import (
    block_many,
    changed_by,
    create_many,
    remove_created,
    tag_each,
    tag_many,
    unpack,
    untag_many,
    update_many,
)
from app.contacts.application.editing import ContactChange, edit_contact
from app.contacts.application.file_questions import answer_files
from app.contacts.application.filters import (
    Term,
    condition_of,
    criteria_for,
    facts_of,
    filter_words,
    register_term,
    resolve_filter,
    which_meet,
    zone_of,
)
from app.contacts.application.own_fields import check_keys, ensure_fields
from app.contacts.application.panels import (
    LinkedText,
    descriptions_of,
    job_names,
    panels_of,
    register_events,
    register_job_names,
    register_panel,
)
from app.contacts.application.people import add_contact, change_contact, reactivate, unsubscribe
from app.contacts.application.reading import (
    NOBODY,
    Card,
    ContactPage,
    Listing,
    Search,
    TaggedContact,
    contact_card,
    find_contacts,
    list_contacts,
    own_fields,
    show_contact,
    tagged,
    tags_to_choose,
)
from app.contacts.application.tags import ensure_tags, new_tags, tag_contact, untag_contact

__all__ = [
    "NOBODY",
    "Card",
    "ContactChange",
    "ContactPage",
    "LinkedText",
    "Listing",
    "Search",
    "TaggedContact",
    "Term",
    "add_contact",
    "answer_files",
    "block_many",
    "change_contact",
    "changed_by",
    "check_keys",
    "condition_of",
    "contact_card",
    "create_many",
    "criteria_for",
    "descriptions_of",
    "edit_contact",
    "ensure_fields",
    "ensure_tags",
    "facts_of",
    "filter_words",
    "find_contacts",
    "job_names",
    "list_contacts",
    "new_tags",
    "own_fields",
    "panels_of",
    "reactivate",
    "register_events",
    "register_job_names",
    "register_panel",
    "register_term",
    "remove_created",
    "resolve_filter",
    "show_contact",
    "tag_contact",
    "tag_each",
    "tag_many",
    "tagged",
    "tags_to_choose",
    "unpack",
    "unsubscribe",
    "untag_contact",
    "untag_many",
    "update_many",
    "which_meet",
    "zone_of",
]
