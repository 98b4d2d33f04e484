"""How long an SMS is: a plain one holds 160 characters, one with an emoji or a foreign letter only 70, and a
longer text is sent and paid for in parts."""

from dataclasses import dataclass

# The alphabet of GSM 03.38; letters of its extension count twice.
PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€")
WHOLE_PLAIN, PART_PLAIN = 160, 153
WHOLE_WIDE, PART_WIDE = 70, 67


@dataclass(frozen=True, slots=True)
class SmsLength:
    """`characters` as they are counted, in how many `parts`; `wide`: those that make it expensive."""

    characters: int
    parts: int
    wide: tuple[str, ...]


def sms_length(text: str) -> SmsLength:
    """The length of a text as it is sent, merge tags filled in already."""
    wide = tuple(dict.fromkeys(char for char in text if char not in PLAIN and char not in DOUBLE))
    if wide:
        count, whole, part = len(text.encode("utf-16-be", "replace")) // 2, WHOLE_WIDE, PART_WIDE
    else:
        count, whole, part = len(text) + sum(char in DOUBLE for char in text), WHOLE_PLAIN, PART_PLAIN
    parts = 0 if not count else 1 if count <= whole else -(-count // part)
    return SmsLength(count, parts, wide)
