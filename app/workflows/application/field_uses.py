"""Which workflows use a custom contact field."""

import json
import re
from typing import Any, NamedTuple

from app.contacts.domain.criteria import rules_on
from app.contacts.domain.own_fields import OwnField
from app.workflows.infrastructure import queries


class WorkflowUse(NamedTuple):
    """A workflow that uses a field: its public id, its name, and the (operator, value) of the rules on the
    field in its filters and paths, as edited and as published."""

    public_id: str
    name: str
    rules: list[tuple[Any, Any]]


def workflows_using_field(account_id: int, field: OwnField) -> list[WorkflowUse]:
    """Return the workflows that use a field, by name.

    An earlier version counts, too: people may still be in it. Archived workflows do not.
    """
    key = field.key
    exact = re.compile(rf"contact\.custom\.{re.escape(key)}(?![a-z0-9_-])")
    longer = re.compile(rf"contact\.custom\.{re.escape(key)}[a-z0-9_-]")
    named = queries.workflows_naming(account_id, f"contact.custom.{key}")
    versions = queries.versions_by_id(account_id, [one.active_version_id for one in named])
    found = []
    for workflow in named:
        text = json.dumps(workflow.definition)
        if not exact.search(text) and longer.search(text):
            continue
        published = versions.get(workflow.active_version_id or 0)
        criteria = [*workflow.parsed.criteria, *(published.parsed.criteria if published else ())]
        rules = [rule for one in criteria for rule in rules_on(one, field.key)]
        found.append(WorkflowUse(workflow.public_id, workflow.name, rules))
    return found
