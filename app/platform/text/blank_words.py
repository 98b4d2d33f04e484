"""Placeholders that programs export for missing values, such as NULL, n/a, and #REF!."""

from typing import Final

_MAX_LENGTH: Final = 16
_WORDS: Final = frozenset(
    {
        *(
            "null",
            "(null)",
            "<null>",
            "[null]",
            "\\n",
            "n/a",
            "n.a.",
            "n.a",
            "#n/a",
            "#na",
            "none",
            "(none)",
            "nan",
            "nat",
        ),
        *("na", "nil", "undefined", "(blank)", "(empty)", "(leer)", "(vide)", "(vacío)", "(not set)", "<na>"),
        *(
            "k.a.",
            "k. a.",
            "keine angabe",
            "#null!",
            "#ref!",
            "#value!",
            "#name?",
            "#div/0!",
            "#num!",
            "#error!",
        ),
        *("-", "--", "---", "–", "—", "_", ".", "?", "/"),
        *("00-00-0000", "0000-00-00", "00/00/0000", "00.00.0000", "0000/00/00"),
    }
)
# Placeholders that are also names of people, in the capitalization of a name.
_NAMES: Final = frozenset({"Null", "Na", "Nan", "Nat", "Nil"})


def is_blank(cell: str) -> bool:
    """Return True if a cell is empty, whitespace, or a placeholder."""
    if len(cell) > 64:
        return not cell or cell.isspace()
    word = cell.strip()
    return not word or (len(word) <= _MAX_LENGTH and word.lower() in _WORDS)


def may_be_name(cell: str) -> bool:
    """Return True if a placeholder may be a person's name: `Null`, but not `NULL` or `null`."""
    return cell.strip() in _NAMES
