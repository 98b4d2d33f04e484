"""Operations of the API on contacts."""

from app.contacts.presentation.api import segments  # noqa: F401 (adds its operation to the blueprint)
from app.contacts.presentation.api.contacts import blueprint

__all__ = ["blueprint"]
