"""The custom contact fields that a definition uses."""

from app.contacts.domain.criteria import custom_key, rules
from app.workflows.domain.definition.parts import Definition


def custom_fields_in(definition: Definition) -> list[str]:
    """Return the keys of all custom fields in settings, criteria and texts, without duplicates."""
    names: list[object] = []
    for part in definition.parts:
        names += part.contact_fields
        names += part.merge_tags
    names += (rule.field for criteria in definition.criteria for rule in rules(criteria))
    return list(dict.fromkeys(key for name in names if (key := custom_key(name))))
