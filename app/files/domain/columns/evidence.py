"""Evidence of how date, phone, and tag columns are written: order of day and month, country codes, and names.

Collected in one pass over the file, with bounded memory and time: distinct date texts are parsed once while
there are few, and of the numbers without a plus a uniform sample is kept and judged at the end.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from app.files.domain.cells.tags import tags_of
from app.files.domain.reading.table_file import Row
from app.platform.addresses import has_country_code, read_phone
from app.platform.addresses.dialing import WITHOUT_PLUS
from app.platform.text.blank_words import is_blank
from app.platform.text.dates import DateKind, kind_of

SAMPLES: Final = 3
MOST_TAGS: Final = 500
"""Maximum number of distinct tags in a column."""
_CUT: Final = 96
_LONGEST_SAMPLE: Final = 40
_TEXTS_KNOWN: Final = 30_000
_NUMBERS_JUDGED: Final = 300
_PARSED_AT_MOST: Final = 5_000
_USUAL_NUMBER: Final = re.compile(r"\+?\d{8,15}\Z")


@dataclass
class Unread:
    """Cells that could not be read: their number, and the first as [row, line, text]."""

    count: int = 0
    samples: list[list[Any]] = field(default_factory=list)

    def add(self, row: Row, text: str) -> None:
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append([row.number, row.line, text[:_LONGEST_SAMPLE]])


@dataclass
class DateEvidence:
    """Number and an example of the cells of each kind (`dates.DateKind`), and the unreadable cells."""

    kinds: dict[DateKind, int] = field(default_factory=dict)
    examples: dict[DateKind, str] = field(default_factory=dict)
    unread: Unread = field(default_factory=Unread)

    @property
    def is_serial(self) -> bool:
        """Whether all filled cells are serial date numbers of a spreadsheet."""
        return (
            bool(self.kinds.get("serial"))
            and sum(self.kinds.values()) == self.kinds["serial"]
            and not (self.unread.count)
        )

    @property
    def not_read(self) -> int:
        """Number of cells that are not dates. Next to written dates, serial numbers are not dates either."""
        return self.unread.count + (0 if self.is_serial else self.kinds.get("serial", 0))


@dataclass
class PhoneEvidence:
    """`without_plus` counts cells that can be read in two ways. Of those sampled, `abroad` include a country
    code and `at_home` do not; `example` is one of them. `unread` counts odd-looking cells that are not phone
    numbers."""

    without_plus: int = 0
    abroad: int = 0
    at_home: int = 0
    example: str = ""
    unread: Unread = field(default_factory=Unread)


@dataclass
class TagEvidence:
    """Distinct tags of a column in file order, {case-folded: first spelling}, at most one more than
    MOST_TAGS."""

    names: dict[str, str] = field(default_factory=dict)


@dataclass
class Evidence:
    """Evidence by column position."""

    dates: dict[int, DateEvidence] = field(default_factory=dict)
    phones: dict[int, PhoneEvidence] = field(default_factory=dict)
    tags: dict[int, TagEvidence] = field(default_factory=dict)

    def with_more(self, other: Evidence) -> Evidence:
        """Return the evidence of both, column by column."""
        return Evidence(self.dates | other.dates, self.phones | other.phones, self.tags | other.tags)

    def as_json(self) -> dict[str, Any]:
        """Return JSON values that `from_json` reads back."""
        return {
            "dates": {str(at): asdict(found) for at, found in self.dates.items()},
            "phones": {str(at): asdict(found) for at, found in self.phones.items()},
            "tags": {str(at): list(found.names.values()) for at, found in self.tags.items()},
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Evidence:
        """Restore evidence from `as_json`."""
        return cls(
            {
                int(at): DateEvidence(found["kinds"], found["examples"], Unread(**found["unread"]))
                for at, found in facts.get("dates", {}).items()
            },
            {
                int(at): PhoneEvidence(**{**found, "unread": Unread(**found["unread"])})
                for at, found in facts.get("phones", {}).items()
            },
            {
                int(at): TagEvidence({name.casefold(): name for name in names})
                for at, names in facts.get("tags", {}).items()
            },
        )


class EvidenceCollector:
    """Collects the evidence of some columns as rows pass. `country` is the account's (ISO 3166 alpha-2)."""

    def __init__(
        self,
        dates: Iterable[int] = (),
        phones: Iterable[int] = (),
        tags: Iterable[int] = (),
        country: str | None = None,
    ) -> None:
        self._dates = [(at, _Dates()) for at in dates]
        self._phones = [(at, _Phones(country)) for at in phones]
        self._tags = [(at, _Tags()) for at in tags]

    @property
    def is_idle(self) -> bool:
        """Whether there are no columns to observe."""
        return not (self._dates or self._phones or self._tags)

    def watching(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows unchanged while observing them."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: Row) -> None:
        cells = row.cells
        for at, dates in self._dates:
            if cells[at]:
                dates.add(row, cells[at])
        for at, phones in self._phones:
            if cells[at]:
                phones.add(row, cells[at])
        for at, tags in self._tags:
            if cells[at]:
                tags.add(cells[at])

    def evidence(self) -> Evidence:
        """Return the evidence so far."""
        return Evidence(
            {at: dates.evidence for at, dates in self._dates},
            {at: phones.judged() for at, phones in self._phones},
            {at: TagEvidence(tags.names) for at, tags in self._tags},
        )


class _Dates:
    def __init__(self) -> None:
        self.evidence = DateEvidence()
        self._known: dict[str, DateKind | None] = {}

    def add(self, row: Row, cell: str) -> None:
        text = cell[:_CUT]
        if text in self._known:
            kind = self._known[text]
        else:
            if is_blank(text):
                return
            kind = kind_of(text)
            if len(self._known) < _TEXTS_KNOWN:
                self._known[text] = kind
        if kind is None:
            self.evidence.unread.add(row, text)
        else:
            kinds = self.evidence.kinds
            if kind not in kinds:
                self.evidence.examples[kind] = text.strip()[:_LONGEST_SAMPLE]
            kinds[kind] = kinds.get(kind, 0) + 1


class _Phones:
    def __init__(self, country: str | None) -> None:
        self._evidence = PhoneEvidence()
        self._country = country
        self._sample: list[str] = []
        self._parsed = 0
        self._random = random.Random(1)  # nosec B311 # a sample of cells

    def add(self, row: Row, cell: str) -> None:
        text = cell[:_CUT].strip()
        if WITHOUT_PLUS.fullmatch(text):
            self._keep(text)
        if (
            not _USUAL_NUMBER.match(text) or self._parsed < _NUMBERS_JUDGED
        ) and self._parsed < _PARSED_AT_MOST:
            self._parsed += 1
            if not is_blank(text) and read_phone(text, self._country).key is None:
                self._evidence.unread.add(row, text)

    def judged(self) -> PhoneEvidence:
        votes = [has_country_code(text, self._country) for text in self._sample]
        self._evidence.abroad = votes.count(True)
        self._evidence.at_home = votes.count(False)
        return self._evidence

    def _keep(self, text: str) -> None:
        """Keep a uniform random sample (reservoir sampling)."""
        found = self._evidence
        found.without_plus += 1
        if len(self._sample) < _NUMBERS_JUDGED:
            found.example = found.example or text
            self._sample.append(text)
        elif (place := self._random.randrange(found.without_plus)) < _NUMBERS_JUDGED:
            self._sample[place] = text


class _Tags:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._known: set[str] = set()

    def add(self, cell: str) -> None:
        if cell in self._known or len(self.names) > MOST_TAGS or is_blank(cell):
            return
        if len(cell) <= _CUT and len(self._known) < _TEXTS_KNOWN:
            self._known.add(cell)
        for name in tags_of(cell):
            if not is_blank(name) and len(self.names) <= MOST_TAGS:
                self.names.setdefault(name.casefold(), name)


def looks_like_dates(cells: Sequence[str]) -> bool:
    """Return whether most of the first cells of a column are written dates."""
    kinds = [kind_of(cell[:_CUT]) for cell in cells if not is_blank(cell)]
    return 2 * sum(kind not in (None, "serial") for kind in kinds) > len(kinds) > 0


def looks_like_phones(cells: Sequence[str]) -> bool:
    """Return whether most of the first cells of a column may be phone numbers."""
    filled = [cell for cell in cells if not is_blank(cell)]
    likely = sum(
        bool(_USUAL_NUMBER.match(text := cell[:_CUT].strip()) or WITHOUT_PLUS.fullmatch(text))
        for cell in filled
    )
    return 2 * likely > len(filled) > 0
