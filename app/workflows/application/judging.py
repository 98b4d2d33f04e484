"""Judging a workflow against what its account has: custom fields, other workflows, connected services."""

from typing import Any

from app.accounts.application import filled_tags
from app.integrations.application import connected
from app.workflows.domain import INTEGRATIONS, Problem, needs, problems, walk
from app.workflows.infrastructure import queries

LINKING = ("enroll_in_workflow", "remove_from_workflow")


def faults(account_id: int, definition: dict[str, Any]) -> list[Problem]:
    """Everything that is wrong with a definition in this account. What is only missing or switched off is
    no fault: the person is asked about it."""
    fields, linked = queries.custom_field_keys(account_id), linked_names(account_id, definition)
    return problems(definition, custom_fields=fields, workflows=linked, may_be_off=True)


def linked_names(account_id: int, definition: dict[str, Any]) -> dict[str, str]:
    """{public id: name} of the account's workflows, looked up only when a step names one."""
    if any(place.type in LINKING for place in walk(definition)):
        return queries.workflow_names(account_id)
    return {}


def missing_services(account_id: int, definition: dict[str, Any]) -> list[str]:
    """The integrations that the definition needs and that are not connected."""
    needed = needs(definition, filled_tags(account_id)) - connected(account_id)
    return [name for name in INTEGRATIONS if name in needed]
