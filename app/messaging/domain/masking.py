"""Addresses on pages that everybody with a link can open: owners recognize theirs, others learn nothing."""

from typing import Final

_HIDDEN: Final = "•••"


def masked(address: str) -> str:
    """Return an email address without most of its name, and a phone number without all but two digits."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}{_HIDDEN}@{domain}"
    return f"{_HIDDEN}{address[-2:]}" if len(address) > 4 else _HIDDEN
