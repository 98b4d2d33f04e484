"""Changes of contacts, as steps make them and triggers wait for them."""

from typing import Any, Final

from app.contacts.domain import tag_key
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.declarations import Change

CREATED: Final = Change("contact_created")


def tag_added(config: Config) -> Change | None:
    """Return the change of getting the tag in the settings; None if there is none."""
    return _of_tag("tag_added", config.text("tag"), "has_any")


def tag_removed(config: Config) -> Change | None:
    """Return the change of losing the tag in the settings; None if there is none."""
    return _of_tag("tag_removed", config.text("tag"), "has_none")


def field_change(field: Any, value: Any = None) -> Change | None:
    """Return the change of a field, to any value if `value` is None or empty; None if there is no field."""
    if not isinstance(field, str) or not field:
        return None
    if value is None or value == "":
        return Change("field_changed", field)
    rule = {"field": field, "op": "equals", "value": value}
    return Change("field_changed", field, str(value).strip().casefold(), rule)


def field_cleared(field: Any) -> Change | None:
    """Return the change of a field that becomes empty; None if there is no field."""
    return Change("field_changed", field, "") if isinstance(field, str) and field else None


def _of_tag(kind: str, tag: str, op: str) -> Change | None:
    rule = {"field": "contact.tags", "op": op, "value": [tag]}
    return Change(kind, tag_key(tag), rule=rule) if tag else None
