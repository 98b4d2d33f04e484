"""The contact fields that a definition uses, and using others instead."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.contacts.domain.criteria import custom_key, rules
from app.contacts.domain.criteria.rewriting import with_rules
from app.workflows.domain.definition.document import with_values
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import Definition, Part, Pointer, Step, Trigger
from app.workflows.domain.messages.renaming import with_tags_renamed
from app.workflows.domain.types.setting import CONTACT_FIELDS, WITH_MERGE_TAGS


def custom_fields_in(definition: Definition) -> list[str]:
    """Return the keys of all custom fields in settings, criteria and texts, without duplicates."""
    names: list[object] = []
    for part in definition.parts:
        names += part.contact_fields
        names += part.merge_tags
    names += (rule.field for criteria in definition.criteria for rule in rules(criteria))
    return list(dict.fromkeys(key for name in names if (key := custom_key(name))))


def with_fields(definition: Definition, names: Mapping[str, str]) -> Definition:
    """Return the definition with other contact fields: everything that refers to a field in `names`, {name of
    a field: name of another one}, refers to the other one. Ids and everything else stay."""
    values = {place: value for place, value, before in _renamed(definition, names) if value != before}
    return parse(with_values(definition.document, values)) if values else definition


def criteria_of(part: Part) -> Iterator[tuple[Pointer, Any]]:
    """Yield every criteria document of a part, with its place."""
    if isinstance(part, Trigger):
        if part.filters is not None:
            yield (*part.pointer, "filters"), part.filters
    elif isinstance(part, Step):
        for path in part.paths:
            if path.criteria is not None:
                yield (*path.pointer, "criteria"), path.criteria


def _renamed(definition: Definition, names: Mapping[str, str]) -> Iterator[tuple[Pointer, Any, Any]]:
    """Yield (place, new value, value before) of everything that may refer to a field."""

    def moved(rule: Mapping[str, Any]) -> Mapping[str, Any]:
        field = rule.get("field")
        return {**rule, "field": names[field]} if isinstance(field, str) and field in names else rule

    for part in definition.parts if names else ():
        for setting in part.kind.settings if part.kind else ():
            value, place = part.config.get(setting.name), (*part.pointer, "config", setting.name)
            if setting.kind in CONTACT_FIELDS and isinstance(value, str):
                yield place, names.get(value, value), value
            elif setting.kind == "pairs" and isinstance(value, dict):
                yield place, {key: _text(text, names) for key, text in value.items()}, value
            elif setting.kind in WITH_MERGE_TAGS:
                yield place, _text(value, names), value
        for place, criteria in criteria_of(part):
            yield place, with_rules(criteria, moved), criteria


def _text(value: Any, names: Mapping[str, str]) -> Any:
    return with_tags_renamed(value, names) if isinstance(value, str) else value
