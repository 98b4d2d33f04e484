"""Choices for a file in which columns are named, as programs send them; what they leave out is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from app.files.application.answers.questions import ConsentUnclear, GivenAnswers, settle
from app.files.application.checkups import identifier_of
from app.files.application.choices import reading_mark
from app.files.application.columns import MAPPABLE, may_be_mapped_to, suggestion
from app.files.application.reading import layout_of
from app.files.domain.columns.choices import FileChoices
from app.files.domain.columns.guesses import IGNORE, OWN_FIELD
from app.files.domain.columns.identify import Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.reading.layout import FileLayout
from app.files.infrastructure.tables import Upload
from app.platform.errors import Invalid

_LISTED: Final = 20
_LONGEST: Final = 80


@dataclass(frozen=True)
class NamedChoices:
    """Choices in which a column is its name, or else its position from 0 as text.

    `mapping` is {column: field}; `ignore` says that a column is neither used nor about consent. Columns that
    it leaves out are not used, except those that are certainly about consent. Without a mapping, columns are
    used as guessed. `consent_values` is {value as in the file: yes, no, leave-out}, `consent_blank` {column:
    the same for its blank cells}, `consent_others` the answer for all other values.
    """

    mapping: Mapping[str, str] | None = None
    identifier: Identifier | None = None
    dates: Dates = ""
    phones: Phones = ""
    consent_values: Mapping[str, str] = field(default_factory=dict)
    consent_blank: Mapping[str, str] = field(default_factory=dict)
    consent_others: str | None = None


def choices_for(upload: Upload, named: NamedChoices) -> FileChoices:
    """Return the choices with column positions.

    Raises Invalid with `fields` (`mapping.COLUMN`, `consent.blank.COLUMN`), and ConsentUnclear while a
    question about consent is open.
    """
    layout = layout_of(upload)
    mapping, ignored = _mapping(upload, layout, named.mapping)
    blank = _positions(layout, named.consent_blank, "consent.blank")
    given = GivenAnswers(
        not_consent=frozenset(ignored),
        values=named.consent_values,
        blank={blank[column]: answer for column, answer in named.consent_blank.items()},
        others=named.consent_others,
    )
    answers, questions = settle(upload, mapping, given)
    if questions.is_open:
        raise ConsentUnclear(questions)
    return FileChoices(
        mapping=mapping,
        identifier=named.identifier or identifier_of(mapping) or "email",
        dates=named.dates,
        phones=named.phones,
        answers=answers,
        read_as=reading_mark(upload),
    )


def mapping_as_guessed(upload: Upload) -> dict[str, str]:
    """Return {column position as text: field} of the columns as guessed, or as remembered from an earlier
    file."""
    guesses = suggestion(upload.account_id, upload)
    return {str(guess.index): guess.field for guess in guesses if may_be_mapped_to(guess.field)}


def _mapping(
    upload: Upload, layout: FileLayout, given: Mapping[str, str] | None
) -> tuple[dict[str, str], set[int]]:
    """Return (the mapping by position, positions of ignored columns)."""
    guessed = mapping_as_guessed(upload)
    if given is None:
        return guessed, set()
    wrong = {f"mapping.{column}": _NO_FIELD for column, name in given.items() if not _is_field(name)}
    if wrong:
        raise _invalid(wrong)
    positions = _positions(layout, given, "mapping")
    named = {positions[column]: name for column, name in given.items()}
    if len(named) < len(given):
        raise _invalid({"mapping": "A column is in the mapping twice, by name and by position."})
    mapping = {str(at): name for at, name in named.items() if name != IGNORE}
    consent = {at: name for at, name in guessed.items() if name in CONSENT_FIELDS and int(at) not in named}
    return mapping | consent, {at for at, name in named.items() if name == IGNORE}


def _positions(layout: FileLayout, given: Mapping[str, str], path: str) -> dict[str, int]:
    """Return {column as given: position}. Raises Invalid for columns that the file does not have."""
    known = {name: at for at, name in enumerate(layout.columns)}
    by_number = {str(at): at for at in range(layout.width)}
    found = {column: known.get(column, by_number.get(column, -1)) for column in given}
    listed = ", ".join(f"“{name[:_LONGEST]}”" for name in layout.columns[:_LISTED])
    sentence = f"The file has no such column. Its columns are {listed}."
    if wrong := {f"{path}.{column}": sentence for column, at in found.items() if at < 0}:
        raise _invalid(wrong)
    return found


def _is_field(name: str) -> bool:
    return name == IGNORE or may_be_mapped_to(name)


_NO_FIELD: Final = (
    f"This field doesn’t exist. Use {', '.join(sorted(MAPPABLE))}, {OWN_FIELD}LABEL for a custom field, or "
    f"{IGNORE}."
)


def _invalid(fields: dict[str, str]) -> Invalid:
    place, sentence = next(iter(fields.items()))
    shown = place if len(place) <= _LONGEST else f"{place[:_LONGEST]}…"
    return Invalid("VALIDATION_ERROR", f"{shown}: {sentence}", fields=fields)
