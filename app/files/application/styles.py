"""How dates, phone numbers, and tags in the columns of an upload are written, decided from the whole file.

The evidence is collected at upload for columns that look like dates or phone numbers, and for others on first
use; it is stored with the upload.
"""

from collections.abc import Mapping
from typing import NamedTuple

from app.accounts import application as accounts
from app.files.application.reading import layout_of, rows
from app.files.domain.columns.evidence import (
    DateEvidence,
    Evidence,
    EvidenceCollector,
    PhoneEvidence,
    TagEvidence,
)
from app.files.domain.columns.styles import (
    Dates,
    Phones,
    Style,
    date_style,
    style_of_dates,
    style_of_phones,
)
from app.files.infrastructure import store
from app.files.infrastructure.tables import Upload
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.text.dates import DateStyle


class ColumnStyles(NamedTuple):
    """Styles and evidence of the matched date and phone columns; None if there is no such column or nothing
    to decide. `country` is the account's."""

    country: str
    dates: Style | None
    phones: Style | None
    date_evidence: DateEvidence | None
    phone_evidence: PhoneEvidence | None

    @property
    def international(self) -> bool:
        """Whether phone numbers without a plus start with a country code."""
        return self.phones is not None and self.phones.chosen == "international"

    @property
    def date_style(self) -> DateStyle:
        return date_style(self.dates, self.country, now().year)

    @property
    def sentences(self) -> list[str]:
        """What was decided, for the command line."""
        return [f"{style.name}: {style.sentence}" for style in (self.dates, self.phones) if style]


def styles_of(
    upload: Upload, mapping: Mapping[str, str], dates: Dates = "", phones: Phones = ""
) -> ColumnStyles:
    """Return the styles for `mapping` {column position as text: field}. `dates` and `phones` are the user's
    choices; "" means that the file decides."""
    of_dates, of_phones = _column(mapping, "birthday"), _column(mapping, "phone")
    found = _evidence(upload, birthday=of_dates, phone=of_phones)
    country = accounts.worker_actor(upload.account_id).country
    names = layout_of(upload).columns
    date_evidence = found.dates.get(of_dates) if of_dates is not None else None
    phone_evidence = found.phones.get(of_phones) if of_phones is not None else None
    return ColumnStyles(
        country,
        style_of_dates(of_dates, names[of_dates], date_evidence, country, dates)
        if of_dates is not None and date_evidence
        else None,
        style_of_phones(of_phones, names[of_phones], phone_evidence, country, phones)
        if of_phones is not None and phone_evidence
        else None,
        date_evidence,
        phone_evidence,
    )


def tags_in(upload: Upload, mapping: Mapping[str, str]) -> TagEvidence | None:
    """Return the distinct tags of the column matched to tags, or None if there is none."""
    column = _column(mapping, "tags")
    return None if column is None else _evidence(upload, tags=column).tags.get(column)


def _evidence(
    upload: Upload, birthday: int | None = None, phone: int | None = None, tags: int | None = None
) -> Evidence:
    known = Evidence.from_json(upload.evidence)
    collector = EvidenceCollector(
        [birthday] if birthday is not None and birthday not in known.dates else [],
        [phone] if phone is not None and phone not in known.phones else [],
        [tags] if tags is not None and tags not in known.tags else [],
        accounts.worker_actor(upload.account_id).country or None,
    )
    if collector.is_idle:
        return known
    for row in rows(upload):
        collector.add(row)
    known = known.with_more(collector.evidence())
    with transaction():
        store.change(upload, evidence=known.as_json())
    return known


def _column(mapping: Mapping[str, str], field: str) -> int | None:
    return next((int(at) for at, name in mapping.items() if name == field), None)
