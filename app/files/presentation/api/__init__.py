"""Operations of the API on uploads."""

from app.files.presentation.api.uploads import blueprint

__all__ = ["blueprint"]
