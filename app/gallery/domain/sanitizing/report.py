"""A workflow without personal data, and the report on what was replaced in it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.gallery.domain.sanitizing.editing import Segment, segments_of, text_of
from app.gallery.domain.sanitizing.finding import Finder, Finding, Wanted
from app.gallery.domain.sanitizing.kinds import Kind
from app.gallery.domain.sanitizing.known import Business, Known
from app.gallery.domain.sanitizing.places import (
    DETAILS,
    Place,
    changed_document,
    places_of,
    places_of_details,
    places_of_ids,
    without_idle,
)
from app.gallery.domain.sanitizing.secrets import Secret, secrets_in
from app.workflows.domain import Definition, new_ids, parse, with_ids
from app.workflows.domain.definition.document import Document

MARKUP: Final = "*_~`"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user decides: keys of findings to keep although they would be replaced, or to replace although
    they would be kept, and further texts to replace, {words: kind}."""

    keep: frozenset[str] = frozenset()
    replace: frozenset[str] = frozenset()
    chosen: Mapping[tuple[str, ...], Kind] = field(default_factory=dict)

    def replaces(self, one: Finding) -> bool:
        """Return whether a finding is replaced."""
        if one.rank == "chosen" or one.key in self.replace:
            return True
        return one.is_certain and one.key not in self.keep


@dataclass(frozen=True, slots=True)
class Value:
    """A value that was found, maybe in several places, and what replaces it there."""

    key: str
    kind: Kind
    shown: str
    of_contact: bool
    is_certain: bool
    is_replaced: bool
    is_chosen: bool
    becomes: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def id(self) -> str:
        """A short name for forms."""
        return id_of(self.key)

    @property
    def group(self) -> str:
        """Where the report lists it: business, possible, or personal."""
        if self.is_chosen:
            return "chosen"
        if self.kind.is_business:
            return "business"
        return "personal" if self.is_certain else "possible"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in which something was found, in segments."""

    place: Place
    segments: tuple[Segment, ...]

    @property
    def result(self) -> str:
        """The text that is saved."""
        return text_of(self.segments)


@dataclass(frozen=True)
class Report:
    """What was found, where, and what results: the `document`, and the `details` of the template.

    `others` are the texts in which nothing was found.
    """

    document: Document
    details: Mapping[str, str]
    values: tuple[Value, ...]
    passages: tuple[Passage, ...]
    others: tuple[Place, ...]
    secrets: tuple[Secret, ...]

    @property
    def replaced(self) -> list[Value]:
        """The values that are replaced."""
        return [one for one in self.values if one.is_replaced]

    @property
    def kept_of_contacts(self) -> list[Value]:
        """Values of contacts that the user keeps, although they would be replaced."""
        return [one for one in self.values if one.of_contact and one.is_certain and not one.is_replaced]

    def fingerprint(self, *, with_details: bool) -> str:
        """Return a hash of what was found and where, in the details or not, whatever the user decides."""
        found = [
            [list(map(str, one.place.pointer)), [[part.key, part.text] for part in one.segments]]
            for one in self.passages
            if with_details or not _is_detail(one.place)
        ]
        return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16]


def id_of(key: str) -> str:
    """Return the id of a value, given its key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()[:12]


def texts_of(definition: Definition, details: Mapping[str, str]) -> list[Place]:
    """Return all texts to sanitize."""
    return [*places_of_details(details), *places_of(definition), *places_of_ids(definition)]


def sanitized(
    definition: Definition,
    details: Mapping[str, str],
    known: Known,
    business: Business,
    choices: Choices | None = None,
) -> Report:
    """Return a definition and the details of a template without personal data, with a report."""
    definition, choices = without_idle(definition), choices or Choices()
    places = [*places_of_details(details), *places_of(definition)]
    finder = Finder(Wanted(known, business, choices.chosen))
    passages: list[Passage] = []
    others: list[Place] = []
    found: list[tuple[Finding, Place]] = []
    for place in places:
        findings = finder.findings_in(place)
        if not findings:
            others.append(place)
            continue
        segments = segments_of(place, findings, choices.replaces)
        passages.append(Passage(place, tuple(segments)))
        found += [(one, place) for one in findings]
    changed = [(one.place, one.result) for one in passages if one.result != one.place.text]
    document = changed_document(definition.document, [one for one in changed if not _is_detail(one[0])])
    ids = (one for place in places_of_ids(definition) for one in finder.findings_in(place))
    if any(choices.replaces(one) for one in ids):
        named = parse(document)
        document = with_ids(named, new_ids(named))
    return Report(
        document=document,
        details={**details, **{str(place.pointer[1]): text for place, text in changed if _is_detail(place)}},
        values=tuple(_values(found, passages, choices)),
        passages=tuple(passages),
        others=tuple(others),
        secrets=tuple(secrets_in(places)),
    )


def _is_detail(place: Place) -> bool:
    return place.pointer[0] == DETAILS


def _values(
    found: Sequence[tuple[Finding, Place]], passages: Sequence[Passage], choices: Choices
) -> Iterator[Value]:
    uses: dict[str, list[tuple[Finding, Place]]] = {}
    for one in found:
        uses.setdefault(one[0].key, []).append(one)
    becomes: dict[str, dict[str, None]] = {}
    for segment in (segment for passage in passages for segment in passage.segments):
        if segment.new is not None:
            becomes.setdefault(segment.key, {})[segment.new.strip(MARKUP)] = None
    for key, used in uses.items():
        first = next((one for one, _ in used if one.is_certain), used[0][0])
        yield Value(
            key=key,
            kind=first.kind,
            shown=first.shown,
            of_contact=any(one.of_contact for one, _ in used),
            is_certain=first.is_certain,
            is_replaced=any(choices.replaces(one) for one, _ in used),
            is_chosen=first.rank == "chosen",
            becomes=tuple(becomes.get(key, ())),
            places=tuple({place.pointer: place for _, place in used}.values()),
        )
