"""Putting contacts into a workflow, at most once each."""

from datetime import datetime

import sqlalchemy as sa

from app.engine.infrastructure import store


def enroll_many(
    account_id: int,
    contacts: sa.Select[tuple[int]],
    *,
    workflow_id: int,
    version_id: int,
    first_step: str | None,
    again: bool,
    source: str,
    job_id: int | None,
    at: datetime,
) -> int:
    """Enroll every contact id of the select at the workflow's first step, `held` while no engine runs.
    Returns how many were enrolled.

    Who may not be contacted is passed over, whoever asks, and so are contacts of other accounts.
    Who is under way in the workflow is passed over, and so is who has left it unless `again`. The database's
    unique index decides, also against others who enroll the same people at this moment; ids go in in order,
    so that two such statements never wait for each other in a circle.
    """
    return store.enroll_many(
        account_id, contacts, workflow_id, version_id, first_step, again, source, job_id, at
    )
