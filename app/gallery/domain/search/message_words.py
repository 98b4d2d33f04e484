"""The words of a definition's messages, by which its template is found although nothing else has them."""

import re
from typing import Final

from app.gallery.domain.search.query_words import SMALL_WORDS, all_words
from app.workflows.domain import Definition

MOST: Final = 300
SHORTEST: Final = 4
_MARKUP = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\]\([^)]*\)|https?://\S+", re.DOTALL)


def message_words(definition: Definition) -> list[str]:
    """Return up to MOST words of the messages in alphabetical order, without merge tags and addresses."""
    texts = (_MARKUP.sub(" ", text) for step in definition.messages for _, text in step.texts)
    found = {word for word in all_words(texts) if len(word) >= SHORTEST and not word.isdigit()}
    return sorted(found - SMALL_WORDS)[:MOST]
