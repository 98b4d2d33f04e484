"""Writes of templates, their versions, and their uses."""

from typing import Any

import sqlalchemy as sa

from app.gallery.infrastructure.tables import TemplateUse, WorkflowTemplate, WorkflowTemplateVersion
from app.platform.database import is_sqlite, session

# Key of the advisory lock that serializes loading across machines; an arbitrary number.
LOADING_LOCK = 7_305_518_204


def lock_loading() -> None:
    """Keep others from loading system templates until the transaction ends. On SQLite the write lock does
    this."""
    if not is_sqlite():
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(LOADING_LOCK)))


def add_templates(templates: list[WorkflowTemplate]) -> None:
    """Insert templates and assign their ids."""
    session().add_all(templates)
    session().flush()


def add_versions(versions: list[dict[str, Any]]) -> None:
    """Insert versions of system templates, given as their columns. Crosses accounts: these belong to none."""
    if versions:
        crossing = {"cross_account": True}
        session().execute(sa.insert(WorkflowTemplateVersion), versions, execution_options=crossing)


def add_own_version(
    template: WorkflowTemplate, definition: dict[str, Any], note: str, user_id: int | None
) -> None:
    """Insert the current version of an account's own template."""
    session().add(
        WorkflowTemplateVersion(
            template_id=template.id,
            number=template.version,
            definition=definition,
            note=note,
            created_by=user_id,
        )
    )
    session().flush()


def count_use(template_id: int) -> None:
    """Increment the use counter without touching `updated_at`, because the template itself does not change.

    Crosses accounts: system templates belong to no account, shared ones to the agency. The template must have
    been looked up for the account before.
    """
    session().execute(
        sa.update(WorkflowTemplate)
        .where(WorkflowTemplate.id == template_id)
        .values(times_used=WorkflowTemplate.times_used + 1, updated_at=WorkflowTemplate.updated_at)
        .execution_options(synchronize_session=False, cross_account=True)
    )


def add_use(use: TemplateUse) -> None:
    """Record a clone. Fails if the account has already used the idempotency key."""
    session().add(use)
    session().flush()
