"""Build parts of sentences: lists, counted nouns, quotation marks, capitals."""

from collections.abc import Sequence


def joined(words: Sequence[str], last: str = "and") -> str:
    """“a”, “a and b”, “a, b, and c”; `last` is the word before the last one."""
    if len(words) < 3:
        return f" {last} ".join(words)
    return f"{', '.join(words[:-1])}, {last} {words[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """“1 day”, “1,200 days”; `many` is the plural where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def quoted(text: object) -> str:
    """The text in quotation marks."""
    return f"“{text}”"


def sentence(text: str) -> str:
    """The text starting with a capital letter."""
    return text[:1].upper() + text[1:]
