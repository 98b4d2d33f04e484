"""Short field names in criteria documents that programs send: `tags` for `contact.tags`."""

from typing import Any, Final

from app.contacts.domain.criteria.document import MAX_NESTING
from app.contacts.domain.criteria.fields import field_named

_PREFIX: Final = "contact."


def with_full_names(document: Any, depth: int = 0) -> Any:
    """Return a copy of a document in which short names of contact fields are replaced. Parts that are not
    valid criteria stay as they are."""
    if not isinstance(document, dict):
        return document
    if "field" in document:
        return {**document, "field": _full(document["field"])}
    if depth > MAX_NESTING:
        return document
    return {
        key: [with_full_names(member, depth + 1) for member in members]
        if isinstance(members, list)
        else members
        for key, members in document.items()
    }


def _full(name: Any) -> Any:
    if not isinstance(name, str) or field_named(name) is not None:
        return name
    full = f"{_PREFIX}{name}"
    return full if field_named(full) is not None else name
