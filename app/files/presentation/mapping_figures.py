"""Figures of the mapping page: check-up, column readings, and the number of new people, which large files
load after the page."""

from collections.abc import Mapping
from typing import Any, Final

from app.files import application as files
from app.files.domain.columns.identify import IDENTIFIERS, SECOND_EMAIL, Identifier
from app.files.domain.columns.styles import PHONES, Dates, Phones
from app.files.presentation.column_readings import readings_of
from app.files.presentation.consent_form import Matching
from app.platform.text.numbers import whole_number

COUNTED_AT_ONCE: Final = 20_000  # rows; larger files are counted after the page has loaded


def figures_of(
    upload: files.Upload, matching: Matching, identifier: str | None, styles: tuple[Dates, Phones]
) -> dict[str, Any]:
    """Return the figures for the current choices. `identifier` is the user's choice, or None for the
    default."""
    mapping, phones = matching.mapping, styles[1]
    known_by = _identifier(identifier) or files.identifier_of(mapping)
    column = next((at for at, field in mapping.items() if field == known_by), None)
    is_small = upload.rows <= COUNTED_AT_ONCE
    return {
        "identifier": known_by,
        "column": column,
        "checkup": files.checkup_for(
            upload, {} if column is None else mapping, known_by, phones, matching.words
        ),
        "readings": readings_of(
            upload, mapping, known_by, styles, files.suggestion(upload.account_id, upload)
        ),
        "newcomers": files.new_to_account(upload.account_id, upload, mapping, known_by, phones)
        if known_by and column is not None and is_small
        else None,
        "later": None
        if column is None or is_small
        else {
            "identifier": known_by,
            "column": column,
            "second": next((at for at, field in mapping.items() if field == SECOND_EMAIL), None),
            "phones": phones or None,
        },
    }


def counted_later(upload: files.Upload, asked: Mapping[str, str]) -> files.PeopleCount | None:
    """Count the people of a large file, for the parameters in `later`; None if they are invalid."""
    identifier = _identifier(asked.get("identifier"))
    columns = {"column": identifier, "second": SECOND_EMAIL if identifier == "email" else None}
    mapping = {
        at: field
        for name, field in columns.items()
        if field and whole_number(at := asked.get(name, ""), 99_999) is not None
    }
    if identifier is None or identifier not in mapping.values():
        return None
    if any(int(at) >= len(upload.layout["columns"]) for at in mapping):
        return None
    phones = next((style for style in PHONES if style == asked.get("phones")), PHONES[0])
    return files.new_to_account(upload.account_id, upload, mapping, identifier, phones)


def _identifier(given: str | None) -> Identifier | None:
    return next((name for name in IDENTIFIERS if name == given), None)
