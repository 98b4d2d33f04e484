"""Sanitizing: a workflow becomes a template without the personal data of contacts (T-10).

`asked_about` says what to look up about the contacts of the account; with the answers, `sanitized` replaces
what it finds, or shows what it would replace. It is plain Python: the same texts, answers, and choices always
have the same result.
"""

from app.gallery.domain.sanitizing.finding import key_of_words
from app.gallery.domain.sanitizing.kinds import CHOOSABLE, KINDS, OTHER, Kind
from app.gallery.domain.sanitizing.known import (
    MAX_VALUE_WORDS,
    Asked,
    Business,
    Known,
    asked_about,
    asked_pairs,
    is_telling,
)
from app.gallery.domain.sanitizing.places import Place, places_of
from app.gallery.domain.sanitizing.report import Choices, Passage, Report, Value, id_of, sanitized, texts_of
from app.gallery.domain.sanitizing.secrets import Secret, secrets_in
from app.gallery.domain.sanitizing.words import phrase_of

__all__ = [
    "CHOOSABLE",
    "KINDS",
    "MAX_VALUE_WORDS",
    "OTHER",
    "Asked",
    "Business",
    "Choices",
    "Kind",
    "Known",
    "Passage",
    "Place",
    "Report",
    "Secret",
    "Value",
    "asked_about",
    "asked_pairs",
    "id_of",
    "is_telling",
    "key_of_words",
    "phrase_of",
    "places_of",
    "sanitized",
    "secrets_in",
    "texts_of",
]
