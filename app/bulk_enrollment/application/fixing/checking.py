"""Validation of fixed rows with the rules of the import, without reading the file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.bulk_enrollment.application.selection.rows import source_of
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.reading import RowReader
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure.fixing import known_keys
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.files.domain.columns.identify import SECOND_EMAIL, Identifier
from app.files.domain.consent.columns import CONSENT_FIELDS

NOT_FOUND = "not_found"  # problem of a row whose contact does not exist, in a job that creates none


@dataclass(frozen=True)
class Column:
    """A column to edit: position in the file, its name, and the field it is matched to."""

    position: int
    name: str
    field: str


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a row: slug and column, or None; `unread` are the columns whose value cannot be read
    and would be left out."""

    problem: str | None = None
    at: int | None = None
    unread: Sequence[int] = field(default_factory=tuple)


class RowChecker:
    """Checks rows of a job as planning does. Raises FileGone or UnreadableFile if the job's file cannot be
    read."""

    def __init__(self, job: EnrollmentJob) -> None:
        self._job = job
        source = source_of(job, {})
        self._reader: RowReader = source.reader
        self._width = source.width
        self.columns = columns_of(job)

    @property
    def identifying(self) -> int:
        """Position of the column that contacts are matched by."""
        return next(one.position for one in self.columns if one.field == self._job.selection.identifier)

    def check(self, rows: Sequence[Mapping[str, str]]) -> list[Verdict]:
        """Return the verdict on each row {column position: text}, in order; one query for all."""
        keys: list[str | None] = []
        found: list[Verdict] = []
        for cells in rows:
            padded = self._padded(cells)
            before = dict(self._unread_counts())
            read = self._reader.read(1, 1, padded)
            unread = [name for name, count in self._unread_counts().items() if count != before.get(name, 0)]
            at = self.identifying
            if read.detail == "value_too_long" and (overlong := self._reader.overlong(padded)) is not None:
                at = overlong
            is_wrong = read.verdict == Outcome.VALIDATION_ERROR
            keys.append(read.key)
            found.append(Verdict(read.detail or "blank", at) if is_wrong else self._good(unread))
        return self._with_contacts(keys, found)

    def _good(self, unread: Sequence[str]) -> Verdict:
        return Verdict(unread=tuple(one.position for one in self.columns if one.field in unread))

    def _with_contacts(self, keys: list[str | None], found: list[Verdict]) -> list[Verdict]:
        """Add the problems that depend on the account's contacts."""
        job, identifier = self._job, self._job.selection.identifier
        people = known_keys.people_by_key(
            job.account_id, identifier, [key for key in keys if key is not None]
        )
        for place, key in enumerate(keys):
            if key is None:
                continue
            if people.get(key, 0) > 1:
                found[place] = Verdict("shared_phone", self.identifying)
            elif key not in people and not job.options.creates:
                found[place] = Verdict(NOT_FOUND, self.identifying)
        return found

    def _unread_counts(self) -> dict[str, int]:
        return {name: unread.count for name, unread in self._reader.left_out.items()}

    def _padded(self, cells: Mapping[str, str]) -> list[str]:
        padded = [""] * self._width
        for position, text in cells.items():
            if int(position) < self._width:
                padded[int(position)] = text
        return padded


def columns_of(job: EnrollmentJob) -> list[Column]:
    """Return the columns to edit, the identifier first. Columns about consent are not among them."""
    selection = job.selection
    if not isinstance(selection, FileSelection):
        return [Column(0, _LISTED[selection.identifier], selection.identifier)]
    from_file = [
        Column(at, selection.names.get(str(at), ""), name)
        for at, name in sorted(selection.columns.items())
        if _is_edited(name)
    ]
    first = (selection.identifier, SECOND_EMAIL)
    return sorted(from_file, key=lambda one: first.index(one.field) if one.field in first else len(first))


_LISTED: dict[Identifier, str] = {"email": "Email", "phone": "Phone", "contact_id": "Contact ID"}


def _is_edited(name: str) -> bool:
    return name not in CONSENT_FIELDS


def merged(earlier: str | None, changes: Mapping[str, str]) -> str | None:
    """Return edits as JSON: those of earlier retries, and the changes on top; None if there are none."""
    edits = (json.loads(earlier) if earlier else {}) | dict(changes)
    return json.dumps(edits, ensure_ascii=False) if edits else None
