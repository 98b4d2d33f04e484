"""What the mapping page says about column values: date and phone styles, tags, unreadable cells, and a second
email column that could be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.files import application as files
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.guesses import ColumnGuess
from app.files.domain.columns.identify import SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import DATES, PHONES, Dates, Phones, Style
from app.platform.addresses import AddressProblem, read_phone


@dataclass(frozen=True)
class Unread:
    """Cells of a column that cannot be read as a date or phone number; samples are [row, line, text].
    `needs_country`: some only lack a country code, and the account has no country."""

    column: str
    what: str
    count: int
    samples: Sequence[Sequence[Any]]
    needs_country: bool = False


@dataclass(frozen=True)
class ColumnReadings:
    """Readings of the matched columns.

    `styles` are (form field that changes it, style); `second` is an unused column of email addresses.
    """

    styles: list[tuple[str, Style]]
    unread: list[Unread]
    tags: list[str]
    new_tags: list[str]
    too_many_tags: bool
    second: ColumnGuess | None

    @property
    def is_empty(self) -> bool:
        return not (self.styles or self.unread or self.tags or self.second)


def chosen_styles(form: Mapping[str, str], mapping: Mapping[str, str]) -> tuple[Dates, Phones]:
    """Return the chosen styles for the matched columns. A choice belongs to a column and does not apply to
    another one matched in its place."""
    return (
        _one_of(DATES, form.get(_field("dates", mapping, "birthday"))),
        _one_of(PHONES, form.get(_field("phones", mapping, "phone"))),
    )


def readings_of(
    upload: files.Upload,
    mapping: Mapping[str, str],
    identifier: Identifier | None,
    chosen: tuple[Dates, Phones],
    guesses: Sequence[ColumnGuess],
) -> ColumnReadings:
    """Return the readings of the columns as currently matched."""
    styles = files.styles_of(upload, mapping, *chosen)
    tags = files.tags_in(upload, mapping)
    names = list(tags.names.values()) if tags else []
    return ColumnReadings(
        styles=[
            (_field(kind, mapping, field), style)
            for kind, field, style in (
                ("dates", "birthday", styles.dates),
                ("phones", "phone", styles.phones),
            )
            if style is not None
        ],
        unread=unread_of(upload, mapping, identifier, styles),
        tags=names[:MOST_TAGS],
        new_tags=files.address_book().new_tags(upload.account_id, names[:MOST_TAGS]),
        too_many_tags=len(names) > MOST_TAGS,
        second=second_email(guesses, mapping) if identifier == "email" else None,
    )


def unread_of(
    upload: files.Upload, mapping: Mapping[str, str], identifier: str | None, styles: files.ColumnStyles
) -> list[Unread]:
    """Return cells that contacts will not get. An unreadable phone number used as identifier is a problem of
    the row instead."""
    unread = []
    if styles.date_evidence is not None and styles.date_evidence.not_read:
        found = styles.date_evidence
        samples = found.unread.samples or [[None, None, found.examples.get("serial", "")]]
        unread.append(Unread(_name(upload, mapping, "birthday"), "dates", found.not_read, samples))
    if styles.phone_evidence is not None and styles.phone_evidence.unread.count and identifier != "phone":
        odd = styles.phone_evidence.unread
        needs_country = not styles.country and any(_lacks_country_code(text) for *_, text in odd.samples)
        unread.append(
            Unread(_name(upload, mapping, "phone"), "phone numbers", odd.count, odd.samples, needs_country)
        )
    return unread


def _lacks_country_code(text: str) -> bool:
    return read_phone(text, None).problem == AddressProblem.PHONE_NO_COUNTRY


def second_email(guesses: Sequence[ColumnGuess], mapping: Mapping[str, str]) -> ColumnGuess | None:
    """Return an unused column of email addresses, unless a second email column is matched already."""
    if SECOND_EMAIL in mapping.values():
        return None
    return next((one for one in guesses if one.holds_addresses and str(one.index) not in mapping), None)


def _field(kind: str, mapping: Mapping[str, str], field: str) -> str:
    return f"{kind}-{next((at for at, name in mapping.items() if name == field), '')}"


def _name(upload: files.Upload, mapping: Mapping[str, str], field: str) -> str:
    at = next(int(at) for at, name in mapping.items() if name == field)
    return str(upload.layout["columns"][at])


def _one_of(allowed: Sequence[Any], given: str | None) -> Any:
    return given if given in allowed else allowed[0]
