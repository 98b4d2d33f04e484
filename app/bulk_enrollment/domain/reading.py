"""Reading of one file row: its identifier, values, and consent, without the database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.selection import FileSelection
from app.contacts.domain.fields import CUSTOM_LIMIT, FIELDS, NAME_FIELDS, pack, read_fields
from app.contacts.domain.names import tag_key, tag_name, tag_problem
from app.contacts.domain.own_fields import OwnField, own_field_of
from app.contacts.domain.value_style import ValueStyle
from app.files.domain.cells.tags import tags_of
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.guesses import OWN_FIELD
from app.files.domain.columns.identify import USED_SECOND, identifying
from app.files.domain.columns.row_context import RowContext, other_keys, quoting
from app.files.domain.consent.cells import Withheld
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.withholding import SMS_CONSENT, agrees_to_sms, withholding
from app.platform.addresses import trimmed
from app.platform.addresses.text import MAX_CELL_LENGTH
from app.platform.text.blank_words import is_blank, may_be_name

MAX_IDENTIFIER_LENGTH: Final = 200  # characters of an identifier stored in the ledger
TOO_MANY_TAGS: Final = (
    f"The column matched to tags has more than {MOST_TAGS} different tags. "
    "Match another column to tags, or leave this one out."
)
LEFT_OUT: Final = "left_out"  # note on a row with a value that could not be read
TAGS: Final = "tags"
MOST_TAGS_IN_ROW: Final = 20
SMS: Final = "sms"
"""Key of what a row says about text messages: [whether the number agrees, the number, None for that of the
contact]. An invalid row only says no; the key that it would have had follows."""
VALUES: Final = frozenset({*FIELDS, "full_name"})

_SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 40
_LIMITS: Final = {name: known.limit for name, known in FIELDS.items()} | {"full_name": 240}
# An invalid value in one of these is left out; an overlong value in another field fails its row.
_NEVER_TOO_LONG: Final = frozenset({"email", "phone", "birthday", "time_zone", TAGS})
# Facebook prefixes texts to keep spreadsheets from reading them as numbers: p:+49…, l:123, z:10115.
_MARKED: Final = re.compile(r"(?:p|l|z|ag|as|c|f):(\+?\d[\d -]*)\Z")


class ReadRow(NamedTuple):
    """A row for the ledger.

    `key` is None exactly if the verdict is VALIDATION_ERROR; `detail` is then the problem's slug. For a row
    withheld by text outside the columns, `detail` quotes it. `note` holds slugs. `withheld` is the status
    requested by the file's consent columns, or `left_out` if they do not clearly say that the person may be
    contacted. `source_row` is the row number in the file if the job numbers its rows anew.
    """

    row_number: int
    line: int
    identifier: str
    key: str | None
    verdict: int
    detail: str | None
    note: str | None
    withheld: str | None
    fields: str | None
    source_row: int | None = None


Findings = dict[str, Any]
"""What was found while reading the file so far, as JSON values: {left_out, tags}."""


@dataclass
class UnreadValues:
    """Values of one field that could not be read: their number, and the first as (row, line, cell)."""

    count: int = 0
    samples: list[Sequence[Any]] = field(default_factory=list)

    def add(self, row: int, line: int, cell: str) -> None:
        self.count += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append((row, line, trimmed(cell[:MAX_CELL_LENGTH])[:_LONGEST_SAMPLE]))


class RowReader:
    """Reader of consecutive rows.

    Collects unreadable values in `left_out` {field: UnreadValues}, and tags in `tags` {key: name}, up to one
    more than MOST_TAGS. With `writes`, rows keep the values of their other columns. `findings` is what was
    found in earlier rows; `row_context` says where else to look in a row. `own` is {label: custom field}; a
    label that is not in it creates a text field.
    """

    def __init__(
        self,
        selection: FileSelection,
        writes: bool,
        country: str,
        style: ValueStyle | None = None,
        findings: Findings | None = None,
        row_context: RowContext | None = None,
        own: Mapping[str, OwnField] | None = None,
    ) -> None:
        columns = selection.columns
        self._style = style or ValueStyle(country)
        self._writes = writes
        self._identifying = next(at for at, name in columns.items() if name == selection.identifier)
        consenting = [(at, name) for at, name in columns.items() if name in CONSENT_FIELDS]
        self._withholds = withholding(consenting, selection.consent_words) if consenting else None
        self._others = [
            (at, name) for at, name in columns.items() if name in VALUES or name.startswith(OWN_FIELD)
        ]
        labels = [name.removeprefix(OWN_FIELD) for _, name in self._others if name.startswith(OWN_FIELD)]
        known = own or {}
        self._own = {OWN_FIELD + label: known.get(label) or own_field_of(label) for label in labels}
        self._own_by_key = {field.key: field for field in self._own.values()}
        self._tagging = next((at for at, name in columns.items() if name == TAGS), None)
        self._texting = next((at for at, name in columns.items() if name == SMS_CONSENT), None)
        self._phoning = next((at for at, name in columns.items() if name == "phone"), None)
        self._identify = identifying(
            selection.identifier,
            self._identifying,
            country or None,
            second=selection.second_email,
            international=self._style.international,
            refused=row_context is not None and row_context.refused,
        )
        self._identifier = selection.identifier
        row_context = row_context or RowContext()
        self._quoted = quoting(row_context, selection.consent_words)
        self._others_of = other_keys(row_context, selection.identifier, self._identifying, country or None)
        self._other_keys: list[tuple[int, str, str]] = []
        findings = findings or {}
        self.left_out = {name: UnreadValues(*found) for name, found in findings.get("left_out", {}).items()}
        self.tags = {tag_key(name): name for name in findings.get("tags", ())}

    @property
    def findings(self) -> Findings:
        """What was found so far, to continue with in another reader."""
        left_out = {name: [found.count, list(found.samples)] for name, found in self.left_out.items()}
        return {"left_out": left_out, "tags": list(self.tags.values())}

    def read(self, number: int, line: int, cells: Sequence[str]) -> ReadRow:
        """Read a row; `number` and `line` as in the file."""
        key, detail, note, cell = self._identify(cells)
        shown = cell[:MAX_CELL_LENGTH].strip()[:MAX_IDENTIFIER_LENGTH]
        sms = self._sms_consent(cells, key)
        fields = self._sms_refusal(sms, None) if key is None else None
        withheld: Withheld | None = None
        if self._withholds is not None and (withheld := self._withholds(cells)) is not None:
            for other in self._others_of(cells, key):
                self._other_keys.append((number, other, withheld))
            if key is None:
                withheld = None
            elif quoted := self._quoted(cells, withheld):
                detail = f"{'unclear' if withheld == 'left_out' else 'file'}:{quoted}"
        if key is not None and (self._writes or self._tagging is not None or self._texting is not None):
            values = self._values(cells) if self._writes else {}
            if values is None and withheld is not None:
                # A no counts even if the row is otherwise invalid.
                values = {self._identifier: cell} if self._identifier in VALUES else {}
            if values is None:
                fields = self._sms_refusal(sms, key)
                key, detail, note, withheld = None, "value_too_long", None, None
            else:
                if note is not None and self._identifier == "email" and (values or USED_SECOND in note):
                    values["email"] = key
                fields, missed = self._packed(values, cells, sms)
                for name, text in missed.items():
                    self.left_out.setdefault(name, UnreadValues()).add(number, line, text)
                if missed:
                    note = f"{note} {LEFT_OUT}" if note else LEFT_OUT
        verdict = Outcome.VALIDATION_ERROR if key is None else Outcome.ENROLLED
        return ReadRow(number, line, shown, key, verdict, detail, note, withheld, fields)

    def overlong(self, cells: Sequence[str]) -> int | None:
        """Return the position of the first cell that is too long for its field."""
        return next(
            (
                at
                for at, name in self._others
                if not is_blank(cells[at]) and _is_too_long(name, trimmed(cells[at][:MAX_CELL_LENGTH]))
            ),
            None,
        )

    def take_other_keys(self) -> list[tuple[int, str, str]]:
        """Return and clear the other keys of rows withheld since the last call, as (row number, key,
        withheld)."""
        taken, self._other_keys = self._other_keys, []
        return taken

    def _values(self, cells: Sequence[str]) -> dict[str, str] | None:
        """Return {field: nonblank cell}; None if a value is too long for its field."""
        values: dict[str, str] = {}
        in_doubt: dict[str, str] = {}
        for at, name in self._others:
            cell = cells[at]
            if not cell:
                continue
            if is_blank(cell):
                if name in NAME_FIELDS and may_be_name(cell):
                    in_doubt[name] = cell
                continue
            if len(cell) > _LIMITS.get(name, CUSTOM_LIMIT):
                cell = trimmed(cell[:MAX_CELL_LENGTH])
                if _is_too_long(name, cell):
                    return None
            if cell[1:2] == ":" or cell[2:3] == ":":
                cell = marked[1] if (marked := _MARKED.match(cell)) else cell
            values[name] = cell
        return values | in_doubt if in_doubt and len(values) > ("email" in values) else values

    def _packed(
        self, values: dict[str, str], cells: Sequence[str], sms: list[Any] | None
    ) -> tuple[str | None, dict[str, str]]:
        """Return the contact's columns as JSON (None if there are none) and {field: cell} of unreadable
        values."""
        custom = {self._own[name].key: value for name, value in values.items() if name in self._own}
        plain = {name: value for name, value in values.items() if name in VALUES}
        reading = read_fields(plain, custom=custom, style=self._style, own=self._own_by_key)
        missed = {
            self._own_by_key[name].label if name in custom else name: custom.get(name) or values.get(name, "")
            for name in reading.problems
        }
        packed: dict[str, Any] = reading.values
        if self._tagging is not None:
            keys, is_whole = self._tag_keys(cells[self._tagging])
            if keys:
                packed[TAGS] = keys
            if not is_whole:
                missed[TAGS] = cells[self._tagging]
        if sms is not None:
            packed[SMS] = sms
        return (pack(packed) if packed else None), missed

    def _sms_consent(self, cells: Sequence[str], key: str | None) -> list[Any] | None:
        """Return what the row says about text messages. Consent is that of a number: one that can’t be read
        has not agreed to anything, but a no is then that of the contact."""
        agrees = agrees_to_sms(cells[self._texting]) if self._texting is not None else None
        if agrees is None:
            return None
        if self._identifier == "phone":
            return [agrees, key]
        cell = cells[self._phoning] if self._phoning is not None else ""
        if is_blank(cell):
            return [agrees, None]
        cell = marked[1] if (marked := _MARKED.match(cell)) else cell
        number = read_fields({"phone": cell}, style=self._style).values.get("phone_key")
        return [agrees, number] if number or not agrees else None

    def _sms_refusal(self, sms: list[Any] | None, key: str | None) -> str | None:
        """Return the fields of an invalid row: a no counts, whatever is wrong with it."""
        if sms is None or sms[0] or not (sms[1] or key):
            return None
        return pack({SMS: [*sms, key]})

    def _tag_keys(self, cell: str) -> tuple[list[str], bool]:
        """Return the keys of the tags in a cell, and whether they are complete."""
        if is_blank(cell):
            return [], True
        names = [tag_name(name) for name in tags_of(cell[:MAX_CELL_LENGTH]) if not is_blank(name)]
        good = [name for name in names if not tag_problem(name)][:MOST_TAGS_IN_ROW]
        found: dict[str, str] = {}
        for name in good:
            found.setdefault(tag_key(name), name)
        if len(self.tags) <= MOST_TAGS:
            for key, name in found.items():
                self.tags.setdefault(key, name)
        return list(found), len(good) == len(names) and len(cell) <= MAX_CELL_LENGTH


def _is_too_long(name: str, cell: str) -> bool:
    """Return whether a trimmed cell fails its row, because it is too long for the field `name`."""
    return len(cell) > _LIMITS.get(name, CUSTOM_LIMIT) and name not in _NEVER_TOO_LONG


def brings_more(mapping: Mapping[str, str]) -> bool:
    """Return whether a column of the file holds what is written even if contacts are left as they are."""
    return not {TAGS, SMS_CONSENT}.isdisjoint(mapping.values())
