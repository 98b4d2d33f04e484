"""Search over templates: by name, tags, category, types of steps, description, and words of messages."""

from app.gallery.domain.search.matching import Entry, TemplateSearch
from app.gallery.domain.search.message_words import message_words

__all__ = ["Entry", "TemplateSearch", "message_words"]
