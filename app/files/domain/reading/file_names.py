"""Display names of uploaded files. A name is shown but never used as a path."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_LENGTH: Final = 255
NAMELESS: Final = "contacts.csv"


def shown_name(given: str | None) -> str:
    """Return the last part of the name sent by the browser, without invisible characters, at most MAX_LENGTH
    long."""
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    plain = "".join(" " if character.isspace() else character for character in last if _is_visible(character))
    name = unicodedata.normalize("NFC", " ".join(plain.split())).strip(". ")
    if len(name) > MAX_LENGTH:
        stem, dot, ending = name.rpartition(".")
        tail = dot + ending if stem and len(ending) < 10 else ""
        name = name[: MAX_LENGTH - len(tail) - 1] + "…" + tail
    return name or NAMELESS


def _is_visible(character: str) -> bool:
    """Exclude control and format characters, such as those that change the writing direction, and
    surrogates."""
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
