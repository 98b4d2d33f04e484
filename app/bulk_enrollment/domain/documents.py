"""JSON of selections, options, and failures in a job's row; the only code that reads and writes it.

Reading is tolerant, because rows can be older than the code: a missing key has its default and an unknown key
is ignored. An impossible value raises ValueError.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from app.bulk_enrollment.domain.brakes.rules import FAILED_PERCENT, Brakes, Failures
from app.bulk_enrollment.domain.options import EXISTING, MISSING, JobOptions
from app.bulk_enrollment.domain.selection import (
    FileSelection,
    FilterSelection,
    ManualSelection,
    Selection,
)
from app.files.domain.columns.identify import IDENTIFIERS, Identifier
from app.files.domain.columns.styles import DATES, PHONES
from app.platform.text.pace import read_drip

Document = Mapping[str, Any]
One = TypeVar("One", bound=str)

FILE, MANUAL, FILTER = "file", "manual", "filter"
_NAMES: Final[dict[type, str]] = {FileSelection: FILE, ManualSelection: MANUAL, FilterSelection: FILTER}


def selection_type(selection: Selection) -> str:
    """Return `file`, `manual`, or `filter`."""
    return _NAMES[type(selection)]


def write_selection(selection: Selection) -> dict[str, Any]:
    return {"type": selection_type(selection)} | asdict(selection)


def read_selection(document: Document) -> Selection:
    """Parse a selection. Raises ValueError for an unknown type or an impossible value."""
    identifier = _one_of(IDENTIFIERS, document, "identifier")
    match document.get("type"):
        case "file":
            return _read_file(document, identifier or "email")
        case "manual":
            return ManualSelection(
                _texts(document, "entries"), identifier or "contact_id", _id(document, "chosen_id")
            )
        case "filter":
            return FilterSelection(
                dict(_mapping(document, "criteria")),
                name=_text(document, "name"),
                chosen_id=_id(document, "chosen_id"),
            )
    raise ValueError(f"no selection: {document.get('type')!r}")


def _read_file(document: Document, identifier: Identifier) -> FileSelection:
    return FileSelection(
        upload_id=_text(document, "upload_id"),
        mapping=_words(document, "mapping"),
        identifier=identifier,
        dates=_one_of(DATES, document, "dates") or "",
        phones=_one_of(PHONES, document, "phones") or "",
        not_consent=list(_texts(document, "not_consent")),
        consent_words=_words(document, "consent_words"),
        names=_words(document, "names"),
        read_as=_text(document, "read_as"),
    )


def write_options(options: JobOptions) -> dict[str, Any]:
    starts_at = options.scheduled_at
    return asdict(options) | {"scheduled_at": starts_at.isoformat() if starts_at else None}


def read_options(document: Document) -> JobOptions:
    first_step = document.get("first_step")
    starts_at = document.get("scheduled_at")
    drip = document.get("drip")
    return JobOptions(
        missing=_one_of(MISSING, document, "missing") or "skip",
        existing=_one_of(EXISTING, document, "existing") or "leave",
        consent_basis=_text(document, "consent_basis"),
        tags=_texts(document, "tags"),
        batch_size=_number(document.get("batch_size")),
        notify_email=_text(document, "notify_email"),
        scheduled_at=None if starts_at is None else datetime.fromisoformat(starts_at),
        time_zone=_text(document, "time_zone"),
        drip=None if drip is None else read_drip(drip),
        brakes=_read_brakes(_mapping(document, "brakes")),
        only_with=_text(document, "only_with"),
        source_name=_text(document, "source_name"),
        people=_text(document, "people"),
        tag_ids=tuple(int(one) for one in document.get("tag_ids") or ()),
        first_step=None if first_step is None else str(first_step),
        again=bool(document.get("again", False)),
    )


def write_failures(failures: Failures) -> dict[str, Any]:
    return failures._asdict()


def read_failures(document: Document) -> Failures:
    return Failures(
        failed=int(document["failed"]),
        rows=int(document["rows"]),
        limit=int(document["limit"]),
        is_in_all=bool(document["is_in_all"]),
    )


def _read_brakes(document: Document) -> Brakes:
    return Brakes(
        canary_rows=_number(document.get("canary_rows")),
        canary_percent=_number(document.get("canary_percent")),
        failed_percent=_number(document.get("failed_percent", FAILED_PERCENT)),
        failed_rows=_number(document.get("failed_rows")),
    )


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _one_of(allowed: Sequence[One], document: Document, name: str) -> One | None:
    value = document.get(name)
    if value is None:
        return None
    if value not in allowed:
        raise ValueError(f"{name}: {value!r}")
    return cast(One, value)


def _text(document: Document, name: str) -> str:
    return str(document.get(name) or "")


def _id(document: Document, name: str) -> int | None:
    value = document.get(name)
    return None if value is None else int(value)


def _texts(document: Document, name: str) -> tuple[str, ...]:
    return tuple(str(one) for one in document.get(name) or ())


def _mapping(document: Document, name: str) -> Mapping[str, Any]:
    value = document.get(name) or {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{name}: {value!r}")
    return value


def _words(document: Document, name: str) -> dict[str, str]:
    return {str(key): str(value) for key, value in _mapping(document, name).items()}
