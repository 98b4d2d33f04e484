"""Full-text search over templates: names weigh most, then tags, categories, step types, descriptions, and
last the words of messages.

Every term of a query must match. A prefix of a word is enough, because results are shown while typing;
synonyms are known; and words that occur nowhere are matched as typos. Templates that match much worse than
the best one are left out, so that a word in some message does not bring everything. The order of words in
messages is not known: there, the words of a phrase are no match, nor are two words by themselves, and beside
terms that describe a template, only one term may be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from app.gallery.domain.categories import category_label
from app.gallery.domain.search.query_words import all_words, is_generic, likeness, query_words, slip, words
from app.gallery.domain.search.synonyms import MAX_TERM_WORDS, term_words, terms
from app.workflows.domain import types_named

NAME, TAG, CATEGORY, STEP, DESCRIPTION, MESSAGE = 10.0, 7.0, 6.0, 5.0, 3.0, 1.0
LEAST_SHARE = 0.15
"""Of the best score, without what a name adds that contains the whole query."""
WHOLE_QUERY_IN_NAME = 12.0
NAME_BEGINS_WITH_QUERY = 6.0
NAME_BEGINS_WITH_SYNONYM = 1.0
FOR_ANYBODY = 1.5
"""What a template for any business gets, which suits more of those who name no industry."""
ANYBODY = "any business"
FURTHER = 0.1
"""Share of the weights of a word's other places that is added to that of the best one."""
SYNONYM = 0.8
"""Weight of a match through a synonym, relative to the word itself."""

TOGETHER = 3
"""How many terms single out a template that has them only in messages."""

Scores = dict[int, float]
"""{position of a template: score}"""


class _Found(NamedTuple):
    """What a term finds; in templates that are not `described` by it, only messages have it."""

    scores: Scores
    described: set[int]


@dataclass(frozen=True, slots=True)
class Entry:
    """Searchable parts of a template. `parts`: the types of its trigger, steps, and goals; `words`: those of
    its messages, as `message_words` returns them."""

    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    parts: frozenset[str]
    words: tuple[str, ...] = ()


class TemplateSearch:
    """Search over a fixed list of templates."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._names = [f" {' '.join(words(entry.name))} " for entry in entries]
        self._for_anybody = [FOR_ANYBODY * (ANYBODY in entry.tags) for entry in entries]
        self._weights = [_weights(entry) for entry in entries]
        self._known = _heaviest(self._weights)
        self._described = {word for word, weight in self._known.items() if weight >= DESCRIPTION}
        self._important = {word for word, weight in self._known.items() if weight >= CATEGORY}

    def find(self, query: str) -> list[int]:
        """Return the positions of matching templates, best first; ties keep their order.

        A query without words matches all.
        """
        wanted = query_words(query)
        if not wanted:
            return list(range(len(self._names)))
        terms_found = list(self._asked(wanted))
        scores: Scores | None = None
        for found in terms_found:
            scores = found.scores if scores is None else _both(scores, found.scores)
        scores = {at: score for at, score in (scores or {}).items() if _is_match(at, terms_found)}
        least = LEAST_SHARE * max(scores.values(), default=0.0)
        phrase = " ".join(wanted)
        return _ranked(
            {at: score + self._bonus(at, phrase) for at, score in scores.items() if score >= least}
        )

    def nearest(self, query: str, most: int) -> list[int]:
        """Return up to `most` positions of templates that match part of the query, those with most terms
        first."""
        scores: Scores = {}
        for found in self._asked(query_words(query)):
            for at, score in found.scores.items():
                scores[at] = scores.get(at, 0.0) + 100.0 + score
        return _ranked({at: score + self._for_anybody[at] for at, score in scores.items()})[:most]

    def _asked(self, wanted: list[str]) -> Iterator[_Found]:
        """Yield what each term of the query finds: a known phrase, or a single word."""
        guesses = [self._in_terms(word) for word in wanted]
        at = 0
        while at < len(wanted):
            for length in range(min(MAX_TERM_WORDS, len(wanted) - at), 0, -1):
                meant = _meant(guesses[at : at + length])
                if meant or length == 1:
                    found = self._scores_of(wanted[at : at + length], meant)
                    if found.scores or len(wanted) == 1 or not is_generic(wanted[at]):
                        yield found
                    at += length
                    break

    def _in_terms(self, word: str) -> dict[str, float]:
        """Return {word of a synonym: score} that the word may stand for; at most three for a typo."""
        if word in term_words():
            return {word: 1.0}
        if word in self._known or any(known.startswith(word) for known in self._important):
            return {}
        found = {known: slip(word, known) for known in term_words()}
        best = sorted((one for one in found.items() if one[1]), key=lambda one: (-one[1], one[0]))
        return dict(best[:3])

    def _scores_of(self, asked: list[str], meant: dict[tuple[str, ...], float]) -> _Found:
        """Score a term by its own words and by the words that templates use for it."""
        is_certain = bool(meant) and max(meant.values()) == 1.0
        best, described = self._of_all(asked, is_certain)
        for name, quality in meant.items():
            phrase = f" {' '.join(name)} "
            other = self._of_all(name, True)
            described |= other.described
            for at, score in other.scores.items():
                if phrase in self._names[at]:
                    score += NAME + NAME_BEGINS_WITH_SYNONYM * self._names[at].startswith(phrase)
                best[at] = _together(SYNONYM * quality * score, best.get(at, 0.0))
        return _Found({at: score * len(asked) for at, score in best.items()}, described)

    def _of_all(self, asked: Sequence[str], is_certain: bool) -> _Found:
        """Score the templates that contain all the words, with the mean of the word scores."""
        if len(asked) == 1:
            return self._of_word(asked[0], is_certain)
        every = [self._of_word(word, is_certain) for word in asked]
        described = set.intersection(*(found.described for found in every))
        means = {at: sum(found.scores[at] for found in every) / len(asked) for at in described}
        return _Found(means, described)

    def _of_word(self, word: str, is_certain: bool) -> _Found:
        """Score the templates that contain a word; typos and longer forms are tried unless `is_certain`."""
        qualities = {known: likeness(word, known) for known in self._known if known.startswith(word)}
        is_known = is_certain or word in self._known
        if not is_known and qualities.keys().isdisjoint(self._described):
            qualities |= _slips(word, self._important) or _slips(word, self._described)
        best, described = dict[int, float](), set[int]()
        for position, weights in enumerate(self._weights):
            for known in qualities.keys() & weights.keys():
                best[position] = max(best.get(position, 0.0), weights[known] * qualities[known])
                if weights[known] >= DESCRIPTION:
                    described.add(position)
        return _Found(best, described)

    def _bonus(self, position: int, phrase: str) -> float:
        name, bonus = self._names[position], self._for_anybody[position]
        if f" {phrase}" in name:
            bonus += WHOLE_QUERY_IN_NAME + NAME_BEGINS_WITH_QUERY * name.startswith(f" {phrase}")
        return bonus


def _is_match(at: int, terms_found: Sequence[_Found]) -> bool:
    said = sum(at not in found.described for found in terms_found)
    return said <= 1 or said == len(terms_found) >= TOGETHER


def _heaviest(every: Iterable[dict[str, float]]) -> dict[str, float]:
    """Return {word: highest weight in any template}."""
    found: dict[str, float] = {}
    for weights in every:
        for word, weight in weights.items():
            if weight > found.get(word, 0.0):
                found[word] = weight
    return found


def _slips(word: str, known: Iterable[str]) -> dict[str, float]:
    """Return {known word: score} of those that the word may be a longer form or a typo of."""
    found = {one: slip(word, one) for one in known}
    return {one: quality for one, quality in found.items() if quality}


def _meant(guesses: Sequence[dict[str, float]]) -> dict[tuple[str, ...], float]:
    """Return {words that templates use: score} for the synonyms that these words may form."""
    found: dict[tuple[str, ...], float] = {}
    for choice in product(*(guess.items() for guess in guesses)):
        quality = min(likely for _, likely in choice)
        for name in terms().get(tuple(word for word, _ in choice), ()):
            found[name] = max(found.get(name, 0.0), quality)
    return found


@lru_cache(maxsize=5_000)
def _weights(entry: Entry) -> dict[str, float]:
    """Return {word: weight} of a template."""
    found: dict[str, float] = {}
    for weight, words_there in (
        (NAME, all_words([entry.name])),
        (TAG, all_words(entry.tags)),
        (CATEGORY, all_words([category_label(entry.category)])),
        (STEP, all_words(part_words(part) for part in entry.parts)),
        (DESCRIPTION, all_words([entry.description])),
        (MESSAGE, all_words(entry.parts)),
        (MESSAGE, entry.words),
    ):
        for word in words_there:
            found[word] = _together(found.get(word, 0.0), weight)
    return found


@lru_cache(maxsize=200)
def part_words(part: str) -> str:
    """Return the searchable names of a trigger, step, or goal type: its title and other names."""
    return " ".join(f"{one.title} {one.also_called}" for one in types_named(part))


def _together(one: float, other: float) -> float:
    """Return the score of a word that is found in two places."""
    return max(one, other) + FURTHER * min(one, other)


def _ranked(scores: Scores) -> list[int]:
    return sorted(scores, key=lambda at: (-scores[at], at))


def _both(one: Scores, other: Scores) -> Scores:
    return {position: score + other[position] for position, score in one.items() if position in other}
