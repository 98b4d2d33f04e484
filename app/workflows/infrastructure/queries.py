"""Queries for workflows."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import User
from app.contacts.infrastructure.tables import CustomField
from app.platform.database import AnySelect, BigInt, session
from app.platform.database.many_rows import execute_built
from app.platform.database.short_reads import read_built
from app.platform.ids import is_public_id
from app.workflows.domain import Definition, parse
from app.workflows.infrastructure.tables import Workflow, WorkflowEdit, WorkflowVersion

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
    tracks_reactions: bool
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
    return next((row[0] for row in _states(account_id, workflow_id)), None)


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
    query = _matching(sa.select(Workflow), account_id, search.split()).limit(PAGE + 1)
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
    values: dict[str, Any] = {"status": status} if status else {}
    if after is not None:
        values |= {"after_time": after[0], "after_id": after[1]}
    words = search.split()
    given = frozenset(values)
    values |= {"of_account": account_id, "most": limit}
    if words:
        found = execute_built(_list.__wrapped__(given, words), values)
    else:
        found = read_built(_list(given), values)
    return [ListedWorkflow(*row) for row in found]


@lru_cache
def _list(given: frozenset[str], words: Sequence[str] = ()) -> AnySelect:
    """Return the select for the parameters that are given, and for workflows that contain all words."""
    one, version = Workflow.__table__.c, WorkflowVersion.__table__.c
    time = sa.bindparam("after_time", type_=one.updated_at.type)
    there = sa.tuple_(time, sa.bindparam("after_id", type_=BigInt))
    conditions = {
        "status": one.status == sa.bindparam("status"),
        "after_id": sa.tuple_(one.updated_at, one.id) < there,
    }
    is_active = sa.and_(version.account_id == one.account_id, version.id == one.active_version_id)
    query = (
        sa.select(*(one[name] for name in ListedWorkflow._fields if name != "version"), version.number)
        .select_from(Workflow.__table__)
        .outerjoin(WorkflowVersion.__table__, is_active)
        .where(*(condition for name, condition in conditions.items() if name in given))
        .order_by(one.updated_at.desc(), one.id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
    return _matching(query, sa.bindparam("of_account", type_=BigInt), words, one)


def count_by_status(account_id: int, search: str = "") -> dict[str, int]:
    query = _matching(sa.select(Workflow.status, sa.func.count()), account_id, search.split()).group_by(
        Workflow.status
    )
    return dict(session().execute(query).all())


def workflow_names(account_id: int) -> dict[str, str]:
    """Return {public id: name} of all workflows of the account."""
    query = sa.select(Workflow.public_id, Workflow.name).where(Workflow.account_id == account_id)
    return dict(session().execute(query).all())


def entered_definitions(account_id: int) -> dict[str, Definition]:
    """Return {public id: definition that people are enrolled into} of the workflows that have one and are not
    archived."""
    query = (
        sa.select(Workflow.public_id, sa.cast(WorkflowVersion.definition, sa.Text))
        .join(WorkflowVersion, WorkflowVersion.id == Workflow.active_version_id)
        .where(
            Workflow.account_id == account_id,
            WorkflowVersion.account_id == account_id,
            Workflow.status != "archived",
        )
    )
    return {public_id: _parsed(document) for public_id, document in session().execute(query)}


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
    return session().scalar(
        sa.select(WorkflowVersion).where(
            WorkflowVersion.account_id == account_id, WorkflowVersion.id == version_id
        )
    )


def has_edits(account_id: int, workflow_id: int) -> tuple[bool, bool]:
    """Return whether an edit of a workflow can be undone, and whether one can be redone."""
    query = sa.select(WorkflowEdit.is_undone).distinct()
    query = query.where(WorkflowEdit.account_id == account_id, WorkflowEdit.workflow_id == workflow_id)
    found = set(session().scalars(query))
    return False in found, True in found


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
        one.account_id == sa.bindparam("of_account", type_=BigInt),
        one.id == sa.bindparam("of_workflow", type_=BigInt),
    )


def versions_by_id(account_id: int, ids: Sequence[int | None]) -> dict[int, WorkflowVersion]:
    """Return {id: version} of the account's versions with these ids."""
    query = sa.select(WorkflowVersion).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.id.in_([one for one in ids if one])
    )
    return {version.id: version for version in session().scalars(query)}


def name_of(user_id: int | None) -> str | None:
    return session().scalar(sa.select(User.name).where(User.id == user_id)) if user_id else None


def _matching(
    query: AnySelect, account_id: Any, words: Sequence[str], workflows: Any = Workflow
) -> AnySelect:
    """Limit a select to workflows that contain all words; `workflows` are the columns, of the class or of the
    table."""
    query = query.where(workflows.account_id == account_id)
    for word in words:
        texts = (workflows.name, workflows.description, sa.func.coalesce(workflows.template_name, ""))
        query = query.where(sa.or_(*(text.icontains(word, autoescape=True) for text in texts)))
    return query
