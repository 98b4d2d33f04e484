"""What a dry run would do to contacts, with sample rows, and what its workflow means for these people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.bulk_enrollment.domain.dry_runs.effects import Effects
from app.bulk_enrollment.domain.dry_runs.meaning import Remark, remarks_on
from app.bulk_enrollment.infrastructure.dry_runs import effects as counted
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts.domain.criteria import custom_key, field_label
from app.platform.text.formats import long_date
from app.workflows import application as workflows


@dataclass(frozen=True)
class ChangedValue:
    """A sample row that changes a field of a contact; `before` is empty where it fills an empty field."""

    row: int
    line: int
    contact: str
    before: str
    after: str


@dataclass(frozen=True)
class FieldChange:
    """A contact field (such as `contact.company`), its label, how many contacts get a value where they have
    none, and how many get another one; sample rows."""

    field: str
    label: str
    filled: int
    overwritten: int
    samples: list[ChangedValue]


@dataclass(frozen=True)
class CreatedContact:
    """A sample row that creates a contact, with the values it gets as {label: value}."""

    row: int
    line: int
    contact: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class PlanEffects:
    """Numbers of contacts that would be created and changed, and enrolled people; changes by field, samples,
    and remarks on what the workflow means for these people."""

    created: int
    withheld: int
    updated: int
    people: int
    changes: list[FieldChange]
    created_samples: list[CreatedContact]
    remarks: list[Remark]


def effects_of(job: EnrollmentJob, *, is_held: bool) -> PlanEffects:
    """Return the effects of a planned job. `is_held`: people wait until somebody starts its workflow."""
    found = job.effects or Effects()
    numbers = {row for one in found.fields.values() for row in one.rows} | set(found.created_rows)
    rows = {row.row_number: row for row in counted.values_of(job.account_id, job.id, sorted(numbers))}
    meaning = workflows.meaning_of(job.account_id, job.workflow_id) if job.workflow_id else None
    return PlanEffects(
        created=found.created,
        withheld=found.withheld,
        updated=found.updated,
        people=found.people,
        changes=[
            FieldChange(
                name,
                field_label(name),
                one.filled,
                one.overwritten,
                [_changed(name, rows[row]) for row in one.rows if row in rows],
            )
            for name, one in found.fields.items()
        ],
        created_samples=[_created(rows[row]) for row in found.created_rows if row in rows],
        remarks=remarks_on(meaning, found, is_held=is_held) if meaning else [],
    )


def _changed(name: str, row: Any) -> ChangedValue:
    contact, given = row.Contact, _given(row)
    before = _words(name, _value(name, _of_contact(contact))) if contact else ""
    return ChangedValue(
        row.row_number, row.line, row.identifier or "", before, _words(name, _value(name, given))
    )


def _created(row: Any) -> CreatedContact:
    given = _given(row)
    names = [f"contact.{key}" for key in given if key in _SHOWN]
    names += [f"contact.custom.{key}" for key in given.get("custom") or {}]
    values = {field_label(name): _words(name, _value(name, given)) for name in names}
    return CreatedContact(row.row_number, row.line, row.identifier or "", values)


_SHOWN = ("first_name", "last_name", "phone", "company", "city", "country", "birthday", "time_zone")


def _given(row: Any) -> Mapping[str, Any]:
    return json.loads(row.fields) if row.fields else {}


def _of_contact(contact: Any) -> Mapping[str, Any]:
    return {key: getattr(contact, key) for key in _SHOWN} | {"custom": contact.custom}


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if key := custom_key(name):
        return (values.get("custom") or {}).get(key)
    return values.get(name.removeprefix("contact."))


def _words(name: str, value: Any) -> str:
    """Return a value as text; a birthday is a date, or its ISO form."""
    if name == "contact.birthday" and isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, date):
        return long_date(value)
    return "" if value is None else str(value)
