"""Judging a workflow against what its account has: custom fields, other workflows, connected services."""

from typing import Any

from app.integrations.application import connected
from app.workflows.domain import INTEGRATIONS, Problem, needs, problems, walk
from app.workflows.infrastructure import queries

LINKING = ("enroll_in_workflow", "remove_from_workflow")


def faults(account_id: int, definition: dict[str, Any]) -> list[Problem]:
    """Everything that is wrong with a definition in this account."""
    fields = queries.custom_field_keys(account_id)
    return problems(definition, custom_fields=fields, workflows=linked_names(account_id, definition))


def linked_names(account_id: int, definition: dict[str, Any]) -> dict[str, str]:
    """{public id: name} of the account's workflows, looked up only when a step names one."""
    if any(place.type in LINKING for place in walk(definition)):
        return queries.workflow_names(account_id)
    return {}


def missing_services(account_id: int, definition: dict[str, Any]) -> list[str]:
    """The integrations that the definition needs and that are not connected."""
    needed = needs(definition) - connected(account_id)
    return [name for name in INTEGRATIONS if name in needed]
