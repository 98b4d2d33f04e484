"""Texts for the headers of emails."""


def one_line(text: str) -> str:
    """Return a text for a header: without line breaks and other control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
