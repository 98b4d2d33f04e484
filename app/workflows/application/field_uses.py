"""Which workflows use a custom contact field."""

import json
import re

from app.workflows.infrastructure import queries


def workflows_using_field(account_id: int, key: str) -> list[tuple[str, str]]:
    """Return (public id, name) of the workflows that use the field with this key, by name.

    An earlier version counts, too: people may still be in it. Archived workflows do not.
    """
    exact = re.compile(rf"contact\.custom\.{re.escape(key)}(?![a-z0-9_-])")
    longer = re.compile(rf"contact\.custom\.{re.escape(key)}[a-z0-9_-]")
    found = []
    for workflow in queries.workflows_naming(account_id, f"contact.custom.{key}"):
        text = json.dumps(workflow.definition)
        if exact.search(text) or not longer.search(text):
            found.append((workflow.public_id, workflow.name))
    return found
