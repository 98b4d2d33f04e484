"""Selections: which rows a job processes, from a file, a list of contacts, or a filter.

What happens to them is in `options`; `documents` reads and writes both as JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from app.files.domain.columns.choices import FileChoices
from app.files.domain.columns.guesses import OWN_FIELD
from app.files.domain.columns.identify import SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.questions import ConsentAnswers
from app.files.domain.consent.withholding import SMS_CONSENT
from app.platform.text.words import counted, quoted


@dataclass(frozen=True)
class FileSelection:
    """The rows of an upload, and how its columns are read.

    `upload_id` is the upload's public id. Columns are identified by position as text: `mapping` is {position:
    field}, `names` is {position: name} of the columns with a choice. `read_as` is the mark of the reading
    that the choices were made for. `names` and `read_as` are set when the job is created; from then on a file
    that is read another way is refused. `dates` and `phones` say how these columns are read, "" lets the file
    decide. `not_consent` are columns that the user said are not about consent; `consent_words` is {word key:
    yes, no, leave-out}.
    """

    upload_id: str
    mapping: dict[str, str]
    identifier: Identifier = "email"
    dates: Dates = ""
    phones: Phones = ""
    not_consent: list[str] = field(default_factory=list)
    consent_words: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    read_as: str = ""

    @classmethod
    def of(cls, upload_id: str, choices: FileChoices) -> Self:
        """Return all rows of an upload, with the columns as chosen."""
        return cls(
            upload_id=upload_id,
            mapping=choices.mapping,
            identifier=choices.identifier,
            dates=choices.dates,
            phones=choices.phones,
            not_consent=sorted(map(str, choices.answers.not_consent)),
            consent_words=dict(choices.answers.words),
            read_as=choices.read_as,
        )

    @property
    def choices(self) -> FileChoices:
        """The choices for the file."""
        return FileChoices(
            self.mapping, self.identifier, self.dates, self.phones, self.consent_answers, self.read_as
        )

    @property
    def columns(self) -> dict[int, str]:
        """The mapping as {column position: field}."""
        return {int(position): name for position, name in self.mapping.items()}

    @property
    def second_email(self) -> int | None:
        """Column whose address is used if that of the email column is blank or invalid."""
        return next((at for at, name in self.columns.items() if name == SECOND_EMAIL), None)

    @property
    def withholds(self) -> bool:
        """Whether a column may say that a person must not be contacted."""
        return any(name in CONSENT_FIELDS for name in self.mapping.values())

    @property
    def says_sms_consent(self) -> bool:
        """Whether a column says who agrees to text messages."""
        return SMS_CONSENT in self.mapping.values()

    @property
    def consent_answers(self) -> ConsentAnswers:
        columns = frozenset(int(position) for position in self.not_consent)
        return ConsentAnswers(columns, self.consent_words)

    @property
    def custom_labels(self) -> list[str]:
        """Names of the custom fields that the file fills."""
        return [name.removeprefix(OWN_FIELD) for name in self.mapping.values() if name.startswith(OWN_FIELD)]

    def names_in(self, columns: Sequence[str]) -> dict[str, str]:
        """Return {position: name} of the columns with a choice, given the names of all columns."""
        said = sorted({*self.mapping, *self.not_consent}, key=int)
        return {position: columns[int(position)] for position in said if int(position) < len(columns)}

    def fits(self, columns: Sequence[str], read_as: str) -> bool:
        """Return whether the choices were made for these columns in this reading. Choices of older jobs,
        without names or mark, fit any."""
        if self.read_as and self.read_as != read_as:
            return False
        return all(
            int(position) < len(columns) and columns[int(position)] == name
            for position, name in self.names.items()
        )


@dataclass(frozen=True)
class ManualSelection:
    """A list of contacts: `entries` are contact ids, email addresses, or phone numbers as entered, all of the
    kind `identifier`. Row 1 is the first entry. `chosen_id` is the selection in the contact list that it was
    made from, if any."""

    entries: tuple[str, ...]
    identifier: Identifier = "contact_id"
    chosen_id: int | None = None
    withholds = False
    says_sms_consent = False


@dataclass(frozen=True)
class FilterSelection:
    """Contacts that meet `criteria`, a criteria document of the contacts room, ordered by id.

    They are fixed when the job is planned, right after its start, or with its dry run, which shows who will
    be enrolled. Conditions on the last days are relative to the creation of the job. `name` is that of the
    segment, if any, and `chosen_id` as in ManualSelection.
    """

    criteria: dict[str, Any]
    identifier: Identifier = "contact_id"
    name: str = ""
    chosen_id: int | None = None
    withholds = False
    says_sms_consent = False


Selection = FileSelection | ManualSelection | FilterSelection


def people_in_words(selection: Selection, rows: int) -> str:
    """Name the people of a selection as part of a sentence; empty for a file, which is named instead."""
    match selection:
        case FileSelection():
            return ""
        case ManualSelection():
            return counted(rows, "selected contact")
        case FilterSelection(name=name) if name:
            return f"people in the segment {quoted(name)}"
    return "people who match a filter"
