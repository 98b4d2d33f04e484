"""Domain of contacts: fields, status and consent, names and keys, and search."""

from app.contacts.domain.arrivals import ARRIVALS
from app.contacts.domain.consent import (
    CONSENT_LABELS,
    STRENGTH,
    ConsentBasis,
    Status,
    consent_words,
    may_be_contacted,
    may_become,
)
from app.contacts.domain.fields import (
    FIELDS,
    STAGED,
    Field,
    Reading,
    birthday_input,
    pack,
    read_fields,
)
from app.contacts.domain.names import MAX_TAG, clean, name_key, tag_key, tag_name, tag_problem
from app.contacts.domain.value_style import ValueStyle

__all__ = [
    "ARRIVALS",
    "CONSENT_LABELS",
    "FIELDS",
    "MAX_TAG",
    "STAGED",
    "STRENGTH",
    "ConsentBasis",
    "Field",
    "Reading",
    "Status",
    "ValueStyle",
    "birthday_input",
    "clean",
    "consent_words",
    "may_be_contacted",
    "may_become",
    "name_key",
    "pack",
    "read_fields",
    "tag_key",
    "tag_name",
    "tag_problem",
]
