"""Which texts the databases can store: those without NUL, and without half of a surrogate pair."""


def is_storable(text: str) -> bool:
    """Return whether both databases can store a text."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= one <= "\udfff" for one in text))


def storable(text: str) -> str:
    """Return a text without NUL, and with “?” for what else the databases can't store."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
