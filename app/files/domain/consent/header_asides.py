"""Headers of columns with people who said no: `Name (do not contact)`, `Email - unsubscribed`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.files.domain.consent.headers import about
from app.files.domain.consent.remarks import names_refusers
from app.files.domain.headers.words import meaning_of, normalised

_PARTS: Final = re.compile(r"[()\[\]{}<>|:;/\r\n]+|\s[-–—]+\s|,\s")
_LONGEST: Final = 120
_MOST_WORDS: Final = 4
_CONSENT: Final = frozenset(("consent", "opt_out", "bounced"))
# Notes to people filling in a form: "you can unsubscribe at any time".
_PROMISE: Final = re.compile(
    r"(?<!\w)(?:you|your|we|us|any ?time|can|may|later|policy|link|free|jederzeit|sie|wir|vous|nous"
    r"|tout moment)(?!\w)"
)


@lru_cache(maxsize=4096)
def holds_refusers(header: str) -> bool:
    """Return whether a column of this name contains names or addresses of people who must not be
    contacted."""
    if len(header) > _LONGEST:
        return False
    meaning = meaning_of(header)
    if meaning is not None and meaning[0] in _CONSENT:
        return False
    parts = [part for part in _PARTS.split(header) if part.strip()]
    if len(parts) < 2 or not any(_is_field(part) for part in parts):
        return False
    return any(map(_is_against, parts))


def may_hold_refusers(header: str) -> bool:
    """Return the same, or whether the name is about opting out without naming a field: `Unsubscribed
    emails`."""
    return holds_refusers(header) or about(header) in ("opt_out", "bounced")


def _is_field(part: str) -> bool:
    meaning = meaning_of(part)
    return meaning is not None and meaning[0] not in _CONSENT


def _is_against(part: str) -> bool:
    words = normalised(part)
    return words.count(" ") < _MOST_WORDS and not _PROMISE.search(words) and names_refusers(part)
