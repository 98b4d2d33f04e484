"""The form of the mapping page: a choice for each column, and what should happen to the people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app.bulk_enrollment.domain.options import EXISTING, MISSING, JobOptions, option_problems
from app.bulk_enrollment.domain.reading import TAGS
from app.bulk_enrollment.domain.selection import CUSTOM, IDENTIFIERS, FileSelection, file_problems
from app.bulk_enrollment.presentation.consent_form import Said
from app.contacts.domain import CONSENT_LABELS, FIELDS, MAX_TAG, tag_name
from app.files import application as files
from app.files.domain.columns.guesses import ColumnGuess
from app.files.domain.columns.identify import SECOND_EMAIL
from app.files.domain.columns.styles import Dates, Phones

MOST_OPEN: Final = 40
_LONGEST_LABEL: Final = 120

# What a column may be, in the order and the words in which a person chooses.
CHOICES: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
    (
        "Identifiers",
        (
            ("email", "Email"),
            (SECOND_EMAIL, "Second email (used when the first is blank or invalid)"),
            ("phone", "Phone"),
            ("contact_id", "Contact ID"),
        ),
    ),
    (
        "Contact details",
        (
            ("first_name", "First name"),
            ("last_name", "Last name"),
            ("full_name", "Full name"),
            *((key, FIELDS[key].label) for key in ("company", "city", "country", "birthday")),
            (TAGS, "Tags"),
        ),
    ),
    (
        "Marketing consent",
        (
            ("consent", "Marketing consent (yes or no)"),
            ("opt_out", "Opted out"),
            ("bounced", "Bounced"),
            ("consent_note", "Notes (only a clear no counts)"),
            ("channel_consent", "Consent to SMS or another channel"),
            ("channel_opt_out", "Opted out of SMS or another channel"),
        ),
    ),
)
_LABELS: Final = {value: label for _, fields in CHOICES for value, label in fields}
IDENTIFIER_WORDS: Final = {
    "email": "Email address",
    "phone": "Phone number",
    "contact_id": "Contact ID",
}


class OptionsForm(FlaskForm):
    """What should happen. It holds fields only: what may be in them is decided by the use cases."""

    once = HiddenField()
    consent = HiddenField("Consent")  # only to show what is wrong; its questions have fields of their own
    identifier = SelectField(
        "Match contacts by", choices=[SelectChoice(name, IDENTIFIER_WORDS[name]) for name in IDENTIFIERS]
    )
    missing = RadioField(
        "New contacts",
        choices=[SelectChoice("create", "Add new contacts"), SelectChoice("skip", "Skip new contacts")],
    )
    existing = SelectField(
        "Existing contacts",
        choices=[
            SelectChoice("leave", "Don’t change"),
            SelectChoice("fill", "Fill in empty fields"),
            SelectChoice("overwrite", "Overwrite with file data"),
        ],
    )
    consent_basis = SelectField(
        "Legal basis for contacting",
        choices=[
            SelectChoice("", "Choose…"),
            *(SelectChoice(basis.value, label) for basis, label in CONSENT_LABELS.items()),
        ],
    )
    tags = StringField("Tags to add")
    batch_size = StringField("Batch size")

    @property
    def tag_names(self) -> list[str]:
        return [name for part in (self.tags.data or "").split(",") if (name := tag_name(part))]

    def show(self, found: Mapping[str, str]) -> None:
        """Put each sentence at its field; one that has none stands on top."""
        for name, sentence in found.items():
            if name in self:
                self[name].errors = [sentence]
            else:
                self.form_errors.append(sentence)


@dataclass(frozen=True)
class Column:
    """A column of the file with what was chosen for it; `own` are the account's own fields, and the one that
    would be made of it, as (value, label). One that is not `is_open` shows its field and a button to change
    it in place of the list of all fields."""

    guess: ColumnGuess
    field: str
    own: Sequence[tuple[str, str]]
    is_open: bool = True

    @property
    def name(self) -> str:
        return f"column-{self.guess.index}"

    @property
    def field_label(self) -> str:
        """The field that was chosen, in words; empty for none."""
        return _LABELS.get(self.field, self.field.removeprefix(CUSTOM))

    @property
    def is_aside(self) -> bool:
        """Empty as far as one can see, and nothing chosen: it need not take space."""
        return not self.field and not self.guess.examples


def options_form(shown: tuple[FileSelection, JobOptions] | None = None, missing: str | None = None) -> Any:
    """The form as it was sent, or with `shown`; `missing` is the choice made beforehand."""
    if shown is None:
        return OptionsForm(formdata=None, data={"missing": missing, "existing": "leave", "once": uuid4().hex})
    selection, options = shown
    values = {
        "identifier": selection.identifier,
        "missing": options.missing,
        "existing": options.existing,
        "consent_basis": options.consent_basis,
        "tags": ", ".join(options.tags),
        "batch_size": options.batch_size and str(options.batch_size),
        "once": uuid4().hex,
    }
    return OptionsForm(formdata=None, data=values)


def columns_of(
    guesses: Sequence[ColumnGuess],
    mapping: Mapping[str, str],
    own_labels: Sequence[str],
    opened: Collection[int] = (),
) -> list[Column]:
    """The columns in the order of the file. Of a file with very many, those that were `opened` and the first
    MOST_OPEN that matter show their list of fields: all lists together would be a page of many megabytes."""
    known = [(f"{CUSTOM}{label}", label) for label in own_labels]
    shown = _open_columns(guesses, mapping, opened)
    columns = []
    for guess in guesses:
        label = " ".join(guess.name.split())[:_LONGEST_LABEL]
        own = list(known)
        if label.lower() not in (other.lower() for other in own_labels):
            own.append((f"{CUSTOM}{label}", f"New field “{label}”"))
        field = mapping.get(str(guess.index), "")
        if field.startswith(CUSTOM) and field not in (value for value, _ in own):
            own.append((field, field.removeprefix(CUSTOM)))
        columns.append(Column(guess, field, own, guess.index in shown))
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


def read_options(
    form: OptionsForm,
    upload: files.Upload,
    said: Said,
    is_import: bool,
    styles: tuple[Dates, Phones] = ("", ""),
    read_as: str = "",
) -> tuple[FileSelection, JobOptions, dict[str, str]]:
    """The choice and what is wrong with it: {field: sentence}. `read_as` is the mark of the reading that the
    form was made for."""
    found: dict[str, str] = {}
    size = (form.batch_size.data or "").strip()
    is_number = size.isascii() and size.isdigit() and len(size) < 9
    if form.missing.data not in MISSING:
        found["missing"] = "Choose whether to add or skip new contacts."
    if too_long := next((name for name in form.tag_names if len(name) > MAX_TAG), None):
        found["tags"] = f"Tags can have up to {MAX_TAG} characters. “{too_long[:20]}…” has {len(too_long)}."
    selection = FileSelection(
        upload_id=upload.public_id,
        mapping=said.mapping,
        identifier=_one_of(IDENTIFIERS, form.identifier.data),
        dates=styles[0],
        phones=styles[1],
        not_consent=sorted(map(str, said.answers.not_consent)),
        consent_words=dict(said.answers.words),
        read_as=read_as,
    )
    options = JobOptions(
        missing=_one_of(MISSING, form.missing.data),
        existing=_one_of(EXISTING, form.existing.data),
        consent_basis=_one_of(("", *CONSENT_LABELS), form.consent_basis.data)
        if form.missing.data == "create"
        else "",
        tags=tuple(form.tag_names),
        batch_size=int(size) if is_number else None,
    )
    if size and not is_number:
        found["batch_size"] = "Enter a whole number, or leave this empty."
    changes = options.writes_contacts or TAGS in said.mapping.values() or options.tags
    if is_import and not changes and "missing" not in found:
        found["missing"] = (
            "With these options, the file changes nothing. Add new contacts or update existing ones."
        )
    found = option_problems(options, selection.identifier) | found
    return selection, options, file_problems(selection, upload.layout["columns"], said.questions) | found


def _one_of(allowed: Sequence[Any], given: str | None) -> Any:
    return given if given in allowed else allowed[0]
