"""Normalization and comparison of words in names, descriptions, and queries."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA

MAX_QUERY = 200
MAX_WORDS = 12
_WORD = re.compile(r"\w+")
_JOINED = re.compile(r"\w+(-\w+)+")


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """Split a text into lowercase words without accents and plural s."""
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return tuple(_singular(word) for word in _WORD.findall(text.lower().replace("_", " ")))


def query_words(query: str) -> list[str]:
    """Return the distinct words of a query, without SMALL_WORDS unless there are no others."""
    every = list(dict.fromkeys(words(query[:MAX_QUERY])))[:MAX_WORDS]
    return [word for word in every if word not in SMALL_WORDS] or every


def is_generic(word: str) -> bool:
    """Return whether an unknown word is a variant of one of SMALL_WORDS, such as a typo."""
    return any(slip(word, small) for small in SMALL_WORDS if len(small) > 4)


def all_words(texts: Iterable[str]) -> set[str]:
    """Return the words of all texts; hyphenated words also count as one: “check-up” gives “checkup”."""
    known = [text for text in texts if text]
    joined = [
        pair.group().replace("-", "") for text in known if "-" in text for pair in _JOINED.finditer(text)
    ]
    return {word for text in (*known, *joined) for word in words(text)}


def likeness(word: str, known: str) -> float:
    """Score a prefix of a known word, from 0.6 to 1 for the whole word."""
    return 1.0 if word == known else 0.6 + 0.3 * len(word) / len(known)


def slip(word: str, known: str) -> float:
    """Score a word as a longer form or a typo of a known word; 0 if it is neither.

    Allows no typo in words of up to 3 letters, one in words of up to 7, and two in longer ones.
    """
    if len(known) >= 4 and word.startswith(known) and len(word) - len(known) <= 3:
        return 0.6
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not allowed:
        return 0.0
    mistakes = min(
        OSA.distance(word, beginning, score_cutoff=allowed)
        for beginning in (known, known[: len(word)], known[: len(word) + 1])
    )
    return 0.0 if mistakes > allowed else 0.5 - 0.1 * mistakes


def _singular(word: str) -> str:
    if len(word) > 6 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


SMALL_WORDS = frozenset(
    words(
        """
        a an and any are as at be best by can do for from get good have how i idea in is it me more
        my need of on or our series campaign sequence flow automation automated journey program
        email send template that the their them to via want we when who with workflow you your
        """
    )
)
"""Words that say little about a template; ignored in a query unless there are no others."""
