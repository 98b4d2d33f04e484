"""The errors that a use case may raise.

Each carries a stable code, a sentence for a person and facts for a program. The kinds know
nothing of HTTP: `web` holds the one table that turns a kind into a status.
"""

from typing import Any


class MusterError(Exception):
    """Base of all expected errors: `code` (stable), `message` (a sentence), `facts` (JSON-able)."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts


class NotFound(MusterError):
    """It does not exist, or not for this account: the two are never told apart."""


class NotAllowed(MusterError):
    """The person may not do this."""


class Invalid(MusterError):
    """The input is wrong. `facts["fields"]` may hold {field: sentence}."""


class TooMuch(MusterError):
    """One request asks for more than the limit allows."""


class Conflict(MusterError):
    """The thing is in a state that does not allow it."""


class LimitReached(MusterError):
    """The account holds as many of these as it may, or asks too often."""


class Unavailable(MusterError):
    """Something that is needed does not answer just now."""


class NoSpace(MusterError):
    """The disk is full, or nearly."""

    def __init__(self) -> None:
        super().__init__(
            "NO_SPACE",
            "There isn’t enough free disk space on the server. "
            "Tell your administrator. Everything saved before is safe.",
        )
