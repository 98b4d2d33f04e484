"""The user's choices for a file: how columns are matched and read, and the answers about consent."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.files.domain.columns.identify import Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.questions import ConsentAnswers


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
