"""The user's choices for a file and their validation: how columns are matched and read, and the answers about
consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.files.domain.columns.guesses import OWN_FIELD
from app.files.domain.columns.identify import SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.questions import ConsentAnswers, ConsentQuestions


@dataclass(frozen=True)
class FileChoices:
    """`mapping` is {column position as text: field}, `identifier` the field that contacts are matched by.

    `dates` and `phones` say how these columns are read; "" lets the file decide. `read_as` is the mark of the
    reading that the choices were made for; "" if they were not made on a page.
    """

    mapping: dict[str, str]
    identifier: Identifier = "email"
    dates: Dates = ""
    phones: Phones = ""
    answers: ConsentAnswers = field(default_factory=ConsentAnswers)
    read_as: str = ""

    @property
    def fields(self) -> dict[int, str]:
        """The mapping as {column position: field}."""
        return {int(position): field for position, field in self.mapping.items()}


def choice_problems(
    choices: FileChoices, columns: Sequence[str], questions: ConsentQuestions, field_key: Callable[[str], str]
) -> dict[str, str]:
    """Validate choices; return {form field: sentence}, empty if valid.

    `columns` are the names of the file's columns, `questions` its questions about consent. Custom fields are
    the same if `field_key` of their labels is the same.
    """
    found: dict[str, str] = {}
    fields = choices.mapping.values()
    if choices.identifier not in fields:
        found["mapping"] = NO_IDENTIFIER[choices.identifier]
    if SECOND_EMAIL in fields and choices.identifier != "email":
        found["mapping"] = "A second email can only be used when contacts are matched by email."
    if twice := _matched_twice(choices.fields, columns, field_key):
        found["mapping"] = twice
    if questions.is_open:
        found["consent"] = questions.sentence
    return found


def _matched_twice(
    fields: Mapping[int, str], columns: Sequence[str], field_key: Callable[[str], str]
) -> str | None:
    """Return a message naming two columns matched to the same field, or None. Consent fields may have several
    columns."""
    seen: dict[str, int] = {}
    for at, name in sorted(fields.items()):
        if name in CONSENT_FIELDS:
            continue
        is_own = name.startswith(OWN_FIELD)
        key = OWN_FIELD + field_key(name.removeprefix(OWN_FIELD)) if is_own else name
        if key in seen:
            both = [
                f"“{columns[one]}”" if one < len(columns) else f"Column {one + 1}" for one in (seen[key], at)
            ]
            field_name = name.removeprefix(OWN_FIELD) if is_own else name.replace("_", " ")
            return f"{both[0]} and {both[1]} are both matched to {field_name}. Keep one of them."
        seen[key] = at
    return None


NO_IDENTIFIER: Final[dict[Identifier, str]] = {
    "email": "Choose which column contains email addresses.",
    "contact_id": "Choose which column contains contact IDs.",
    "phone": "Choose which column contains phone numbers.",
}
