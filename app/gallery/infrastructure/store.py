"""Writing templates, their versions and their uses."""

import sqlalchemy as sa

from app.gallery.infrastructure.tables import TemplateUse, WorkflowTemplate, WorkflowTemplateVersion
from app.platform.database import is_sqlite, session

# Machines that start at the same moment load templates one after the other. Any number of our own will do.
LOADING_LOCK = 7_305_518_204


def lock_loading() -> None:
    """Until the transaction ends nobody else loads system templates. On SQLite every writer is alone."""
    if not is_sqlite():
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(LOADING_LOCK)))


def add_templates(templates: list[WorkflowTemplate]) -> None:
    """Add templates; they have ids afterwards."""
    session().add_all(templates)
    session().flush()


def add_versions(versions: list[WorkflowTemplateVersion]) -> None:
    session().add_all(versions)
    session().flush()


def count_use(account_id: int, template_id: int) -> None:
    """One use more. It is no change of the template, so the moment of its last change stays.

    System templates belong to no account, and no account may change them, so this crosses accounts.
    """
    session().execute(
        sa.update(WorkflowTemplate)
        .where(
            sa.or_(WorkflowTemplate.account_id.is_(None), WorkflowTemplate.account_id == account_id),
            WorkflowTemplate.id == template_id,
        )
        .values(times_used=WorkflowTemplate.times_used + 1, updated_at=WorkflowTemplate.updated_at)
        .execution_options(synchronize_session=False, cross_account=True)
    )


def add_use(use: TemplateUse) -> None:
    """Note a clone. The idempotency key is unique in the account, so a second note of it fails."""
    session().add(use)
    session().flush()
