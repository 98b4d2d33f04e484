"""Values of a job's file that could not be read (phone numbers, dates, time zones, tags); their rows are used
without them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts.domain import FIELDS
from app.platform.text.words import sentence


@dataclass(frozen=True)
class LeftOutValues:
    """Unreadable values of one field: its label, their number, and the first as (row, line, text)."""

    label: str
    count: int
    samples: Sequence[Sequence[Any]]


def left_out_of(job: EnrollmentJob) -> list[LeftOutValues]:
    """Return the unreadable values by field."""
    found = job.findings.get("left_out", {})
    return [LeftOutValues(_label(name), count, samples) for name, (count, samples) in found.items()]


def _label(name: str) -> str:
    """Return the label of a standard field; a custom field is named by its label."""
    return FIELDS[name].label if name in FIELDS else sentence(name)
