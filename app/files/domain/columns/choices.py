"""What a person said about a file: how columns are matched and read, and who may be contacted."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.files.domain.columns.identify import Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.questions import ConsentAnswers


@dataclass(frozen=True)
class FileChoices:
    """`mapping` is {column position as text: field}, `identifier` the field that contacts are matched by.
    `dates` and `phones` say how these columns are read, "" that the file decides. `read_as` is the mark of
    the reading that the choices were made for, "" when nobody has seen it on a page."""

    mapping: dict[str, str]
    identifier: Identifier = "email"
    dates: Dates = ""
    phones: Phones = ""
    answers: ConsentAnswers = field(default_factory=ConsentAnswers)
    read_as: str = ""
