"""Audit entries as sentences: “Alice activated the workflow Win-back”.

An entry has an `action`, a `subject`, and `facts`; `facts["name"]` is the subject's name at that time. The
words belong to the rooms that record the actions: each room has one `AuditWords`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from app.platform.text.words import counted, sentence

Facts = Mapping[str, Any]


class Entry(Protocol):
    """The attributes of an audit entry that a sentence uses."""

    action: str
    subject: str
    subject_id: str
    user_name: str
    facts: dict[str, Any]


class Kind(NamedTuple):
    """A group of the filter, covering one or more subjects. `everything` is its option for all of them."""

    label: str
    everything: str
    subjects: tuple[str, ...] = ()


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
    that goes by several names is a function of the facts, which are empty for the filter. `kinds` is
    {key: group} of the filter. `labels` is what it calls actions whose sentence makes no label."""

    sentences: Mapping[str, str]
    subjects: Mapping[str, Subject | Callable[[Facts], Subject]] = field(default_factory=dict)
    details: Mapping[str, Callable[[Facts], str]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def counted_in(facts: Facts, name: str, one: str) -> str:
    """Return “3 contacts”, or “contacts” if the facts don't say how many."""
    return counted(int(facts[name]), one) if name in facts else f"{one}s"


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
    """Return what the filter calls an action, such as “Activated a workflow”; empty if no room knows it."""
    phrase = _first(one for room in rooms for one in (room.labels.get(action), room.sentences.get(action)))
    found = _first(room.subjects.get(subject) for room in rooms)
    thing = found if found is None or isinstance(found, Subject) else found({})
    return sentence((phrase or "").replace("{it}", thing.unnamed if thing else "").strip())


def kinds_of(rooms: Sequence[AuditWords]) -> dict[str, Kind]:
    """Return the groups of the filter {key: group} by label."""
    kinds = {key: kind for room in rooms for key, kind in room.kinds.items()}
    covered: dict[str, list[str]] = {key: [] for key in kinds}
    for room in rooms:
        for name, subject in room.subjects.items():
            covered[(subject if isinstance(subject, Subject) else subject({})).kind].append(name)
    by_label = sorted(kinds.items(), key=lambda item: item[1].label)
    return {key: kind._replace(subjects=tuple(covered[key])) for key, kind in by_label}


def _subject_of(entry: Entry, rooms: Sequence[AuditWords]) -> Subject | None:
    found = _first(room.subjects.get(entry.subject) for room in rooms)
    return found if found is None or isinstance(found, Subject) else found(entry.facts)


def _first(found: Any) -> Any:
    return next((one for one in found if one is not None), None)
