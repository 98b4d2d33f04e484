"""The form of the mapping page: a field for each column, and what contacts are matched by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import uuid4

from flask import request
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.files import application as files
from app.files.application import FileChoices
from app.files.application.columns import OWN_FIELD
from app.files.domain.columns.guesses import ColumnGuess
from app.files.domain.columns.identify import IDENTIFIERS, SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import Dates, Phones
from app.files.presentation.consent_form import Said
from app.files.presentation.layout_form import SEEN

MOST_OPEN: Final = 40
_LONGEST_LABEL: Final = 120

_FROM_CONTACTS: Final = ("company", "city", "country", "birthday")
IDENTIFIER_WORDS: Final = {
    "email": "Email address",
    "phone": "Phone number",
    "contact_id": "Contact ID",
}


def field_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be, in the order and words in which a person chooses: (group, [(field, label)])."""
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
                ("channel_consent", "Consent to SMS or another channel"),
                ("channel_opt_out", "Opted out of SMS or another channel"),
            ],
        ),
    ]


class MatchingForm(FlaskForm):
    """What every destination asks; its own fields come after these (see `form_of`). What may be in them is
    decided by the use cases."""

    once = HiddenField()
    consent = HiddenField("Consent")  # only to show what is wrong; its questions have fields of their own
    identifier = SelectField(
        "Match contacts by", choices=[SelectChoice(name, IDENTIFIER_WORDS[name]) for name in IDENTIFIERS]
    )

    def show(self, found: Mapping[str, str]) -> None:
        """Put each sentence at its field; one that has none stands on top."""
        for name, sentence in found.items():
            if name in self:
                self[name].errors = [sentence]
            else:
                self.form_errors.append(sentence)


@cache
def form_of(kind: files.DestinationKind) -> type[MatchingForm]:
    """The form of a kind of destination: the fields of matching, then its own."""
    return type("MappingForm", (kind.fields(), MatchingForm), {})


@dataclass(frozen=True)
class Column:
    """A column of the file with what was chosen for it; `own` are the account's own fields, and the one that
    would be made of it, as (value, label); `field_label` is empty for no field. One that is not `is_open`
    shows its field and a button to change it in place of the list of all fields."""

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
        """Empty as far as one can see, and nothing chosen: it need not take space."""
        return not self.field and not self.guess.examples


def first_form(kind: files.DestinationKind, values: Mapping[str, Any]) -> Any:
    """The form as a person finds it, with a new one-time key."""
    return form_of(kind)(formdata=None, data={**values, "once": uuid4().hex})


def columns_of(
    guesses: Sequence[ColumnGuess],
    mapping: Mapping[str, str],
    own_labels: Sequence[str],
    opened: Collection[int] = (),
) -> list[Column]:
    """The columns in the order of the file. Of a file with very many, those that were `opened` and the first
    MOST_OPEN that matter show their list of fields: all lists together would be a page of many megabytes."""
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
    """Those that are matched come first, then those that hold something."""
    shown = set(sorted(opened)[-MOST_OPEN:])
    ranked = sorted(guesses, key=lambda one: (str(one.index) not in mapping, not one.examples, one.index))
    for guess in ranked:
        if len(shown) >= max(MOST_OPEN, len(opened) + MOST_OPEN // 2):
            break
        shown.add(guess.index)
    return shown


def read_opened(values: Sequence[str], width: int) -> list[int]:
    """Positions of columns whose lists of fields a person has opened."""
    found = {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 4}
    return sorted(position for position in found if position < width)


def read_mapping(form: Mapping[str, str], width: int) -> dict[str, str]:
    """{column position as text: field} as it was sent."""
    chosen = ((str(position), form.get(f"column-{position}", "")) for position in range(width))
    return {position: field for position, field in chosen if files.may_be_mapped_to(field)}


def read_choices(form: Any, upload: files.Upload, said: Said, styles: tuple[Dates, Phones]) -> FileChoices:
    """All that was said about the file."""
    return FileChoices(
        mapping=said.mapping,
        identifier=identifier_named(form.identifier.data) or IDENTIFIERS[0],
        dates=styles[0],
        phones=styles[1],
        answers=said.answers,
        read_as=request.form.get(SEEN, ""),
    )


def identifier_named(given: str | None) -> Identifier | None:
    return next((name for name in IDENTIFIERS if name == given), None)
