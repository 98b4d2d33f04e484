"""Validation of a workflow against its account: custom fields, other workflows, connected integrations."""

from app.accounts.application import filled_tags
from app.integrations.application import connected
from app.workflows.domain import Definition, Problem, problems, references
from app.workflows.domain.checks.needs import missing, requirements
from app.workflows.infrastructure import queries


def faults(account_id: int, definition: Definition) -> list[Problem]:
    """Return all problems of a definition in this account.

    Missing integrations and parts that are switched off are not problems; the user is asked about them.
    """
    fields, linked = queries.custom_field_keys(account_id), linked_names(account_id, definition)
    return problems(definition, custom_fields=fields, workflows=linked, may_be_off=True)


def linked_names(account_id: int, definition: Definition) -> dict[str, str]:
    """Return {public id: name} of the account's workflows, or {} if nothing refers to a workflow."""
    is_named = any(one.kind == "workflow" for one in references(definition))
    return queries.workflow_names(account_id) if is_named else {}


def missing_services(account_id: int, definition: Definition) -> tuple[str, ...]:
    """Return the integrations that the definition needs and that are not connected."""
    return missing(requirements(definition), available(account_id))


def available(account_id: int) -> frozenset[str]:
    """Return the connected integrations, and the merge tags that the account has a value for."""
    return frozenset(connected(account_id) | filled_tags(account_id))
