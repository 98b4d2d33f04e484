"""What a person chose when starting a job from a file, checked and in one shape."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from app.contacts.domain.names import field_key
from app.files.domain.columns.identify import SECOND_EMAIL
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.questions import ConsentAnswers, ConsentQuestions

CUSTOM = "custom:"  # what a column is matched to that becomes a field of the account's own, before its name

Missing = Literal["skip", "create"]
Existing = Literal["leave", "fill", "overwrite"]
Identifier = Literal["email", "contact_id", "phone"]

IDENTIFIERS: tuple[Identifier, ...] = ("email", "contact_id", "phone")
MISSING: tuple[Missing, ...] = ("skip", "create")
EXISTING: tuple[Existing, ...] = ("leave", "fill", "overwrite")


@dataclass(frozen=True)
class FileOptions:
    """`mapping` is {column position as text: field}; `tags` are names; `batch_size` None means automatic.
    `dates` and `phones` say how these columns are read, "" that the file decides.

    `not_consent` are the positions, as text, of columns of which the person said that they are not about
    consent; `consent_words` is what they said about words in those that are {word key: yes, no, leave-out}.
    """

    mapping: dict[str, str]
    identifier: Identifier = "email"
    missing: Missing = "skip"
    existing: Existing = "leave"
    consent_basis: str = ""
    tags: list[str] = field(default_factory=list)
    batch_size: int | None = None
    dates: Dates = ""
    phones: Phones = ""
    not_consent: list[str] = field(default_factory=list)
    consent_words: dict[str, str] = field(default_factory=dict)

    @property
    def second_email(self) -> int | None:
        """The column whose address is used where that of the email column is blank or bad."""
        return next((at for at, name in self.columns().items() if name == SECOND_EMAIL), None)

    @property
    def writes_contacts(self) -> bool:
        """Whether rows carry the values of their other columns."""
        return self.missing == "create" or self.existing != "leave"

    @property
    def consent_answers(self) -> ConsentAnswers:
        columns = frozenset(int(position) for position in self.not_consent)
        return ConsentAnswers(columns, self.consent_words)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def columns(self) -> dict[int, str]:
        """{column position: field}."""
        return {int(position): name for position, name in self.mapping.items()}


def problems(
    options: FileOptions, columns: Sequence[str] = (), questions: ConsentQuestions | None = None
) -> dict[str, str]:
    """What is wrong with a choice: {field of the form: sentence}; empty when all is well. `columns` are the
    names of the file's columns, `questions` what it asks about consent."""
    found: dict[str, str] = {}
    if options.identifier not in options.mapping.values():
        found["mapping"] = _NO_IDENTIFIER[options.identifier]
    if SECOND_EMAIL in options.mapping.values() and options.identifier != "email":
        found["mapping"] = "A second email can only be used when contacts are matched by email."
    if twice := _matched_twice(options, columns):
        found["mapping"] = twice
    if questions is not None and questions.is_open:
        found["consent"] = questions.sentence
    if options.missing == "create" and options.identifier == "contact_id":
        found["missing"] = (
            "New contacts need an email address or phone number. Skip them or match by one of these."
        )
    if options.missing == "create" and not options.consent_basis:
        found["consent_basis"] = "Choose a legal basis for contacting new contacts."
    if options.batch_size is not None and not 10 <= options.batch_size <= 500:
        found["batch_size"] = "Enter a batch size from 10 to 500."
    return found


def _matched_twice(options: FileOptions, columns: Sequence[str]) -> str | None:
    """Names two columns that would be written into one field. Several may be about consent: all of them
    count."""
    seen: dict[str, int] = {}
    for at, name in sorted(options.columns().items()):
        if name in CONSENT_FIELDS:
            continue
        is_own = name.startswith(CUSTOM)
        key = CUSTOM + field_key(name.removeprefix(CUSTOM)) if is_own else name
        if key in seen:
            both = [
                f"“{columns[one]}”" if one < len(columns) else f"Column {one + 1}" for one in (seen[key], at)
            ]
            field_name = name.removeprefix(CUSTOM) if is_own else name.replace("_", " ")
            return f"{both[0]} and {both[1]} are both matched to {field_name}. Keep one of them."
        seen[key] = at
    return None


_NO_IDENTIFIER: dict[str, str] = {
    "email": "Choose which column contains email addresses.",
    "contact_id": "Choose which column contains contact IDs.",
    "phone": "Choose which column contains phone numbers.",
}
