"""What the API says about an upload: columns, consent questions, check-up, layout."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict

from app.platform.api.example_ids import UPLOAD_ID
from app.platform.api.schemas import Body, Schema, described


class Sample(Schema):
    """A row of the file, as an example."""

    row: int | None = described("Number of the row, from 1, without the header.", 2)
    line: int | None = described("Line of the row in the file.", 3)
    text: str = described("The cell.", "ben@@example.com")


class Column(Schema):
    """A column of the file."""

    position: int = described("Position of the column, from 0.", 0)
    name: str = described("Name of the column in the file.", "Email")
    guess: str = described("The field that it seems to hold; `ignore`: none that is used.", "email")
    confidence: float = described("How sure the guess is, from 0 to 1.", 0.88)
    field: str | None = described(
        "The field that it is used as without a mapping; null: it is not used.", "email"
    )
    examples: list[str] = described("Some of its cells.", ["ann@example.com", "ben@@example.com"])


class ValueCount(Schema):
    """A value, and in how many rows it is."""

    value: str = described("The value.", "declined")
    rows: int = described("Number of rows.", 3)


class ColumnAnswer(Schema):
    """An answer to a question about a column."""

    field: str = described("The field to map the column to.", "consent")
    meaning: str = described("What that means, in words.", "Says who may be contacted")


class ColumnQuestion(Schema):
    """Does this column say who may be contacted? Answered by mapping the column to one of the fields in
    `answers`."""

    position: int = described("Position of the column, from 0.", 2)
    name: str = described("Name of the column.", "Newsletter")
    question: str = described("The question in words.", "Does “Newsletter” say who may be contacted?")
    values: list[ValueCount] = described("Its most frequent values.")
    more_values: int = described("Number of other values.", 0)
    suggestion: str = described("The field that is most likely.", "consent")
    answer: str | None = described("The field that answers it; null without an answer.", "consent")
    is_open: bool = described("Whether it must be answered before a job can start.", False)
    answers: list[ColumnAnswer] = described("Possible answers.")


class ValueAnswer(Schema):
    """An answer to a question about a value."""

    answer: str = described("The answer, for `consent.values` or `consent.blank`.", "no")
    meaning: str = described("What that means, in words.", "Must not be contacted")


class ValueQuestion(Schema):
    """What does this value mean? Answered in `consent.values`, for blank cells in `consent.blank`."""

    value: str | None = described("The value; null for blank cells.", "declined")
    columns: list[str] = described("Names of the columns that it is in.", ["Newsletter"])
    rows: int = described("Number of rows.", 3)
    question: str = described("The question in words.", "What does “declined” mean?")
    answer: str | None = described("The answer; null without one.", "no")
    is_open: bool = described("Whether it must be answered before a job can start.", False)
    answers: list[ValueAnswer] = described("Possible answers.")


class ConsentQuestions(Schema):
    """Questions about consent, answered or not. A job can’t start while one of them is open."""

    is_open: bool = described("Whether one of them must be answered before a job can start.", False)
    columns: list[ColumnQuestion] = described("Questions about columns.")
    values: list[ValueQuestion] = described("Questions about values.")
    unlisted: dict[str, int] = described(
        "By column: cells with too many different values to list. Their rows are left out.", {}
    )


class Finding(Schema):
    """Rows that share a problem or note."""

    code: str = described("Stable name of the problem or note.", "two_ats")
    message: str = described("The problem or note in a sentence.", "The address has two @ signs.")
    rows: int = described("Number of rows.", 1)
    samples: list[Sample] = described("The first of them.")


class Typo(Schema):
    """A domain that looks mistyped."""

    domain: str = described("The domain in the file.", "gmial.com")
    meant: str = described("The domain that was probably meant.", "gmail.com")
    rows: int = described("Number of rows.", 4)


class Checkup(Schema):
    """Figures of the file: `rows` = `good` + `duplicates` + `bad` + `blank`, unless `identifier` is null."""

    identifier: Literal["email", "phone", "contact_id"] | None = described(
        "What contacts are matched by; null if no column identifies them.", "email"
    )
    rows: int = described("Number of rows.", 4)
    good: int = described("Rows that can be used.", 3)
    duplicates: int = described("Rows of people who are in an earlier row.", 0)
    bad: int = described("Rows whose identifier is not valid.", 1)
    blank: int = described("Rows without an identifier.", 0)
    consent_withheld: int = described("Rows of people who must not be contacted.", 1)
    consent_unclear: int = described("Those of them in which nobody said no.", 0)
    problems: list[Finding] = described("What is wrong with rows.")
    notes: list[Finding] = described("Remarks about rows that are not wrong.", [])
    typos: list[Typo] = described("Domains that look mistyped.")


class NewContacts(Schema):
    """How many people of the file the account knows."""

    new: int = described("People who are not contacts yet.", 3)
    known: int = described("People who are contacts.", 0)
    not_contactable: int = described("Those of the known ones who must not be contacted.", 0)


class Sheet(Schema):
    """A worksheet of a workbook."""

    name: str = described("Name of the worksheet.", "Leads")
    rows: int = described("Number of rows.", 120)


class Layout(Schema):
    """How the file is read."""

    encoding: str | None = described("Encoding of the text; null for a workbook.", "utf-8")
    delimiter: str | None = described("What separates the columns; null for a workbook.", "comma")
    header_line: int = described("Line with the names of the columns; 0: there is none.", 1)
    sheet: str | None = described("Worksheet of a workbook, else null.", None)
    sheets: list[Sheet] = described("All worksheets of a workbook.")
    skipped_lines: dict[str, int] = described("Lines that are not contacts, by kind.", {"footer": 1})
    repairs: list[str] = described("How garbled text is restored, as in a change of the upload.", [])
    fixed_addresses: int = described("Rows whose mistyped address is corrected.", 0)


class UploadChanges(Body):
    """How the file is to be read. What is not sent stays as it is; with another delimiter or sheet, the
    header is detected again."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"encoding": "windows-1252", "header_line": 2}]}
    )

    encoding: Annotated[str | None, described("Encoding of the text.", "windows-1252", max_length=40)] = None
    delimiter: Annotated[
        Literal["comma", "semicolon", "tab", "pipe"] | None,
        described("What separates the columns.", "semicolon"),
    ] = None
    sheet: Annotated[str | None, described("Worksheet of a workbook.", "Leads", max_length=200)] = None
    header_line: Annotated[
        int | None,
        described("Line with the names of the columns; 0: there is none.", 2, ge=0, le=100_000),
    ] = None
    repairs: Annotated[
        list[Literal["encoding", "entities"]] | None,
        described(
            "`encoding`: restore letters that were garbled before the upload, `entities`: HTML codes.",
            ["encoding"],
            max_length=2,
        ),
    ] = None
    fix_addresses: Annotated[
        bool | None,
        described("Correct mistyped domains, and addresses with one likely correction, or stop that.", True),
    ] = None


class Upload(Schema):
    """An uploaded file. Files that no job uses are deleted after a day."""

    id: str = described("ID of the upload.", UPLOAD_ID)
    file_name: str = described("Name of the file.", "leads.csv")
    size: int = described("Size in bytes.", 148)
    rows: int = described("Number of rows.", 4)
    created_at: datetime = described("When it was uploaded.", "2026-03-01T09:00:00Z")
    columns: list[Column] = described("Its columns, in order.")
    consent: ConsentQuestions = described("Questions about who may be contacted.")
    checkup: Checkup = described("Figures of the file, for the columns as guessed.")
    new_contacts: NewContacts | None = described(
        "How many people the account knows; null if the columns are not known yet, or for more than 20,000 "
        "rows."
    )
    decisions: list[str] = described(
        "How dates and phone numbers are read, in sentences.", ["Dates are read as day, month, year."]
    )
    layout: Layout = described("How the file is read.")
    earlier_uploads: list[str] = described("IDs of uploads of the same file.", [])
