"""Topics: what marketing emails are about, such as “Newsletter”. Contacts can stop each of them."""

import re
import zlib
from collections.abc import Collection
from typing import Final

from app.contacts.domain.names import clean, name_key

MAX_TOPIC: Final = 60
MAX_SOURCE: Final = 400
TOPIC_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def topic_name(text: str) -> str:
    """Return the name as displayed."""
    return " ".join(clean(text).split())


def topic_problem(text: str) -> str:
    """Return why a text can't be the name of a topic, as a sentence; empty if it can."""
    name = topic_name(text)
    if not name or not name.isprintable() or len(name) > MAX_TOPIC:
        return f"Enter a name of up to {MAX_TOPIC} characters, such as Newsletter."
    return ""


def topic_key(name: str, taken: Collection[str]) -> str:
    """Return how steps name a new topic: `Monthly Offers` → `monthly-offers`. It stays when the topic is
    renamed. `taken` are the keys of other topics."""
    plain = name_key(name)
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: MAX_TOPIC - 4].strip("-")
    key = key or f"topic-{zlib.crc32(plain.encode()):08x}"
    numbered = (key, *(f"{key}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in numbered if one not in taken)
