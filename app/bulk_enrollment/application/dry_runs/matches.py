"""Contacts that meet a filter when its job starts, compared with those of the dry run.

The job takes up who was in the dry run, because that is what a person looked at. If the contacts have changed
in between, its page says how many meet the filter now that did not then, and the other way around.
"""

from typing import Any, Final

from app.bulk_enrollment.domain.selection import FilterSelection
from app.bulk_enrollment.infrastructure.dry_runs import matches
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.contacts import application as contacts
from app.platform.clock import now
from app.platform.errors import Invalid

CHANGED: Final = "matches_changed"  # in the job's findings: [numbers of contacts that came, that left]


def changed_matches(job: EnrollmentJob) -> dict[str, Any]:
    """Return the findings of a job from a dry run of a filter; those that it has for any other job, and if
    the filter refers to something that is gone."""
    is_dry_run = job.effects is not None and job.kind != "undo" and job.retries is None
    if not is_dry_run or not isinstance(job.selection, FilterSelection):
        return job.findings
    try:
        matching = contacts.resolve_filter(job.account_id, job.selection.criteria, now())
    except Invalid:
        return job.findings
    came, left = matches.compare(job.account_id, job.id, matching)
    return job.findings | {CHANGED: [came, left]} if came or left else job.findings
