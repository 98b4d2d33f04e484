"""Audit entries as sentences: “Alice activated the workflow Win-back”.

An entry has an `action`, a `subject`, and `facts`; `facts["name"]` is the subject's name at that time. The
words belong to the rooms that record the actions: each room has one `AuditWords`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

Facts = Mapping[str, Any]


class Entry(Protocol):
    """The attributes of an audit entry that a sentence uses."""

    action: str
    subject: str
    subject_id: str
    user_name: str
    facts: dict[str, Any]


class Kind(NamedTuple):
    """An option of the filter, covering one or more subjects."""

    label: str
    subjects: tuple[str, ...]


class Subject(NamedTuple):
    """Wording of a subject with and without a name, the key of the filter option that covers it, and the URL
    of its page by its id (None if it has no page)."""

    named: str
    unnamed: str
    kind: str
    page: Callable[[str], str] | None = None


class Sentence(NamedTuple):
    """A sentence in parts: `who`, `before`, `name` (linked to `url`, if any), `after`."""

    who: str
    before: str
    name: str
    url: str
    after: str

    @property
    def text(self) -> str:
        return f"{self.who} {self.before}{self.name}{self.after}"


@dataclass(frozen=True)
class AuditWords:
    """What one room's entries are called. `sentences` is {action: phrase}, where {it} is replaced with the
    subject; `details` adds words from the facts of an action. `subjects` are those that the room owns; one
    that goes by several names is a function of the facts. `kinds` is {key: label} of filter options."""

    sentences: Mapping[str, str]
    subjects: Mapping[str, Subject | Callable[[Facts], Subject]] = field(default_factory=dict)
    details: Mapping[str, Callable[[Facts], str]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def sentence_of(
    entry: Entry, rooms: Sequence[AuditWords], name_today: str = "", is_gone: bool = False
) -> Sentence:
    """Return the entry as a sentence. `name_today` is used if the entry does not hold the subject's name; a
    subject that `is_gone` has no URL. An action that no room knows is shown with its identifier."""
    facts = entry.facts
    phrase = _first(room.sentences.get(entry.action) for room in rooms)
    before, _, after = (phrase or entry.action.replace("_", " ") + " {it}").partition("{it}")
    subject = _subject_of(entry, rooms)
    if subject is None:
        return Sentence(entry.user_name, before.rstrip(), "", "", "")
    name = str(facts.get("name") or name_today)
    url = subject.page(entry.subject_id) if subject.page and not is_gone else ""
    details = _first(room.details.get(entry.action) for room in rooms)
    more = details(facts) if details else ""
    lead = subject.named if name else ""
    if lead and not url:
        name = f"“{name}”"  # not linked, so quote it
    return Sentence(
        entry.user_name, before + lead, name or subject.unnamed, url, after + (f" {more}" if more else "")
    )


def label_of(action: str, subject: str, rooms: Sequence[AuditWords]) -> str:
    """Return what the filter calls an action, such as “Activated a workflow”."""
    phrase = _first(room.sentences.get(action) for room in rooms) or action.replace("_", " ")
    found = _first(room.subjects.get(subject) for room in rooms)
    thing = found if found is None or isinstance(found, Subject) else found({})
    label = phrase.replace("{it}", thing.unnamed if thing else "").strip()
    return label[:1].upper() + label[1:]


def kinds_of(rooms: Sequence[AuditWords]) -> dict[str, Kind]:
    """Return the filter options {key: option} by label."""
    labels = {key: label for room in rooms for key, label in room.kinds.items()}
    covered: dict[str, list[str]] = {key: [] for key in labels}
    for room in rooms:
        for name, subject in room.subjects.items():
            covered[(subject if isinstance(subject, Subject) else subject({})).kind].append(name)
    by_label = sorted(labels.items(), key=lambda item: item[1])
    return {key: Kind(label, tuple(covered[key])) for key, label in by_label}


def _subject_of(entry: Entry, rooms: Sequence[AuditWords]) -> Subject | None:
    found = _first(room.subjects.get(entry.subject) for room in rooms)
    return found if found is None or isinstance(found, Subject) else found(entry.facts)


def _first(found: Any) -> Any:
    return next((one for one in found if one is not None), None)
