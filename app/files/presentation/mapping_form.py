"""The form of the mapping page: a field for each column, and the identifier."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import uuid4

from flask import request
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.files import application as files
from app.files.application import FileChoices
from app.files.domain.columns.guesses import OWN_FIELD, ColumnGuess
from app.files.domain.columns.identify import IDENTIFIERS, SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.domain.consent.withholding import SMS_CONSENT
from app.files.presentation.consent_form import Matching
from app.files.presentation.layout_form import SEEN
from app.platform import web
from app.platform.text.numbers import whole_number

MOST_OPEN: Final = 40
_LONGEST_LABEL: Final = 120

_FROM_CONTACTS: Final = ("company", "city", "country", "birthday", "time_zone")
IDENTIFIER_WORDS: Final = {
    "email": "Email address",
    "phone": "Phone number",
    "contact_id": "Contact ID",
}


def field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields that a column can be matched to, as (group, [(field, label)]) in display order."""
    labels = files.address_book().field_labels()
    return [
        (
            "Identifiers",
            [
                ("email", "Email"),
                (SECOND_EMAIL, "Second email (used when the first is blank or invalid)"),
                ("phone", "Phone"),
                ("contact_id", "Contact ID"),
            ],
        ),
        (
            "Contact details",
            [
                ("first_name", "First name"),
                ("last_name", "Last name"),
                ("full_name", "Full name"),
                *((key, labels[key]) for key in _FROM_CONTACTS),
                ("tags", "Tags"),
            ],
        ),
        (
            "Marketing consent",
            [
                ("consent", "Marketing consent (yes or no)"),
                ("opt_out", "Opted out"),
                ("bounced", "Bounced"),
                ("consent_note", "Notes (only a clear no counts)"),
                (SMS_CONSENT, "SMS consent (yes or no)"),
                ("channel_consent", "Consent to another channel"),
                ("channel_opt_out", "Opted out of another channel"),
            ],
        ),
    ]


class MatchingForm(web.ShowingForm):
    """Fields common to all destinations, followed by the destination's own (see `form_of`). Values are
    validated by the use cases."""

    once = HiddenField()
    consent = HiddenField("Consent")  # only for its error message; the questions have their own fields
    identifier = SelectField(
        "Match contacts by", choices=[SelectChoice(name, IDENTIFIER_WORDS[name]) for name in IDENTIFIERS]
    )


@cache
def form_of(kind: files.DestinationKind) -> type[MatchingForm]:
    """Return the form class for a kind of destination: common fields first, then its own."""
    return type("MappingForm", (kind.fields(), MatchingForm), {})


@dataclass(frozen=True)
class Column:
    """A column of the file with its matched field.

    `own` are (value, label) of the account's custom fields and of the one that could be created for the
    column. `field_label` is empty if no field is matched. Unless `is_open`, the page shows the field and a
    button to change it instead of the list of all fields.
    """

    guess: ColumnGuess
    field: str
    field_label: str
    own: Sequence[tuple[str, str]]
    is_open: bool = True

    @property
    def name(self) -> str:
        return f"column-{self.guess.index}"

    @property
    def is_aside(self) -> bool:
        """Whether the column looks empty and is not matched, so that it can be collapsed."""
        return not self.field and not self.guess.examples


def first_form(kind: files.DestinationKind, values: Mapping[str, Any]) -> Any:
    """Return an unsubmitted form with a new one-time key."""
    return form_of(kind)(formdata=None, data={**values, "once": uuid4().hex})


def columns_of(
    guesses: Sequence[ColumnGuess],
    mapping: Mapping[str, str],
    own_labels: Sequence[str],
    opened: Collection[int] = (),
) -> list[Column]:
    """Return the columns in file order.

    In a file with very many columns, only those in `opened` and the first MOST_OPEN relevant ones show their
    list of fields; all lists together would take many megabytes.
    """
    known = [(f"{OWN_FIELD}{label}", label) for label in own_labels]
    shown = _open_columns(guesses, mapping, opened)
    labels = {value: label for _, fields in field_choices() for value, label in fields}
    columns = []
    for guess in guesses:
        label = " ".join(guess.name.split())[:_LONGEST_LABEL]
        own = list(known)
        if label.lower() not in (other.lower() for other in own_labels):
            own.append((f"{OWN_FIELD}{label}", f"New field “{label}”"))
        field = mapping.get(str(guess.index), "")
        if field.startswith(OWN_FIELD) and field not in (value for value, _ in own):
            own.append((field, field.removeprefix(OWN_FIELD)))
        shown_as = labels.get(field, field.removeprefix(OWN_FIELD))
        columns.append(Column(guess, field, shown_as, own, guess.index in shown))
    return columns


def _open_columns(
    guesses: Sequence[ColumnGuess], mapping: Mapping[str, str], opened: Collection[int]
) -> set[int]:
    """Return the columns to open: matched ones first, then nonempty ones."""
    shown = set(sorted(opened)[-MOST_OPEN:])
    ranked = sorted(guesses, key=lambda one: (str(one.index) not in mapping, not one.examples, one.index))
    for guess in ranked:
        if len(shown) >= max(MOST_OPEN, len(opened) + MOST_OPEN // 2):
            break
        shown.add(guess.index)
    return shown


def read_opened(values: Sequence[str], width: int) -> list[int]:
    """Return the positions of columns whose field list the user has opened."""
    found = {whole_number(value, width - 1) for value in values}
    return sorted(position for position in found if position is not None)


def read_mapping(form: Mapping[str, str], width: int) -> dict[str, str]:
    """Return the submitted mapping {column position as text: field}."""
    chosen = ((str(position), form.get(f"column-{position}", "")) for position in range(width))
    return {position: field for position, field in chosen if files.may_be_mapped_to(field)}


def read_choices(
    form: Any, upload: files.Upload, matching: Matching, styles: tuple[Dates, Phones]
) -> FileChoices:
    """Return all choices about the file."""
    return FileChoices(
        mapping=matching.mapping,
        identifier=identifier_named(form.identifier.data) or IDENTIFIERS[0],
        dates=styles[0],
        phones=styles[1],
        answers=matching.answers,
        read_as=request.form.get(SEEN, ""),
    )


def identifier_named(given: str | None) -> Identifier | None:
    return next((name for name in IDENTIFIERS if name == given), None)
