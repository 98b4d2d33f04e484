"""The words of all rooms for the audit log. Each room registers its own."""

from collections.abc import Iterable
from typing import Final

from app.activity.domain.sentences import AuditWords, Entry, Kind, Sentence, kinds_of, label_of
from app.activity.domain.sentences import sentence_of as put_into_words

_rooms: Final[dict[str, AuditWords]] = {}


def register_words(room: str, words: AuditWords) -> None:
    """Let `room` say what its entries are called."""
    _rooms[room] = words


def sentence_of(entry: Entry, name_today: str = "", is_gone: bool = False) -> Sentence:
    """Return the entry as a sentence. `name_today` is used if the entry does not hold the subject's name; a
    subject that `is_gone` has no URL."""
    return put_into_words(entry, list(_rooms.values()), name_today, is_gone)


def filter_kinds() -> dict[str, Kind]:
    """Return the groups of the filter {key: group} by label."""
    return kinds_of(list(_rooms.values()))


def filter_actions(actions: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return {key of a group: [(action, label)]} of actions by label, given with a subject. Left out are
    those that nobody has words for, which the filter doesn't know."""
    rooms = list(_rooms.values())
    kind_of = {subject: key for key, kind in filter_kinds().items() for subject in kind.subjects}
    found: dict[str, list[tuple[str, str]]] = {}
    for action, subject in actions:
        if subject in kind_of and (label := label_of(action, subject, rooms)):
            found.setdefault(kind_of[subject], []).append((action, label))
    return {key: sorted(some, key=lambda one: one[1]) for key, some in found.items()}


def registered_words() -> dict[str, AuditWords]:
    """Return the words by room."""
    return dict(_rooms)
