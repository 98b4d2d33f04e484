"""Finding templates by words: names first, then tags, categories, kinds of steps and descriptions.

Every word of the query has to be found somewhere. The beginning of a word is enough, because people are still
typing; what occurs nowhere is taken for a typing mistake and compared with names and tags.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from app.gallery.domain.categories import category_label
from app.workflows.domain.goals import GOALS
from app.workflows.domain.steps import STEPS
from app.workflows.domain.triggers import TRIGGERS

NAME, TAG, CATEGORY, STEP, DESCRIPTION = 10.0, 7.0, 6.0, 5.0, 3.0
WHOLE_QUERY_IN_NAME = 12.0
NAME_BEGINS_WITH_QUERY = 6.0
MAX_QUERY = 200
MAX_WORDS = 12

ALSO_CALLED: dict[str, str] = {
    "send_email": "mail newsletter message",
    "send_sms": "sms text message phone",
    "wait": "delay pause",
    "wait_until": "delay pause",
    "wait_for_event": "delay pause",
    "branch": "condition if",
    "split": "ab test experiment",
    "create_task": "todo call",
    "notify_team": "alert",
    "appointment_booked": "booking calendar meeting",
    "appointment_cancelled": "booking calendar meeting",
    "appointment_completed": "booking calendar meeting visit",
    "appointment_no_show": "booking calendar meeting no-show",
    "purchase_made": "order payment sale",
    "date_reached": "birthday anniversary",
}
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "for",
        "from",
        "in",
        "my",
        "of",
        "on",
        "or",
        "our",
        "template",
        "the",
        "to",
        "with",
        "workflow",
    ]
)

_WORD = re.compile(r"\w+")
_JOINED = re.compile(r"\w+(-\w+)+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A template as the search sees it. `parts`: the types of its trigger, steps and goals."""

    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    parts: frozenset[str]


class TemplateSearch:
    """A search over some templates. Build one per request: what it knows of a template is remembered."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._names = [" ".join(query_words(entry.name)) for entry in entries]
        self._weights = [_weights(entry) for entry in entries]
        self._known: set[str] = set().union(*self._weights)

    def find(self, query: str) -> list[int]:
        """Positions of the templates that match, best first; in the given order where equally good.

        All of them for a query without words.
        """
        wanted = query_words(query)
        if not wanted:
            return list(range(len(self._names)))
        scores: dict[int, float] | None = None
        for word in wanted:
            found = self._scores(word)
            scores = found if scores is None else _both(scores, found)
        phrase = " ".join(wanted)
        ranked = {at: score + self._bonus(at, phrase) for at, score in (scores or {}).items()}
        return sorted(ranked, key=lambda at: (-ranked[at], at))

    def _scores(self, word: str) -> dict[int, float]:
        qualities = {known: _likeness(word, known) for known in self._known if known.startswith(word)}
        if not qualities:
            guesses = ((known, _typing_mistake(word, known)) for known in self._names_and_tags())
            qualities = {known: quality for known, quality in guesses if quality}
        best: dict[int, float] = {}
        for position, weights in enumerate(self._weights):
            for known in qualities.keys() & weights.keys():
                best[position] = max(best.get(position, 0.0), weights[known] * qualities[known])
        return best

    def _names_and_tags(self) -> set[str]:
        return {word for weights in self._weights for word, weight in weights.items() if weight >= TAG}

    def _bonus(self, position: int, phrase: str) -> float:
        name = self._names[position]
        if name.startswith(phrase):
            return WHOLE_QUERY_IN_NAME + NAME_BEGINS_WITH_QUERY
        return WHOLE_QUERY_IN_NAME if f" {phrase}" in name else 0.0


@lru_cache(maxsize=5_000)
def _weights(entry: Entry) -> dict[str, float]:
    """How much each word of a template counts."""
    found = dict.fromkeys(_all_words([entry.description]), DESCRIPTION)
    found |= dict.fromkeys(_all_words(part_words(part) for part in entry.parts), STEP)
    found |= dict.fromkeys(words(category_label(entry.category)), CATEGORY)
    found |= dict.fromkeys(_all_words(entry.tags), TAG)
    return found | dict.fromkeys(_all_words([entry.name]), NAME)


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """The words of a text: lower case, without accents, without a plural s."""
    if not text.isascii():
        text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return tuple(_singular(word) for word in _WORD.findall(text.lower().replace("_", " ")))


def query_words(query: str) -> list[str]:
    """The words that count: each once, small words only when there are no others."""
    every = list(dict.fromkeys(words(query[:MAX_QUERY])))[:MAX_WORDS]
    return [word for word in every if word not in SMALL_WORDS] or every


@lru_cache(maxsize=200)
def part_words(part: str) -> str:
    """What a type of trigger, step or goal is called: its own name, its title and other words for it."""
    titles = [table[part].title for table in (STEPS, TRIGGERS, GOALS) if part in table]
    return " ".join([part, *titles, ALSO_CALLED.get(part, "")])


def _all_words(texts: Iterable[str]) -> set[str]:
    """The words of texts; “check-up” is found as “checkup” too."""
    known = [text for text in texts if text]
    joined = [
        pair.group().replace("-", "") for text in known if "-" in text for pair in _JOINED.finditer(text)
    ]
    return {word for text in (*known, *joined) for word in words(text)}


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _both(one: dict[int, float], other: dict[int, float]) -> dict[int, float]:
    return {position: score + other[position] for position, score in one.items() if position in other}


def _likeness(word: str, known: str) -> float:
    return 1.0 if word == known else 0.6 + 0.3 * len(word) / len(known)


def _typing_mistake(word: str, known: str) -> float:
    """How likely the word is a slip for the known one: 0 for more than one mistake, or two in long words."""
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    if not allowed:
        return 0.0
    mistakes = min(
        OSA.distance(word, beginning, score_cutoff=allowed)
        for beginning in (known, known[: len(word)], known[: len(word) + 1])
    )
    return 0.0 if mistakes > allowed else 0.5 - 0.1 * mistakes
