"""The length of an SMS in characters and parts.

An SMS in the GSM alphabet holds 160 characters, one with any other character only 70. Longer texts are sent,
and charged, in parts.
"""

from dataclasses import dataclass

# The GSM 03.38 alphabet; characters of its extension count twice.
PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€")
WHOLE_PLAIN, PART_PLAIN = 160, 153
WHOLE_WIDE, PART_WIDE = 70, 67


@dataclass(frozen=True, slots=True)
class SmsLength:
    """Counted `characters`, number of `parts`, and the `wide` characters outside the GSM alphabet."""

    characters: int
    parts: int
    wide: tuple[str, ...]


def sms_length(text: str) -> SmsLength:
    """Return the length of a text whose merge tags have been filled in."""
    wide = tuple(dict.fromkeys(char for char in text if char not in PLAIN and char not in DOUBLE))
    if wide:
        count, whole, part = len(text.encode("utf-16-be", "replace")) // 2, WHOLE_WIDE, PART_WIDE
    else:
        count, whole, part = len(text) + sum(char in DOUBLE for char in text), WHOLE_PLAIN, PART_PLAIN
    parts = 0 if not count else 1 if count <= whole else _parts(text, part, DOUBLE if not wide else None)
    return SmsLength(count, parts, wide)


def _parts(text: str, most: int, double: frozenset[str] | None) -> int:
    """Return the number of parts with at most so many characters. One that counts twice (of `double`, or
    beyond the 16 bits of UCS-2 without them) is never divided between two parts."""
    parts, used = 1, 0
    for char in text:
        size = 2 if (char in double if double is not None else ord(char) > 0xFFFF) else 1
        if used + size > most:
            parts, used = parts + 1, 0
        used += size
    return parts
