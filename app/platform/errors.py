"""Errors that use cases raise.

Each has a stable code, a message for people, and facts for programs. The classes do not depend on HTTP; `web`
maps them to status codes.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self


class MusterError(Exception):
    """Base of all expected errors: `code` (stable), `message` (a sentence), `facts` (JSON-serializable)."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts


class NotFound(MusterError):
    """The object does not exist or belongs to another account; the two are indistinguishable."""


class NotAllowed(MusterError):
    """The actor lacks permission."""


class Invalid(MusterError):
    """The input is invalid. `facts["fields"]` may hold {field: sentence}."""

    @classmethod
    def in_fields(cls, fields: Mapping[str, str]) -> Self:
        """Return the error for {field: sentence}; the first sentence is its message."""
        return cls("VALIDATION_ERROR", next(iter(fields.values())), fields=fields)


class TooMuch(MusterError):
    """A single request exceeds a limit."""


class TooLarge(TooMuch):
    """The body of a request exceeds a limit in bytes."""


class Conflict(MusterError):
    """The object's current state does not allow the action."""


class ChangedMeanwhile(MusterError):
    """The object is no longer the version that the program has seen."""


class LimitReached(MusterError):
    """The account has reached a limit, or sends requests too often."""


class Unavailable(MusterError):
    """A required service does not respond at the moment."""


class NoSpace(MusterError):
    """The disk is full or nearly full."""

    def __init__(self) -> None:
        super().__init__(
            "NO_SPACE",
            "There isn’t enough free disk space on the server. "
            "Tell your administrator. Everything saved before is safe.",
        )


@contextmanager
def about(field: str) -> Iterator[None]:
    """Name the field of the input whose id doesn't exist, if a NotFound in this block does not."""
    try:
        yield
    except NotFound as error:
        error.facts.setdefault("fields", {field: error.message})
        raise


@contextmanager
def fields_renamed(rename: Callable[[str], str]) -> Iterator[None]:
    """Rename the fields that an error in this block names, to those of the input."""
    try:
        yield
    except MusterError as error:
        if fields := error.facts.get("fields"):
            error.facts["fields"] = {rename(name): text for name, text in fields.items()}
        raise
