"""Queries for workflows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
from app.contacts.infrastructure.tables import CustomField
from app.platform.database import session
from app.platform.ids import is_public_id
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

PAGE = 25

_AFRESH = {"populate_existing": True}


class ListedWorkflow(NamedTuple):
    """A workflow without its definition. `version` is the number of the one that people are enrolled into."""

    id: int
    public_id: str
    name: str
    description: str
    status: str
    enroll_again: bool
    template_id: int | None
    template_version: int | None
    template_name: str | None
    template_category: str | None
    cloned_at: datetime | None
    created_at: datetime
    updated_at: datetime
    created_by: int | None
    version: int | None


class Page(NamedTuple):
    workflows: list[Workflow]
    has_previous: bool
    has_next: bool


def workflow_by_public_id(account_id: int, public_id: str) -> Workflow | None:
    if not is_public_id(public_id):
        return None
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.public_id == public_id)
    return session().scalar(query, execution_options=_AFRESH)


def status_of(account_id: int, workflow_id: int) -> str | None:
    """Return the status of a workflow without loading its definition, or None if it does not exist."""
    return session().scalar(
        sa.select(Workflow.status).where(Workflow.account_id == account_id, Workflow.id == workflow_id)
    )


def workflow_by_id(account_id: int, workflow_id: int) -> Workflow | None:
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.id == workflow_id)
    return session().scalar(query, execution_options=_AFRESH)


def workflows_named(account_id: int, name: str) -> Sequence[Workflow]:
    query = sa.select(Workflow).where(Workflow.account_id == account_id, Workflow.name == name)
    return session().scalars(query.order_by(Workflow.id)).all()


def has_name(account_id: int, name: str, besides: int = 0) -> bool:
    """Return whether a workflow other than `besides` has this name, ignoring case.

    Compared in Python, because SQLite folds the case of ASCII letters only.
    """
    query = sa.select(Workflow.name).where(
        Workflow.account_id == account_id,
        Workflow.id != besides,
        sa.func.length(Workflow.name).between(len(name) // 2, len(name) * 2),
    )
    return any(other.casefold() == name.casefold() for other in session().scalars(query))


def workflows_page(
    account_id: int,
    status: str | None = None,
    search: str = "",
    *,
    after: Workflow | None = None,
    before: Workflow | None = None,
) -> Page:
    """Return a page of workflows, last changed first, that follow `after` or precede `before`."""
    anchor = before or after
    query = _matching(sa.select(Workflow), account_id, search).limit(PAGE + 1)
    if status:
        query = query.where(Workflow.status == status)
    place = sa.tuple_(Workflow.updated_at, Workflow.id)
    if anchor is not None:
        there = sa.tuple_(sa.literal(anchor.updated_at, Workflow.updated_at.type), sa.literal(anchor.id))
        query = query.where(place > there if before else place < there)
    if before is not None:
        found = session().scalars(query.order_by(Workflow.updated_at, Workflow.id)).all()
        if len(found) <= PAGE:
            return workflows_page(account_id, status, search)
        return Page(list(found[:PAGE])[::-1], True, True)
    found = session().scalars(query.order_by(Workflow.updated_at.desc(), Workflow.id.desc())).all()
    return Page(list(found[:PAGE]), after is not None, len(found) > PAGE)


def list_workflows(
    account_id: int,
    status: str | None = None,
    search: str = "",
    *,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[ListedWorkflow]:
    """Return up to `limit` workflows, last changed first, below `after`, a pair of `updated_at` and id."""
    columns = (getattr(Workflow, name) for name in ListedWorkflow._fields if name != "version")
    is_active = sa.and_(
        WorkflowVersion.account_id == Workflow.account_id, WorkflowVersion.id == Workflow.active_version_id
    )
    query = sa.select(*columns, WorkflowVersion.number).outerjoin(WorkflowVersion, is_active)
    query = _matching(query, account_id, search)
    if status:
        query = query.where(Workflow.status == status)
    if after is not None:
        there = sa.tuple_(sa.literal(after[0], Workflow.updated_at.type), sa.literal(after[1]))
        query = query.where(sa.tuple_(Workflow.updated_at, Workflow.id) < there)
    query = query.order_by(Workflow.updated_at.desc(), Workflow.id.desc()).limit(limit)
    return [ListedWorkflow(*row) for row in session().execute(query)]


def count_by_status(account_id: int, search: str = "") -> dict[str, int]:
    query = _matching(sa.select(Workflow.status, sa.func.count()), account_id, search).group_by(
        Workflow.status
    )
    return dict(session().execute(query).all())


def workflow_names(account_id: int) -> dict[str, str]:
    """Return {public id: name} of all workflows of the account."""
    query = sa.select(Workflow.public_id, Workflow.name).where(Workflow.account_id == account_id)
    return dict(session().execute(query).all())


def version_by_id(account_id: int, version_id: int) -> WorkflowVersion | None:
    return session().scalar(
        sa.select(WorkflowVersion).where(
            WorkflowVersion.account_id == account_id, WorkflowVersion.id == version_id
        )
    )


def custom_field_keys(account_id: int) -> set[str]:
    """Return the keys of the account's custom contact fields."""
    query = sa.select(CustomField.key).where(
        CustomField.account_id == account_id, CustomField.task.notin_(("merge", "delete"))
    )
    return set(session().scalars(query))


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


def versions_by_id(account_id: int, ids: Sequence[int | None]) -> dict[int, WorkflowVersion]:
    """Return {id: version} of the account's versions with these ids."""
    query = sa.select(WorkflowVersion).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.id.in_([one for one in ids if one])
    )
    return {version.id: version for version in session().scalars(query)}


def name_of(user_id: int | None) -> str | None:
    return session().scalar(sa.select(User.name).where(User.id == user_id)) if user_id else None


def _matching(query: sa.Select[Any], account_id: int, search: str) -> sa.Select[Any]:
    query = query.where(Workflow.account_id == account_id)
    for word in search.split():
        texts = (Workflow.name, Workflow.description, sa.func.coalesce(Workflow.template_name, ""))
        query = query.where(sa.or_(*(text.icontains(word, autoescape=True) for text in texts)))
    return query
