"""The check-up of a file: its rows counted in one pass, before anything is decided.

Keys are remembered as 64-bit hashes, in 16 MB per million rows. The chance that two different keys collide is
one in ten million for the whole file; the job itself compares the keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from app.files.domain.checkup.key_table import KeyTable
from app.files.domain.checkup.repairs import KINDS, repair
from app.files.domain.checkup.typos import meant_domain
from app.files.domain.columns.identify import (
    BLANK_ID,
    BLANKS,
    IDENTIFIERS,
    NO_ID,
    SECOND_EMAIL,
    USED_SECOND,
    Identifier,
    identifying,
)
from app.files.domain.consent.cells import LEFT_OUT
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.withholding import withholding
from app.files.domain.reading.table_file import Row
from app.platform.addresses import INVISIBLE, explain

__all__ = ["IDENTIFIERS", "Checkup", "CheckupResult", "Finding", "Fix", "Identifier", "Sample", "Typo"]

SAMPLES: Final = 5
MOST_TYPOS: Final = 1_000  # distinct mistyped domains that are kept
_MOST_DOMAINS: Final = 20_000
_LONGEST_SAMPLE: Final = 80
_EXTRA_CELLS: Final = "extra_cells"
_SEEN: Final = str.maketrans(dict.fromkeys(INVISIBLE, "␣"))
_OWN_SENTENCES: Final = {
    _EXTRA_CELLS: "The row has more cells than the header. A value with a comma may be missing its quotes.",
    NO_ID: "This isn’t a contact ID.",
    BLANK_ID: "The row has no contact ID.",
    "invisible": "The address has an invisible character, shown as ␣.",
    USED_SECOND: "The address is from the second email column.",
    "duplicate": "Duplicate of an earlier row.",
    "consent_withheld": "The file says this person has opted out or bounced, or doesn’t clearly say yes.",
    "consent_unclear": "The file doesn’t clearly say this person may be contacted.",
}


@dataclass(frozen=True)
class Sample:
    """A row to show; `text` is its cell, shortened."""

    row: int
    line: int
    text: str


@dataclass
class Finding:
    """Rows that share a problem or note: its sentence, their number, and the first of them."""

    sentence: str
    count: int = 0
    samples: list[Sample] = field(default_factory=list)

    def add(self, row: Row, text: str) -> None:
        """Count a row and keep it as a sample while there are few."""
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(Sample(row.number, row.line, text[:_LONGEST_SAMPLE].translate(_SEEN)))


@dataclass
class Typo:
    """A domain that looks mistyped, its likely correction, and the rows that contain it."""

    domain: str
    meant: str
    count: int = 0
    samples: list[Sample] = field(default_factory=list)


@dataclass
class Fix:
    """Addresses that one kind of repair (`repairs.KINDS`) would correct; the text of a sample is “before →
    after”."""

    kind: str
    sentence: str
    count: int = 0
    samples: list[Sample] = field(default_factory=list)


@dataclass
class CheckupResult:
    """Figures of a file: `rows` = `good` + `duplicates` + `bad` + `blank`. Without an identifier only `rows`
    is counted.

    `consent_withheld`, notes, and typos classify the same rows in other ways. `consent_unclear` is the part
    of `consent_withheld` in which nobody said no.
    """

    identifier: Identifier | None
    rows: int
    good: int
    duplicates: int
    bad: int
    blank: int
    consent_withheld: int
    problems: dict[str, Finding]
    notes: dict[str, Finding]
    typos: list[Typo]
    fixes: list[Fix] = field(default_factory=list)
    consent_unclear: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return asdict(self)


class Checkup:
    """Counter for rows of `width` columns; `fields` maps column positions to `guesses.FIELDS`.

    The identifier defaults to the first matched of email, phone, and contact id. `words` are the answers
    about consent values; `refused` is as in `identify.identifying`.
    """

    def __init__(
        self,
        fields: Mapping[int, str],
        width: int,
        country: str | None = None,
        identifier: Identifier | None = None,
        international: bool = False,
        words: Mapping[str, str] | None = None,
        refused: bool = False,
    ) -> None:
        by_field = {name: index for index, name in fields.items()}
        self._identifier = identifier or next((name for name in IDENTIFIERS if name in by_field), None)
        self._column = by_field.get(self._identifier, -1) if self._identifier else -1
        consent = [(index, name) for index, name in fields.items() if name in CONSENT_FIELDS]
        self._withheld = withholding(consent, words or {}) if consent else None
        self._width = width
        self._identify = identifying(
            self._identifier or "email",
            self._column,
            country,
            second=by_field.get(SECOND_EMAIL),
            international=international,
            refused=refused,
        )
        self._seen = KeyTable()
        self._rows = self._good = self._blank = self._bad = 0
        self._problems: dict[str, Finding] = {}
        self._notes: dict[str, Finding] = {}
        self._verdicts: dict[str, Typo | None] = {}
        self._typos: dict[str, Typo] = {}
        self._fixes: dict[str, Fix] = {}

    def add_all(self, rows: Iterable[Row]) -> None:
        """Count every row; exceptions from the iterator are passed on."""
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Count one row."""
        self._rows += 1
        cells = row.cells
        if len(cells) > self._width:
            _find(self._notes, _EXTRA_CELLS).add(row, cells[self._width])
        if self._column < 0:
            return
        key, problem, note, text = self._identify(cells)
        if note is not None:
            for slug in note.split():
                _find(self._notes, slug).add(row, text)
        if key is None:
            self._refuse(row, text, problem or NO_ID)
            return
        if self._withheld is not None and (said := self._withheld(cells)) is not None:
            _find(self._notes, "consent_withheld").add(row, text)
            if said == LEFT_OUT:
                _find(self._notes, "consent_unclear").add(row, text)
        if not self._seen.add(hash(str(key))):  # of a str, whose hash is salted and cannot be chosen
            _find(self._problems, "duplicate").add(row, text)
            return
        self._good += 1
        if self._identifier == "email":
            self._look_for_typo(row, key)

    def result(self) -> CheckupResult:
        """Return the figures so far."""
        duplicates = self._problems["duplicate"].count if "duplicate" in self._problems else 0
        notes = {name: self._notes[name].count for name in self._notes}
        return CheckupResult(
            identifier=self._identifier,
            rows=self._rows,
            good=self._good,
            duplicates=duplicates,
            bad=self._bad,
            blank=self._blank,
            consent_withheld=notes.get("consent_withheld", 0),
            consent_unclear=notes.get("consent_unclear", 0),
            problems=dict(self._problems),
            notes=dict(self._notes),
            typos=sorted(self._typos.values(), key=lambda typo: -typo.count),
            fixes=sorted(self._fixes.values(), key=lambda fix: -fix.count),
        )

    def _refuse(self, row: Row, text: str, problem: str) -> None:
        kind = problem.partition(":")[0]
        if kind in BLANKS:
            self._blank += 1
        else:
            self._bad += 1
            if self._identifier == "email":
                self._look_for_fix(row, text)
        _find(self._problems, kind).add(row, text)

    def _look_for_fix(self, row: Row, text: str) -> None:
        found = repair(text)
        if found is None:
            return
        kind = found.kinds[0]
        fix = self._fixes.setdefault(kind, Fix(kind, KINDS[kind]))
        fix.count += 1
        if len(fix.samples) < SAMPLES:
            before = text.strip()[:_LONGEST_SAMPLE].translate(_SEEN)
            fix.samples.append(Sample(row.number, row.line, f"{before} → {found.address}"))

    def _look_for_typo(self, row: Row, key: str) -> None:
        domain = key[key.rfind("@") + 1 :]
        try:
            typo = self._verdicts[domain]
        except KeyError:
            meant = meant_domain(domain)
            typo = self._typos.get(domain)
            if typo is None and meant is not None and len(self._typos) < MOST_TYPOS:
                typo = self._typos[domain] = Typo(domain, meant)
            if len(self._verdicts) >= _MOST_DOMAINS:
                self._verdicts.clear()
            self._verdicts[domain] = typo
        if typo is not None:
            typo.count += 1
            if len(typo.samples) < SAMPLES:
                typo.samples.append(Sample(row.number, row.line, key[:_LONGEST_SAMPLE]))


def _find(findings: dict[str, Finding], slug: str) -> Finding:
    finding = findings.get(slug)
    if finding is None:
        finding = findings[slug] = Finding(_OWN_SENTENCES.get(slug) or explain(slug))
    return finding
