"""Operations of the API on contacts."""

from app.contacts.presentation.api.contacts import blueprint

__all__ = ["blueprint"]
