"""Criteria for contact filters, trigger filters, branches, and goals: documents, fields, evaluation, and
words."""

from app.contacts.domain.criteria.document import MAX_NESTING, MAX_RULES, Rule, group_of, rules
from app.contacts.domain.criteria.evaluate import (
    LAST_WITHOUT_YEAR,
    Clock,
    Facts,
    days_of,
    matches,
    moments_of,
)
from app.contacts.domain.criteria.fields import (
    CUSTOM,
    FIELDS,
    KINDS,
    NO_VALUE,
    OPERATORS,
    Field,
    Kind,
    custom_key,
    field_label,
    field_named,
    is_contact_value,
    register_fields,
    register_kind,
)
from app.contacts.domain.criteria.filter_form import FilterForm, Row, filter_form_of, read_filter_form
from app.contacts.domain.criteria.parsed import (
    Condition,
    DayIs,
    Group,
    HasKeys,
    InLanes,
    IsEmpty,
    NumberIs,
    TextIs,
    Unanswerable,
    WithinDays,
    parse,
)
from app.contacts.domain.criteria.problems import criteria_problems
from app.contacts.domain.criteria.short_names import with_full_names
from app.contacts.domain.criteria.simple_parts import SimpleParts, simple_parts
from app.contacts.domain.criteria.values import day_of
from app.contacts.domain.criteria.words import country_words, criteria_words, day_words

__all__ = [
    "CUSTOM",
    "FIELDS",
    "KINDS",
    "LAST_WITHOUT_YEAR",
    "MAX_NESTING",
    "MAX_RULES",
    "NO_VALUE",
    "OPERATORS",
    "Clock",
    "Condition",
    "DayIs",
    "Facts",
    "Field",
    "FilterForm",
    "Group",
    "HasKeys",
    "InLanes",
    "IsEmpty",
    "Kind",
    "NumberIs",
    "Row",
    "Rule",
    "SimpleParts",
    "TextIs",
    "Unanswerable",
    "WithinDays",
    "country_words",
    "criteria_problems",
    "criteria_words",
    "custom_key",
    "day_of",
    "day_words",
    "days_of",
    "field_label",
    "field_named",
    "filter_form_of",
    "group_of",
    "is_contact_value",
    "matches",
    "moments_of",
    "parse",
    "read_filter_form",
    "register_fields",
    "register_kind",
    "rules",
    "simple_parts",
    "with_full_names",
]
