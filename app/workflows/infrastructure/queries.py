"""Queries for workflows."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure.tables import CustomField
from app.platform.database import session
from app.platform.database.many_rows import constant, constants, id_param
from app.platform.database.page_reads import read_once
from app.platform.database.short_reads import read_built
from app.platform.ids import is_public_id
from app.workflows.domain import Definition, parse
from app.workflows.infrastructure.tables import Workflow, WorkflowEdit, WorkflowVersion

_AFRESH = {"populate_existing": True}
_BY_KEY = {"prepared": True}


@read_once
def workflow_by_public_id(account_id: int, public_id: str) -> Workflow | None:
    if not is_public_id(public_id):
        return None
    values = {"of_account": account_id, "of_workflow": public_id}
    return session().scalar(_by_public_id(), values, execution_options=_AFRESH | _BY_KEY)


@lru_cache
def _by_public_id() -> sa.Select[Workflow]:
    return sa.select(Workflow).where(
        *_there(id_param("of_account")), Workflow.public_id == sa.bindparam("of_workflow", type_=sa.String)
    )


def name_of_deleted(account_id: int, public_id: str) -> str | None:
    """Return the name of a workflow that was deleted; None for others."""
    query = sa.select(Workflow.name).where(
        Workflow.account_id == account_id, Workflow.public_id == public_id, Workflow.deleted_at.is_not(None)
    )
    return session().scalar(query) if is_public_id(public_id) else None


def status_of(account_id: int, workflow_id: int) -> str | None:
    """Return the status of a workflow without loading its definition, or None if it does not exist."""
    return next((row[0] for row in _states(account_id, workflow_id)), None)


def workflow_by_id(account_id: int, workflow_id: int) -> Workflow | None:
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.id == workflow_id)
    return session().scalar(query, execution_options=_AFRESH)


def workflows_named(account_id: int, name: str) -> Sequence[Workflow]:
    query = sa.select(Workflow).where(*_there(account_id), Workflow.name == name)
    return session().scalars(query.order_by(Workflow.id)).all()


def has_name(account_id: int, name: str, besides: int = 0) -> bool:
    """Return whether a workflow other than `besides` has this name, ignoring case.

    Compared in Python, because SQLite folds the case of ASCII letters only.
    """
    query = sa.select(Workflow.name).where(
        *_there(account_id),
        Workflow.id != besides,
        sa.func.length(Workflow.name).between(len(name) // 2, len(name) * 2),
    )
    return any(other.casefold() == name.casefold() for other in session().scalars(query))


@read_once
def workflow_names(account_id: int) -> Mapping[str, str]:
    """Return {public id: name} of all workflows of the account."""
    return {row[0]: row[1] for row in read_built(_names(), {"of_account": account_id})}


@lru_cache
def _names() -> sa.Select[Any]:
    one = Workflow.__table__.c
    return sa.select(one.public_id, one.name).where(
        one.account_id == id_param("of_account"), one.deleted_at.is_(None)
    )


def entered_definitions(account_id: int) -> dict[str, Definition]:
    """Return {public id: definition that people are enrolled into} of the workflows that have one and are not
    archived."""
    return {row[0]: _parsed(row[1]) for row in read_built(_entered(), {"of_account": account_id})}


@lru_cache
def _entered() -> sa.Select[Any]:
    one, version, of_account = Workflow.__table__.c, WorkflowVersion.__table__.c, id_param("of_account")
    return (
        sa.select(one.public_id, sa.cast(version.definition, sa.Text))
        .join_from(Workflow.__table__, WorkflowVersion.__table__, version.id == one.active_version_id)
        .where(
            one.account_id == of_account, version.account_id == of_account, one.status != constant("archived")
        )
    )


@lru_cache(maxsize=512)
def _parsed(document: str) -> Definition:
    return parse(json.loads(document))


def lock(account_id: int, workflow_id: int) -> None:
    """Lock a workflow until the transaction ends."""
    session().execute(
        sa.select(Workflow.id)
        .where(Workflow.account_id == account_id, Workflow.id == workflow_id)
        .with_for_update()
    )


def version_by_id(account_id: int, version_id: int) -> WorkflowVersion | None:
    values = {"of_account": account_id, "of_version": version_id}
    return session().scalar(_version_by_id(), values, execution_options=_BY_KEY)


@lru_cache
def _version_by_id() -> sa.Select[WorkflowVersion]:
    one = WorkflowVersion
    return sa.select(one).where(one.account_id == id_param("of_account"), one.id == id_param("of_version"))


def has_edits(account_id: int, workflow_id: int) -> tuple[bool, bool]:
    """Return whether an edit of a workflow can be undone, and whether one can be redone."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    found = {bool(row[0]) for row in read_built(_edits(), values)}
    return False in found, True in found


@lru_cache
def _edits() -> sa.Select[Any]:
    one = WorkflowEdit.__table__.c
    return (
        sa.select(one.is_undone)
        .distinct()
        .where(one.account_id == id_param("of_account"), one.workflow_id == id_param("of_workflow"))
    )


@read_once
def custom_field_keys(account_id: int) -> frozenset[str]:
    """Return the keys of the account's custom contact fields."""
    return frozenset(row[0] for row in read_built(_field_keys(), {"of_account": account_id}))


@lru_cache
def _field_keys() -> sa.Select[Any]:
    one = CustomField.__table__.c
    return sa.select(one.key).where(
        one.account_id == id_param("of_account"), one.task.notin_(constants(("merge", "delete")))
    )


def workflows_naming(account_id: int, text: str) -> Sequence[Workflow]:
    """Return the workflows that are not archived and whose definition, or active version, contains a text."""
    of_version = (
        sa.select(WorkflowVersion.workflow_id)
        .where(
            WorkflowVersion.account_id == account_id,
            sa.cast(WorkflowVersion.definition, sa.Text).contains(text, autoescape=True),
        )
        .scalar_subquery()
    )
    query = sa.select(Workflow).where(
        Workflow.account_id == account_id,
        Workflow.status != "archived",
        sa.or_(
            sa.cast(Workflow.definition, sa.Text).contains(text, autoescape=True), Workflow.id.in_(of_version)
        ),
    )
    return session().scalars(query.order_by(Workflow.name)).all()


def version_under_way(account_id: int, version_id: int) -> WorkflowVersion | None:
    """Return a version whose workflow is active."""
    query = (
        sa.select(WorkflowVersion)
        .join(Workflow, Workflow.id == WorkflowVersion.workflow_id)
        .where(
            WorkflowVersion.account_id == account_id,
            Workflow.account_id == account_id,
            WorkflowVersion.id == version_id,
            Workflow.status == "active",
        )
    )
    return session().scalar(query)


def active_among(account_id: int, ids: Collection[int]) -> set[int]:
    """Return those of the workflows with these ids that are active."""
    query = sa.select(Workflow.id).where(
        Workflow.account_id == account_id, Workflow.id.in_(ids), Workflow.status == "active"
    )
    return set(session().scalars(query))


def is_held(account_id: int, workflow_id: int) -> bool:
    """Return whether enrollments of the workflow wait until it is started."""
    return all(row[1] for row in _states(account_id, workflow_id))


def _states(account_id: int, workflow_id: int) -> list[Sequence[Any]]:
    return read_built(_states_of_one(), {"of_account": account_id, "of_workflow": workflow_id})


@lru_cache
def _states_of_one() -> sa.Select[Any]:
    one = Workflow.__table__.c
    return sa.select(one.status, one.held_until_started).where(
        one.account_id == id_param("of_account"), one.id == id_param("of_workflow")
    )


def versions_by_id(account_id: int, ids: Sequence[int | None]) -> dict[int, WorkflowVersion]:
    """Return {id: version} of the account's versions with these ids."""
    query = sa.select(WorkflowVersion).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.id.in_([one for one in ids if one])
    )
    return {version.id: version for version in session().scalars(query)}


def _there(account_id: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of a workflow of the account that is not deleted."""
    return Workflow.account_id == account_id, Workflow.deleted_at.is_(None)
