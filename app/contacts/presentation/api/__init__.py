"""Operations of the API on contacts, segments, custom fields, and topics."""

from app.contacts.presentation.api import (  # noqa: F401 (they add their operations to the blueprint)
    bulk_actions,
    fields,
    segments,
    topics,
)
from app.contacts.presentation.api.contacts import blueprint

__all__ = ["blueprint"]
