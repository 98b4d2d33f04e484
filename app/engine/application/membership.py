"""Criteria fields of this room: the workflows in which a contact is or has ever been."""

from collections.abc import Mapping
from typing import Any

from app.contacts import application as contacts
from app.contacts.domain.criteria import NO_VALUE, Field, Kind, register_kind
from app.engine.infrastructure import membership
from app.platform.ids import is_public_id
from app.platform.text.words import joined, quoted

IN_WORKFLOW = Field("contact.in_workflow", "In workflow", "workflow", group="Workflows")
WAS_IN_WORKFLOW = Field("contact.was_in_workflow", "Ever in workflow", "workflow", group="Workflows")
GONE = "A workflow in this filter doesn’t exist."


def register_terms() -> None:
    """Register the fields and their kind with the contacts room."""
    register_kind("workflow", Kind(("equals", "not_equals", "in_list", *NO_VALUE), _problem, _words))
    for field, now in ((IN_WORKFLOW, True), (WAS_IN_WORKFLOW, False)):
        contacts.register_term(
            contacts.Term(
                field,
                condition=membership.condition(now),
                read=membership.reader(now),
                names=membership.names,
                choices=membership.choices,
                gone=GONE,
            )
        )


def _problem(value: Any) -> str:
    return "" if isinstance(value, str) and is_public_id(value) else "choose a workflow."


def _words(field: Field, op: str, value: Any, names: Mapping[str, str]) -> str:
    is_no = op in ("not_equals", "is_empty")
    if field.name == WAS_IN_WORKFLOW.name:
        has = "has never been in" if is_no else "has been in"
    else:
        has = "is not in" if is_no else "is in"
    if op in NO_VALUE:
        return f"{has} any workflow"
    ids = value if isinstance(value, list) else [value]
    return f"{has} {joined([quoted(names[one]) if one in names else 'a workflow' for one in ids], 'or')}"
