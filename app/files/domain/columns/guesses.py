"""Guesses of which column is which contact field, from headers and first cells.

The user sees and can change every guess. An unknown column is ignored rather than made a custom field, so
that no personal data is kept by oversight.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.accounts.domain.regions import read_zone
from app.files.domain.cells.profile import FileProfile
from app.files.domain.cells.tags import tags_of
from app.files.domain.columns.added import ADDED_COLUMNS, added_positions
from app.files.domain.columns.identify import SECOND_EMAIL
from app.files.domain.consent.columns import CONSENT_FIELDS, judge_columns
from app.files.domain.consent.header_asides import may_hold_refusers
from app.files.domain.consent.headers import about
from app.files.domain.consent.outside import NAMES
from app.files.domain.consent.remark_words import JOBS, listed
from app.files.domain.consent.withholding import SMS_CONSENT, agrees_to_sms
from app.files.domain.headers.phrases import about_someone_else
from app.files.domain.headers.words import meaning_of, normalised
from app.files.domain.reading.layout import FileLayout
from app.platform.addresses import first_email
from app.platform.text.blank_words import is_blank

IGNORE: Final = "ignore"
CUSTOM: Final = "custom"
OWN_FIELD: Final = f"{CUSTOM}:"
"""Prefix of a field that is a custom field, followed by its label."""
FIELDS: Final = (
    "email",
    "phone",
    "contact_id",
    "first_name",
    "last_name",
    "full_name",
    "company",
    "city",
    "country",
    "birthday",
    "time_zone",
    SECOND_EMAIL,
    "tags",
    SMS_CONSENT,
    *CONSENT_FIELDS,
    CUSTOM,
    IGNORE,
)
SAMPLE_ROWS: Final = 50
_LONGEST_JUDGED: Final = 320  # characters of a cell, to keep guessing fast for files with long cells
_SURE_ENOUGH: Final = 0.3
_EMPTY: Final = 0.4
_PERSONAL: Final = frozenset(
    ("email", SECOND_EMAIL, "first_name", "last_name", "full_name", "name", "company")
)
_JOBS: Final = frozenset(map(normalised, listed(JOBS)))
_PHONE = re.compile(r"\+?[\d ()./-]{7,24}")


@dataclass(frozen=True)
class ColumnGuess:
    """`field` is one of FIELDS, `confidence` is from 0 to 1, and `examples` are up to three distinct cells.
    `holds_addresses`: most of the first cells are email addresses."""

    index: int
    name: str
    field: str
    confidence: float
    examples: tuple[str, ...]
    holds_addresses: bool = False


def guess_columns(
    layout: FileLayout,
    rows: Sequence[Sequence[str]],
    profile: FileProfile | None = None,
    known: Mapping[int, str] | None = None,
) -> list[ColumnGuess]:
    """Guess the field of every column, from the cells of the first rows (SAMPLE_ROWS are enough).

    Consent columns are judged by `profile`, the whole file, if it is given. Columns in `known` {position:
    field} are not guessed. Each field is assigned at most once, except consent fields, of which all columns
    count.
    """
    samples = [_samples(rows, index) for index in range(layout.width)]
    added = added_positions(layout.own_columns, rows)
    fixed = {index: (field, 1.0) for index, field in (known or {}).items()}
    aside = {*added, *layout.outside.remarked}
    fixed = _consent(layout, (profile or FileProfile.of_rows(rows, layout.width)).without(aside)) | fixed
    offers: list[tuple[float, int, str]] = []
    is_sampled = any(samples)
    for index, name in enumerate(layout.columns):
        if index in fixed or index in added:
            continue
        header = name if layout.header is not None else ""
        offers.extend(
            (fit, -index, field)
            for field, fit in _fits(header, samples[index], len(rows), is_sampled)
            if fit >= _SURE_ENOUGH
        )
    taken = _settled(offers, fixed)
    _settle_names(taken, offers, {index for index, cells in enumerate(samples) if is_sampled and not cells})
    return [
        ColumnGuess(
            index,
            name,
            *taken.get(index, (IGNORE, 0.0)),
            examples=_examples(samples[index] or (list(profile.columns[index].values) if profile else [])),
            holds_addresses=_address_share(samples[index]) >= 0.5,
        )
        for index, name in enumerate(layout.columns)
    ]


def remark_columns(guesses: Sequence[ColumnGuess], has_header: bool) -> list[int]:
    """Return the positions of columns in which people leave remarks: names, company, job title, and
    addresses."""
    return [guess.index for guess in guesses if _takes_remarks(guess, has_header)]


def _takes_remarks(guess: ColumnGuess, has_header: bool) -> bool:
    if guess.name in NAMES:
        return False
    if guess.field in _PERSONAL or guess.holds_addresses:
        return True
    if not has_header or about(guess.name) in ("consent", "opt_out", "bounced", "status"):
        return False
    meaning = meaning_of(guess.name)
    return normalised(guess.name) in _JOBS or (meaning is not None and meaning[0] in _PERSONAL)


def header_fingerprint(layout: FileLayout) -> str:
    """Return a hash that is equal for files with the same set of headers in any order.

    Empty for a file without headers, because any two of those would share a remembered mapping.
    """
    if layout.header is None:
        return ""
    columns = layout.own_columns
    if tuple(name.strip().lower() for name in columns[-2:]) == ADDED_COLUMNS:
        columns = columns[:-2]  # a corrected download counts as its original
    names = sorted(normalised(name) or name for name in columns)
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()[:32]


def _consent(layout: FileLayout, profile: FileProfile) -> dict[int, tuple[str, float]]:
    """Return the columns that are certainly about consent."""
    has_header = layout.header is not None
    judged = judge_columns(
        [name if has_header or name in NAMES else None for name in layout.columns], profile
    )
    return {index: (one.field, 0.9) for index, one in enumerate(judged) if one.field is not None}


def _fits(header: str, cells: Sequence[str], rows: int, is_sampled: bool) -> list[tuple[str, float]]:
    """Return the fields that a column may be, with a score. A column that is empty while others are not ranks
    below any filled one."""
    fits: dict[str, float] = {}
    meaning = meaning_of(header)
    if meaning is not None and meaning[0] not in CONSENT_FIELDS:
        field, sure = meaning
        fits[field] = sure if cells else sure * (_EMPTY if is_sampled else 0.8)
        if field == "contact_id":
            numbers = sum(cell.strip().isdecimal() for cell in cells)
            fits[field] = sure * numbers / len(cells) if cells else _SURE_ENOUGH
        if field == "birthday" and cells and not any(any(c.isdigit() for c in cell) for cell in cells):
            fits[field] = 0.0
        if field == "time_zone" and cells and not any(read_zone(cell) for cell in cells):
            fits[field] = 0.0
        if field == "tags" and _are_unique(cells):
            fits[field] = 0.0
        if field == SMS_CONSENT and cells and all(agrees_to_sms(cell) is None for cell in cells):
            fits[field] = 0.0
    someone_else = about_someone_else(normalised(header))
    if cells and someone_else != "surely":
        _weigh_addresses(fits, cells, rows, is_other=someone_else is not None)
        if meaning is None and someone_else is None:
            _weigh_phones(fits, cells)
    if may_hold_refusers(header):
        # A column of people who opted out: used as the address only if there is no other.
        return [("email", _SURE_ENOUGH)] if "email" in fits else []
    return list(fits.items())


def _weigh_addresses(fits: dict[str, float], cells: Sequence[str], rows: int, is_other: bool) -> None:
    """Adjust the score of an address column: more rows with an address and fewer repetitions are better."""
    share = _address_share(cells)
    if "email" in fits:
        # A column named "E-Mail" that contains yes and no is not the address.
        fits["email"] *= 0.5 + 0.5 * share if share else (0.5 if len(cells) < 3 else 0.2)
    elif share >= 0.5:
        fits.clear()
        fits["email"] = 0.32 if is_other else 0.45 + 0.4 * share
    if share and "email" in fits:
        distinct = len(set(cells)) / len(cells)
        if is_other and distinct < 0.9:
            del fits["email"]
            return
        filled = len(cells) / max(rows, 1)
        fits["email"] = max(fits["email"] * (0.7 + 0.15 * filled + 0.15 * distinct), _SURE_ENOUGH)


def _are_unique(cells: Sequence[str]) -> bool:
    """Return whether nearly every cell has its own tags, so that the column is free text."""
    return len(cells) >= 10 and len({tag for cell in cells for tag in tags_of(cell)}) > 0.8 * len(cells)


def _address_share(cells: Sequence[str]) -> float:
    addresses = sum("@" in cell and first_email(cell[:_LONGEST_JUDGED]).key is not None for cell in cells)
    return addresses / len(cells) if cells else 0.0


def _weigh_phones(fits: dict[str, float], cells: Sequence[str]) -> None:
    phones = sum(_is_phone(cell.strip()) for cell in cells)
    if phones * 10 >= len(cells) * 6:
        fits["phone"] = 0.5 * phones / len(cells)


def _is_phone(cell: str) -> bool:
    """Return whether a cell is a number with a plus, leading zero, or parenthesis; not an id, price, or
    date."""
    digits = sum(c.isdigit() for c in cell)
    dated = re.match(r"\d{4}-\d\d|\d\d?[./]\d\d?[./]\d", cell)
    return 7 <= digits <= 15 and cell[:1] in "+0(" and bool(_PHONE.fullmatch(cell)) and not dated


def _settled(
    offers: Sequence[tuple[float, int, str]], fixed: Mapping[int, tuple[str, float]]
) -> dict[int, tuple[str, float]]:
    """Assign the best offers first; ties go to the column further left. `name` is left to `_settle_names`."""
    taken = dict(fixed)
    used = {field for field, _ in fixed.values()}
    for fit, negative_index, field in sorted(offers, reverse=True):
        if field != "name" and field not in used and -negative_index not in taken:
            taken[-negative_index] = (field, round(fit, 2))
            used.add(field)
    return taken


def _settle_names(
    taken: dict[int, tuple[str, float]], offers: Sequence[tuple[float, int, str]], empty: Collection[int]
) -> None:
    """Assign `name` columns: the last name next to a first name column, the first name next to a last name
    column, and the full name otherwise. Columns in `empty` do not count."""
    for fit, negative_index, field in sorted(offers, reverse=True):
        if field != "name" or -negative_index in taken:
            continue
        used = {known for index, (known, _) in taken.items() if index not in empty}
        if "full_name" in used or {"first_name", "last_name"} <= used:
            return
        name = "last_name" if "first_name" in used else "first_name" if "last_name" in used else "full_name"
        taken[-negative_index] = (name, round(fit * 0.9, 2))


def _samples(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    cells = (row[index] for row in rows[:SAMPLE_ROWS] if index < len(row))
    return [cell for cell in cells if not is_blank(cell)]


def _examples(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(list(dict.fromkeys(cell[:80] for cell in cells))[:3])
