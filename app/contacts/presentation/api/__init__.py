"""Operations of the API on contacts, segments, and custom fields."""

from app.contacts.presentation.api import (  # noqa: F401 (they add their operations to the blueprint)
    bulk_actions,
    fields,
    segments,
)
from app.contacts.presentation.api.contacts import blueprint

__all__ = ["blueprint"]
