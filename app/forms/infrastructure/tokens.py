"""The links that confirm submissions. Nobody can make one up."""

from typing import Final

from app.platform import encryption

_PURPOSE: Final = "confirmations of forms"


def token_of(submission_id: int) -> str:
    return encryption.sealed(submission_id, _PURPOSE)


def submission_with(token: str) -> int | None:
    """Return the id of the submission with this token; None for one that was not made here."""
    return encryption.opened(token, _PURPOSE)
