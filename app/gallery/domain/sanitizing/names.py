"""Names of contacts in the words of a text: full names, and first or last names alone."""

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from app.gallery.domain.sanitizing.common_words import COMMON_WORDS
from app.gallery.domain.sanitizing.words import Word, first_words, keys_of, runs_from

MAX_NAME_WORDS = 5  # Ana de la Cruz Fernández
MAX_INITIALS = 2
SHORT = 2


class Pair(NamedTuple):
    """A first and a last name next to each other, with their words in the text."""

    first: str
    last: str
    run: Sequence[Word]


class Single(NamedTuple):
    """A first or last name alone."""

    is_first: bool
    run: Sequence[Word]


def name_pairs(words: Sequence[Word], first_names: Set[str], last_names: Set[str]) -> Iterator[Pair]:
    """Yield every first name next to a last name, in either order, also with an initial between them."""
    either = first_names | last_names
    beginnings = first_words(either)
    for at, word in enumerate(words):
        if word.text not in beginnings:
            continue
        for run in runs_from(words, at, MAX_NAME_WORDS):
            names = [key for key in keys_of(run) if key in either]
            if names:
                yield from _with_next(words, at, at + len(run), names, first_names, last_names)


def _with_next(
    words: Sequence[Word],
    start: int,
    at: int,
    names: Sequence[str],
    first_names: Set[str],
    last_names: Set[str],
) -> Iterator[Pair]:
    for _ in range(MAX_INITIALS):
        if at < len(words) - 1 and len(words[at].text) == 1 and words[at].gap is not None:
            at += 1
    if at >= len(words) or words[at].gap is None or _ends_sentence(words, at):
        return
    for run in runs_from(words, at, MAX_NAME_WORDS):
        for key in keys_of(run):
            for name in names:
                whole = words[start : at + len(run)]
                if name in first_names and key in last_names:
                    yield Pair(name, key, whole)
                if name in last_names and key in first_names:
                    yield Pair(key, name, whole)


def _ends_sentence(words: Sequence[Word], at: int) -> bool:
    """Return whether the period before a word is the end of a sentence, not of an initial."""
    return "." in (words[at].gap or "") and len(words[at - 1].text) > SHORT


def single_names(words: Sequence[Word], first_names: Set[str], last_names: Set[str]) -> Iterator[Single]:
    """Yield every run of words that is a first or last name. Runs may overlap."""
    beginnings = first_words(first_names | last_names)
    for at, word in enumerate(words):
        if word.text not in beginnings:
            continue
        for run in runs_from(words, at, MAX_NAME_WORDS):
            keys = [key for key in keys_of(run) if len(key) > 1]
            if any(key in first_names for key in keys):
                yield Single(True, run)
            elif any(key in last_names for key in keys):
                yield Single(False, run)


def is_common(run: Sequence[Word]) -> bool:
    """Return whether all of these are ordinary words, or numbers."""
    return all(word.text in COMMON_WORDS or word.text.isdigit() for word in run)


def is_doubtful(run: Sequence[Word], as_written: str) -> bool:
    """Return whether a name alone may be another word: an ordinary one, or a short one in lowercase."""
    is_short = len(as_written) <= SHORT and as_written[:1].islower()
    return is_common(run) or is_short


def has_capitals(as_written: str) -> bool:
    """Return whether each word begins with a capital letter."""
    words = [word for word in as_written.replace("-", " ").split() if word[:1].isalpha()]
    return bool(words) and all(word[:1].isupper() for word in words)
