"""What the API says about an upload: columns, consent questions, check-up, layout."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.platform.api.schemas import Body, Schema


class Sample(Schema):
    """A row of the file, as an example. `row` counts data rows from 1, `line` is the line in the file."""

    row: int | None
    line: int | None
    text: str


class Column(Schema):
    """A column of the file.

    `guess` is what it seems to hold (`ignore`: nothing that is used), with `confidence` from 0 to 1. `field`
    is what it is used as if no mapping is sent.
    """

    position: int
    name: str
    guess: str
    confidence: float
    field: str | None
    examples: list[str]


class ValueCount(Schema):
    value: str
    rows: int


class ColumnAnswer(Schema):
    """An answer to a question about a column: the field to map it to."""

    field: str
    meaning: str


class ColumnQuestion(Schema):
    """Does this column say who may be contacted? Answered by mapping the column to one of the fields in
    `answers`."""

    position: int
    name: str
    question: str
    values: list[ValueCount]
    more_values: int
    suggestion: str
    answer: str | None
    is_open: bool
    answers: list[ColumnAnswer]


class ValueAnswer(Schema):
    answer: str
    meaning: str


class ValueQuestion(Schema):
    """What does this value mean? Answered in `consent.values`; if `value` is null, the question is about
    blank cells and answered by column in `consent.blank`."""

    value: str | None
    columns: list[str]
    rows: int
    question: str
    answer: str | None
    is_open: bool
    answers: list[ValueAnswer]


class ConsentQuestions(Schema):
    """Questions about consent, answered or not. A job cannot start while one of them `is_open`.

    `unlisted` is {column: number of cells with too many values to list}, whose rows are left out.
    """

    is_open: bool
    columns: list[ColumnQuestion]
    values: list[ValueQuestion]
    unlisted: dict[str, int]


class Finding(Schema):
    """Rows that share a problem or note."""

    code: str
    message: str
    rows: int
    samples: list[Sample]


class Typo(Schema):
    """A domain that looks mistyped, and what was probably meant."""

    domain: str
    meant: str
    rows: int


class Checkup(Schema):
    """Figures of the file: `rows` = `good` + `duplicates` + `bad` + `blank`, unless no column identifies
    contacts (`identifier` null).

    `consent_withheld` are rows whose people must not be contacted, `consent_unclear` those of them in which
    nobody said no.
    """

    identifier: str | None
    rows: int
    good: int
    duplicates: int
    bad: int
    blank: int
    consent_withheld: int
    consent_unclear: int
    problems: list[Finding]
    notes: list[Finding]
    typos: list[Typo]


class NewContacts(Schema):
    """People in the file who are `new` to the account, `known` to it, and those of the known ones who must
    not be contacted."""

    new: int
    known: int
    not_contactable: int


class Sheet(Schema):
    name: str
    rows: int


class Layout(Schema):
    """How the file is read. `header_line` 0 means that there are no column names; `sheet` is the worksheet of
    a workbook, which has no encoding and delimiter.

    `skipped_lines` is {kind: number} of lines that are not contacts, `fixed_addresses` the number of rows
    whose mistyped address is corrected.
    """

    encoding: str | None
    delimiter: str | None
    header_line: int
    sheet: str | None
    sheets: list[Sheet]
    skipped_lines: dict[str, int]
    repairs: list[str]
    fixed_addresses: int


class UploadChanges(Body):
    """How the file is to be read. What is not sent stays as it is; with another delimiter or sheet, the
    header is detected again.

    `header_line` 0: there are no column names. `repairs`: `encoding` restores letters that were garbled
    before the upload, `entities` HTML codes. `fix_addresses` corrects mistyped domains of well-known
    providers and addresses with one likely correction, or stops correcting them.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"encoding": "windows-1252", "header_line": 2}]}
    )

    encoding: Annotated[str | None, Field(max_length=40)] = None
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] | None = None
    sheet: Annotated[str | None, Field(max_length=200)] = None
    header_line: Annotated[int | None, Field(ge=0, le=100_000)] = None
    repairs: Annotated[list[Literal["encoding", "entities"]] | None, Field(max_length=2)] = None
    fix_addresses: bool | None = None


class Upload(Schema):
    """An uploaded file. Files that no job uses are deleted after a day.

    `new_contacts` is null if the columns are not known yet, or the file has more than 20,000 rows.
    `decisions` are sentences about how dates and phone numbers are read. `earlier_uploads` are ids of uploads
    of the same file.
    """

    id: str
    file_name: str
    size: Annotated[int, Field(description="Bytes.")]
    rows: int
    created_at: datetime
    columns: list[Column]
    consent: ConsentQuestions
    checkup: Checkup
    new_contacts: NewContacts | None
    decisions: list[str]
    layout: Layout
    earlier_uploads: list[str]
