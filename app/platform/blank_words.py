"""Words that programs write for "nothing": a cell that holds one of them is blank."""

from typing import Final

_LONGEST: Final = 16
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
# Family and first names that programs could have meant as nothing too, as people write them.
_NAMES: Final = frozenset({"Null", "Na", "Nan", "Nat", "Nil"})


def is_blank(cell: str) -> bool:
    """Whether a cell holds nothing, or a word for nothing."""
    if len(cell) > 64:
        return not cell or cell.isspace()
    word = cell.strip()
    return not word or (len(word) <= _LONGEST and word.lower() in _WORDS)


def may_be_name(cell: str) -> bool:
    """Whether a word for nothing may be somebody's name: `Null`, not `NULL` or `null`."""
    return cell.strip() in _NAMES
