"""Words of a text, and phrases of several words, however they are separated."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from app.gallery.domain.sanitizing.regions import Region
from app.gallery.domain.sanitizing.view import fold

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
POSSESSIVE: Final = re.compile(r"['’]s?\Z")
APOSTROPHES: Final = str.maketrans("’", "'")
BETWEEN: Final = re.compile(r" {1,3}|,? ?\n ?| ?[-,.'&/|:] {0,2}| - ")
LONG: Final = 4
"""Phrases with more words are not together by chance."""
FIRST: Final = re.compile("[ -]")
BEGINNING: Final = 60
"""How much of a value is looked at first: few of many thousands have a first word that is in the texts."""
BETWEEN_IN_LINK: Final = re.compile(r"[\s._,|-]{1,2}")


class Word(NamedTuple):
    """A word: its folded `text`, without a possessive s, and where it is in the folded view. `gap` is what is
    between it and the word before; None if that is more than a name has."""

    text: str
    start: int
    end: int
    gap: str | None


def words_of(region: Region) -> list[Word]:
    """Return the words of a region."""
    folded, found, before = region.view.folded, [], -1
    between = BETWEEN_IN_LINK if region.is_in_link else BETWEEN
    for match in WORD.finditer(folded):
        gap = folded[before : match.start()] if before >= 0 else None
        if gap is not None and not between.fullmatch(gap):
            gap = None
        text = POSSESSIVE.sub("", match[0])
        found.append(Word(text.translate(APOSTROPHES), match.start(), match.start() + len(text), gap))
        before = match.end()
    return found


def phrase_of(text: str) -> tuple[str, ...]:
    """Return the words of a value, as `words_of` returns those of a text."""
    return tuple(POSSESSIVE.sub("", found[0]).translate(APOSTROPHES) for found in WORD.finditer(fold(text)))


def runs(words: Sequence[Word], most: int) -> Iterator[Sequence[Word]]:
    """Yield every run of one to `most` words that may belong together."""
    for at in range(len(words)):
        yield from runs_from(words, at, most)


def runs_from(words: Sequence[Word], at: int, most: int) -> Iterator[Sequence[Word]]:
    """Yield those of the runs that begin at a word."""
    for size in range(1, min(most, len(words) - at) + 1):
        if size > 1 and words[at + size - 1].gap is None:
            return
        yield words[at : at + size]


def keys_of(run: Sequence[Word]) -> list[str]:
    """Return how a name of these words may be stored: with spaces or hyphens, and with either
    apostrophe."""
    if len(run) == 1:
        keys = [run[0].text]
    else:
        texts = [word.text for word in run]
        keys = [" ".join(texts), "-".join(texts)]
        gaps = ["-" if word.gap and "-" in word.gap else " " for word in run[1:]]
        if len(set(gaps)) > 1:  # otherwise it is written as one of the two
            keys.append("".join(text + gap for text, gap in zip(texts, [*gaps, ""], strict=True)))
    return [*keys, *(key.replace("'", "’") for key in keys)] if "'" in keys[0] else keys


def first_words(names: Iterable[str]) -> set[str]:
    """Return the words with which a run begins that has one of the names among its `keys_of`."""
    return {FIRST.split(name.translate(APOSTROPHES), maxsplit=1)[0] for name in names}


class Phrases:
    """Values of several words, found by their first one."""

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted({phrase for phrase in phrases if phrase}, key=len, reverse=True):
            self._by_first.setdefault(phrase[0], []).append(phrase)

    def found_in(self, words: Sequence[Word]) -> Iterator[tuple[tuple[str, ...], Sequence[Word]]]:
        """Yield (phrase, its words in the text), the longest first at each place. Between the words may be
        what is between those of a name, and in a longer phrase anything but another word."""
        for at, word in enumerate(words):
            for phrase in self._by_first.get(word.text, ()):
                run = words[at : at + len(phrase)]
                is_joined = len(run) > LONG or all(one.gap is not None for one in run[1:])
                if is_joined and tuple(one.text for one in run) == phrase:
                    yield phrase, run


class TextIndex:
    """All words of the texts, to ask whether a value of a contact can be in them."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._texts: list[str] = []
        self._joined: str | None = None

    def add(self, words: Sequence[Word]) -> None:
        """Add the words of a region."""
        self._words.update(word.text for word in words)
        self._texts.append(" ".join(word.text for word in words))
        self._joined = None

    def has(self, value: str) -> bool:
        """Return whether the words of a value follow each other somewhere."""
        first = WORD.search(fold(value[:BEGINNING]))
        is_plain = first is not None and first.end() < BEGINNING and first[0].isalnum()
        if is_plain and first is not None and first[0] not in self._words:
            return False
        return self.may_have(phrase_of(value))

    def may_have(self, phrase: tuple[str, ...]) -> bool:
        """Return whether these words follow each other somewhere."""
        if not phrase or not self._words.issuperset(phrase):
            return False
        if self._joined is None:
            self._joined = " " + " \n ".join(self._texts) + " "
        return f" {' '.join(phrase)} " in self._joined
