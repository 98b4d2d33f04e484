"""Which unfinished jobs use a custom contact field."""

from typing import Any, NamedTuple

from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection
from app.bulk_enrollment.infrastructure import job_list
from app.contacts.domain.criteria import custom_key, rules_on
from app.contacts.domain.own_fields import OwnField, field_with


class JobUse(NamedTuple):
    """An unfinished job or dry run that uses a custom field: its public id, the name of its rows, and the
    (operator, value) of the rules on the field in its filter."""

    public_id: str
    name: str
    rules: list[tuple[Any, Any]]


def unfinished_jobs_using(account_id: int, field: OwnField) -> list[JobUse]:
    """Return the unfinished jobs and dry runs that fill a custom field, select their contacts by it, or leave
    out people who lack it."""
    found = []
    for job in job_list.unfinished_jobs(account_id):
        selection = job.selection
        fills = (
            isinstance(selection, FileSelection)
            and job.options.writes_contacts
            and any(field_with(label, [field]) for label in selection.custom_labels)
        )
        rules = rules_on(selection.criteria, field.key) if isinstance(selection, FilterSelection) else []
        if fills or rules or custom_key(job.options.only_with) == field.key:
            found.append(JobUse(job.public_id, job.options.source_name or "a file", rules))
    return found
