"""One language for contact filters, trigger filters, branches and goals: its document, fields and words."""

from app.contacts.domain.criteria.document import MAX_NESTING, MAX_RULES, Rule, group_of, rules
from app.contacts.domain.criteria.fields import (
    CUSTOM,
    KINDS,
    NO_VALUE,
    OPERATORS,
    Field,
    Kind,
    custom_key,
    field_label,
    field_named,
    register_fields,
    register_kind,
)
from app.contacts.domain.criteria.problems import criteria_problems
from app.contacts.domain.criteria.values import day_of
from app.contacts.domain.criteria.words import country_words, criteria_words, day_words

__all__ = [
    "CUSTOM",
    "KINDS",
    "MAX_NESTING",
    "MAX_RULES",
    "NO_VALUE",
    "OPERATORS",
    "Field",
    "Kind",
    "Rule",
    "country_words",
    "criteria_problems",
    "criteria_words",
    "custom_key",
    "day_of",
    "day_words",
    "field_label",
    "field_named",
    "group_of",
    "register_fields",
    "register_kind",
    "rules",
]
