"""Queries for lists of workflows: filtered, sorted, in pages. Deleted workflows are in none."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.platform.database import AnySelect, BigInt, session
from app.platform.database.many_rows import execute_built
from app.platform.database.short_reads import read_built
from app.workflows.domain import Sort
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

PAGE = 25


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


def workflows_page(
    account_id: int,
    status: str | None = None,
    search: str = "",
    *,
    sort: Sort = Sort.UPDATED,
    after: Workflow | None = None,
    before: Workflow | None = None,
) -> Page:
    """Return a page of workflows in an order that follow `after` or precede `before`."""
    anchor = before or after
    query = _matching(sa.select(Workflow), account_id, search.split()).limit(PAGE + 1)
    if status:
        query = query.where(Workflow.status == status)
    key, value = _key(sort, anchor)
    ascends = sort.ascends != (before is not None)
    if anchor is not None:
        place, there = sa.tuple_(key, Workflow.id), sa.tuple_(value, sa.literal(anchor.id))
        query = query.where(place > there if ascends else place < there)
    order = (key, Workflow.id) if ascends else (key.desc(), Workflow.id.desc())
    found = session().scalars(query.order_by(*order)).all()
    if before is not None:
        if len(found) <= PAGE:
            return workflows_page(account_id, status, search, sort=sort)
        return Page(list(found[:PAGE])[::-1], True, True)
    return Page(list(found[:PAGE]), after is not None, len(found) > PAGE)


def _key(sort: Sort, anchor: Workflow | None) -> tuple[Any, Any]:
    """Return the column that workflows are sorted by, and its value at `anchor`."""
    by_name = sort in (Sort.NAME, Sort.NAME_DOWN)
    column: Any = Workflow.name if by_name else Workflow.updated_at
    if sort in (Sort.CREATED, Sort.CREATED_DOWN):
        column = Workflow.created_at
    value = sa.literal(getattr(anchor, column.key), column.type) if anchor is not None else sa.null()
    return (sa.func.lower(column), sa.func.lower(value)) if by_name else (column, value)


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


def _matching(
    query: AnySelect, account_id: Any, words: Sequence[str], workflows: Any = Workflow
) -> AnySelect:
    """Limit a select to workflows that contain all words; `workflows` are the columns, of the class or of the
    table."""
    query = query.where(workflows.account_id == account_id, workflows.deleted_at.is_(None))
    for word in words:
        texts = (workflows.name, workflows.description, sa.func.coalesce(workflows.template_name, ""))
        query = query.where(sa.or_(*(text.icontains(word, autoescape=True) for text in texts)))
    return query
