"""Whole numbers in URLs and hidden fields, and as people type them."""

MOST = 999_999_999


def whole_number(text: str | None, most: int = MOST) -> int | None:
    """Return the number that `text` is in decimal digits; None for other texts, and for more than `most`."""
    if not text or len(text) > 19 or not (text.isascii() and text.isdecimal()):
        return None
    number = int(text)
    return number if number <= most else None


def typed_number(text: str | None, most: int = MOST) -> int | None:
    """Return a number that a person typed, such as “1,000” or “1 000”, like `whole_number`."""
    return whole_number("".join((text or "").split()).replace(",", ""), most)
