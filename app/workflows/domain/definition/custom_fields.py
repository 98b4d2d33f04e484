"""The account's own fields that a definition names."""

from app.contacts.domain.criteria import custom_key, rules
from app.workflows.domain.definition.parts import Definition


def custom_fields_in(definition: Definition) -> list[str]:
    """The keys of all custom fields in its settings, criteria and texts, each once, in reading order."""
    names: list[object] = []
    for part in definition.parts:
        names += part.contact_fields
        names += part.merge_tags
    names += (rule.field for criteria in definition.criteria for rule in rules(criteria))
    return list(dict.fromkeys(key for name in names if (key := custom_key(name))))
