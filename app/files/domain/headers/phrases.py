"""Headers that are more than a name: form questions, alternatives, and columns about somebody else.

Phrases are compared as `headers.words.normalised` returns them: lowercase, without accents and
punctuation.
"""

from __future__ import annotations

import re
from typing import Final, Literal

# Words for people who manage the contact or created the record, never the contact.
_OTHERS: Final = frozenset(
    {
        *("owner", "manager", "rep", "reps", "representative", "agent", "assigned", "assignee", "sales"),
        "salesperson",
        *("salesrep", "organizer", "organiser", "staff", "recruiter", "referrer", "referral"),
        *("advisor", "adviser"),
        *("creator", "author", "editor", "modifier", "sender", "cc", "bcc", "besitzer", "eigentumer"),
        *("inhaber",),
        *("betreuer", "kundenbetreuer", "verantwortlich", "verantwortlicher", "zustandig"),
        *("vertrieb", "bearbeiter"),
        *("proprietaire", "responsable", "commercial", "vendeur", "propietario", "encargado"),
        *("vendedor", "comercial"),
        *("proprietario", "responsabile", "venditore", "commerciale", "vendedora", "eigenaar", "beheerder"),
        *("accountmanager", "verkoper", "wlasciciel", "opiekun", "handlowiec", "agare", "ansvarig", "ejer"),
    }
)
# Words for somebody else if there is a better column, otherwise for the contact.
_PERHAPS_OTHERS: Final = frozenset(
    {"user", "users", "host", "guest", "guests", "gast", "gaste", "gastgeber", "benutzer", "nutzer", "invite"}
)
_BY: Final = re.compile(
    r"\b(?:created|modified|updated|added|assigned|managed|referred|invited|entered|owned|sent)\s(?:by|to)\b"
)

_ASKING: Final = re.compile(
    r"(?:(?:please|kindly|and|so|also|ok|great|thanks|first|next)\s)*"
    r"(?:(?:what|which)\s(?:is|s|are)\s(?:the\s)?(?:best\s)?|what\s(?=your)"
    r"|(?:can|could|may)\s(?:we|you)\s\w+\s(?:us\s)?"
    r"|(?:enter|provide|type|write|give|tell|confirm|share|leave|insert|add)\s(?:us\s|in\s)?"
    r"|wie\s(?:lautet|ist|heisst)\s|bitte\s(?:\w+\s)?|was\sist\s|wo\s(?:ist|wohnst\sdu)\s"
    r"|quel(?:le)?\sest\s|(?:indiquez|entrez|saisissez|donnez)\s|cual\ses\s|(?:escribe|ingresa|indica|introduce)\s"
    r"|qual\s(?:e|o|a)\s|(?:inserisci|scrivi|digite|informe)\s|wat\sis\s|vul\s|jaki\sjest\s|podaj\s)?"
    r"(?:(?:your|the|my|deine|dein|deinen|ihre|ihr|ihren|votre|vos|ton|ta|tu|su|il|la|lo|tuo|tua|suo|sua|o|a"
    r"|seu|je|uw|jouw|twoj|swoj)\s)*"
)
_AFTERWARDS: Final = re.compile(r"\s(?:please|here|bitte|an|ein|in)\Z")
_ALTERNATIVES: Final = re.compile(r"\s*(?:/|\||\\|\bor\b|\boder\b|\bou\b|&)\s*", re.I)
_BRACKETS: Final = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*\Z")


def about_someone_else(words: str) -> Literal["surely", "perhaps"] | None:
    """Return whether a header is about somebody other than the contact, such as an owner, sales rep, or
    guest."""
    tokens = set(words.split())
    if not _OTHERS.isdisjoint(tokens) or _BY.search(words):
        return "surely"
    return None if _PERHAPS_OTHERS.isdisjoint(tokens) else "perhaps"


def without_asking(words: str) -> str:
    """Remove the question around a name: `what is your email address` → `email address`."""
    asked = _ASKING.match(words)
    return _AFTERWARDS.sub("", words[asked.end() :] if asked else words)


def alternatives(header: str) -> list[str]:
    """Split a header into alternatives: `Town/City` → Town, City. A header without alternatives gives one
    part."""
    return [part for part in _ALTERNATIVES.split(header) if part.strip()]


def without_brackets(header: str) -> str:
    """Remove a remark in brackets: `Date of birth (DD/MM/YYYY)` → Date of birth."""
    return _BRACKETS.sub("", header).strip() or header
