"""Column matching of an upload: guessed, or remembered from the account's last file with the same headers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.accounts.domain import Actor
from app.files.application.address_book import address_book
from app.files.application.reading import first_rows, layout_of, profile_of
from app.files.domain.cells.profile import FileProfile
from app.files.domain.columns.added import ADDED_COLUMNS, added_outcomes, added_positions
from app.files.domain.columns.guesses import (
    CUSTOM,
    FIELDS,
    IGNORE,
    OWN_FIELD,
    SAMPLE_ROWS,
    ColumnGuess,
    guess_columns,
    header_fingerprint,
)
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.outside import NAMES
from app.files.domain.consent.questions import ConsentAnswers, doubtful_matches, recalled, remembered
from app.files.domain.headers.words import normalised
from app.files.domain.reading.layout import FileLayout
from app.files.infrastructure import queries, store
from app.files.infrastructure.tables import ColumnMapping, Upload
from app.platform.database import transaction
from app.platform.database.page_reads import read_once

# Fields that a column can be matched to, besides custom fields (OWN_FIELD and a name).
MAPPABLE: Final = frozenset(FIELDS) - {CUSTOM, IGNORE}


def may_be_mapped_to(field: str) -> bool:
    """Return whether a column can be matched to `field`."""
    return field in MAPPABLE or (field.startswith(OWN_FIELD) and bool(field.removeprefix(OWN_FIELD).strip()))


@read_once
def suggestion(account_id: int, upload: Upload) -> list[ColumnGuess]:
    """Return one guess per column.

    Matches from the account's last file with these headers take precedence; columns left unused then are
    guessed again, and columns about consent are always used.
    """
    layout = layout_of(upload)
    samples = [row.cells for row in first_rows(upload, SAMPLE_ROWS)]
    return suggested(account_id, layout, samples, profile_of(upload))


def suggested(
    account_id: int, layout: FileLayout, samples: list[list[str]], profile: FileProfile | None = None
) -> list[ColumnGuess]:
    """Return the same as `suggestion`, from the first rows."""
    kept = _remembered(account_id, layout)
    mapping = kept.mapping if kept else {}
    known = {
        at: field for at, name in enumerate(_names(layout)) if (field := mapping.get(name, IGNORE)) != IGNORE
    }
    guesses = guess_columns(layout, samples, profile, known)
    if layout.header is None:
        return guesses
    return _with_own_fields(account_id, guesses, added_positions(layout.own_columns, samples))


def _with_own_fields(
    account_id: int, guesses: list[ColumnGuess], added: tuple[int, ...]
) -> list[ColumnGuess]:
    """Match columns that would be ignored to the custom fields whose names they have."""
    book = address_book()
    labels = {book.field_key(label): label for label in book.labels_of(account_id)}
    for guess in guesses:
        labels.pop(book.field_key(guess.field.removeprefix(OWN_FIELD)), None)
    matched = []
    for guess in guesses:
        is_free = guess.field == IGNORE and guess.index not in added and guess.name not in NAMES
        label = labels.pop(book.field_key(guess.name), None) if is_free else None
        matched.append(replace(guess, field=f"{OWN_FIELD}{label}", confidence=1.0) if label else guess)
    return matched


def added_columns(upload: Upload) -> tuple[int, ...]:
    """Return the positions of columns added by one of our downloads; empty for any other file."""
    rows = [row.cells for row in first_rows(upload, SAMPLE_ROWS)]
    return added_positions(layout_of(upload).own_columns, rows)


def outcomes_in_download(upload: Upload) -> frozenset[str]:
    """Return the outcome codes in the first rows of a file that is one of our downloads; empty for any
    other."""
    rows = [row.cells for row in first_rows(upload, SAMPLE_ROWS)]
    return added_outcomes(layout_of(upload).own_columns, rows)


def has_columns_of(layout: FileLayout, other: FileLayout) -> bool:
    """Return whether two files have the same columns, in any order, apart from those that a download adds."""
    aside = {*ADDED_COLUMNS, *map(normalised, NAMES)}
    return set(_names(layout)) - aside == set(_names(other)) - aside


def carried_over(mapping: Mapping[str, str], source: FileLayout, target: FileLayout) -> dict[str, str]:
    """Convert a mapping {column position as text: field} to another file with the same columns in any
    order."""
    names = _names(source)
    by_name = {
        names[int(position)]: field for position, field in mapping.items() if int(position) < len(names)
    }
    return {str(at): by_name[name] for at, name in enumerate(_names(target)) if name in by_name}


def remembered_answers(account_id: int, upload: Upload) -> ConsentAnswers:
    """Return the consent answers given for the last file with these headers, as far as they apply to this
    one."""
    layout = layout_of(upload)
    kept = _remembered(account_id, layout)
    return ConsentAnswers() if kept is None else recalled(kept.consent, _names(layout), profile_of(upload))


def doubtful_columns(upload: Upload, mapping: Mapping[str, str]) -> frozenset[int]:
    """Return the columns matched as in the account's last file that now hold other consent values."""
    layout = layout_of(upload)
    kept = _remembered(upload.account_id, layout)
    if kept is None:
        return frozenset()
    names = _names(layout)
    same = [
        int(position)
        for position, field in mapping.items()
        if int(position) < len(names) and kept.mapping.get(names[int(position)]) == field
    ]
    return doubtful_matches(kept.consent, names, profile_of(upload), same)


def carried_answers(answers: ConsentAnswers, source: Upload, target: Upload) -> ConsentAnswers:
    """Return the consent answers of one upload as far as they apply to another with the same columns."""
    kept = remembered(_names(layout_of(source)), profile_of(source), answers)
    return recalled(kept, _names(layout_of(target)), profile_of(target))


def remember_mapping(
    actor: Actor, upload: Upload, mapping: Mapping[str, str], answers: ConsentAnswers | None = None
) -> None:
    """Store the mapping {column position as text: field} and the consent answers for the next file with these
    headers. Files without headers are skipped, because they cannot be told apart."""
    if not upload.header_fingerprint:
        return
    names = _names(layout_of(upload))
    by_name = {
        names[int(position)]: field for position, field in mapping.items() if int(position) < len(names)
    }
    matched = [int(position) for position, field in mapping.items() if field not in CONSENT_FIELDS]
    consent = remembered(names, profile_of(upload), answers or ConsentAnswers(), matched)
    with transaction():
        store.remember(actor.account_id, upload.header_fingerprint, by_name, consent, actor.user_id)


def _remembered(account_id: int, layout: FileLayout) -> ColumnMapping | None:
    fingerprint = header_fingerprint(layout)
    return queries.remembered_mapping(account_id, fingerprint) if fingerprint else None


def _names(layout: FileLayout) -> list[str]:
    """Return unique column names, normalized for comparison across files."""
    names: list[str] = []
    for column in layout.columns:
        name = plain = normalised(column) or column
        copy = 2
        while name in names:
            name, copy = f"{plain} {copy}", copy + 1
        names.append(name)
    return names
