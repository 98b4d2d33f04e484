"""Queries for active workflows by their triggers."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.platform.database import BigInt, session
from app.platform.database.short_reads import read_built
from app.workflows.domain import Definition, parse
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion


class Active(NamedTuple):
    """An active workflow and the version that people are enrolled into."""

    id: int
    public_id: str
    name: str
    version_id: int
    number: int
    enroll_again: bool


def active_workflows(account_id: int) -> list[Active]:
    """Return the active workflows of the account, oldest first, without their definitions."""
    return [Active(*row) for row in read_built(_active(), {"of_account": account_id})]


def active_definitions(account_id: int) -> list[tuple[str, str, Definition]]:
    """Return (public id, name, definition that people are enrolled into) of active workflows, by name."""
    query = (
        sa.select(Workflow.public_id, Workflow.name, WorkflowVersion.definition)
        .join(WorkflowVersion, WorkflowVersion.id == Workflow.active_version_id)
        .where(
            Workflow.account_id == account_id,
            WorkflowVersion.account_id == account_id,
            Workflow.status == "active",
        )
        .order_by(Workflow.name, Workflow.id)
    )
    return [(public_id, name, parse(document)) for public_id, name, document in session().execute(query)]


def accounts_triggered_by(types: Sequence[str]) -> list[int]:
    """Return the accounts with active workflows that have a trigger of one of these types."""
    kind = WorkflowVersion.definition["trigger"]["type"].as_string()
    query = (
        sa.select(Workflow.account_id)
        .join(WorkflowVersion, WorkflowVersion.id == Workflow.active_version_id)
        .where(Workflow.status == "active", kind.in_(types))
        .distinct()
    )
    return list(session().scalars(query, execution_options={"cross_account": True}))


@lru_cache
def _active() -> sa.Select[Any]:
    one, version = Workflow.__table__.c, WorkflowVersion.__table__.c
    of_account = sa.bindparam("of_account", type_=BigInt)
    return (
        sa.select(one.id, one.public_id, one.name, version.id, version.number, one.enroll_again)
        .select_from(Workflow.__table__)
        .join(WorkflowVersion.__table__, version.id == one.active_version_id)
        .where(one.account_id == of_account, version.account_id == of_account, one.status == "active")
        .order_by(one.id)
    )
