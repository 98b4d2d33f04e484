"""Reads of templates. An account sees system templates and its own; for others, lookups return None."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.gallery.infrastructure.tables import (
    TemplateShare,
    TemplateUse,
    WorkflowTemplate,
    WorkflowTemplateVersion,
)
from app.platform.database import BigInt, is_sqlite, session
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.domain import Definition, parse
from app.workflows.infrastructure.tables import Workflow

_templates = WorkflowTemplate.__table__.c
_account = sa.bindparam("of_account", type_=BigInt)


class ListedVersion(NamedTuple):
    """A version of a template in a list."""

    number: int
    note: str
    created_at: datetime
    created_by: int | None


CARD = (
    WorkflowTemplate.id,
    WorkflowTemplate.public_id,
    WorkflowTemplate.account_id,
    WorkflowTemplate.key,
    WorkflowTemplate.name,
    WorkflowTemplate.description,
    WorkflowTemplate.category,
    WorkflowTemplate.tags,
    WorkflowTemplate.version,
    WorkflowTemplate.summary,
    WorkflowTemplate.created_at,
    WorkflowTemplate.updated_at,
    WorkflowTemplate.created_by,
)


def gallery_mark(account_id: int) -> tuple[Any, ...]:
    """Return a value that changes whenever a system template or one of the account is added, removed,
    changed, or shared.

    The sum of versions also catches a change that is committed after a newer one.
    """
    return tuple(read_built(_mark(), {"of_account": account_id})[0])


@lru_cache
def _mark() -> sa.Select[Any]:
    one = _templates
    own = sa.case(
        (one.account_id == _account, one.updated_at)
    )  # others may be newer by a clock that was ahead
    changed = (sa.func.max(one.updated_at), sa.func.max(own))
    share = TemplateShare.__table__.c
    shares = [
        sa.select(figure).where(share.account_id == _account).scalar_subquery()
        for figure in (sa.func.count(share.id), sa.func.max(share.id))
    ]
    return sa.select(sa.func.count(), sa.func.sum(one.id), sa.func.sum(one.version), *changed, *shares).where(
        visible(_account, _templates)
    )


def times_used(account_id: int) -> dict[int, int]:
    """Return {template id: times used} of system templates and the account's own, if used at least once."""
    return {row[0]: row[1] for row in read_built(_used(), {"of_account": account_id})}


@lru_cache
def _used() -> sa.Select[Any]:
    one = _templates
    return sa.select(one.id, one.times_used).where(visible(_account, one), one.times_used > 0)


def gallery_cards(account_id: int) -> list[dict[str, Any]]:
    """Return the columns for cards of system templates and the account's own."""
    rows = session().execute(sa.select(*CARD).where(visible(account_id)).order_by(WorkflowTemplate.id))
    shared = set(session().scalars(_shared_by(account_id)))
    return [dict(row) | {"is_shared": row["id"] in shared} for row in rows.mappings()]


def is_shared(account_id: int, template_id: int) -> bool:
    """Return whether the account shares a template of its own."""
    query = _shared_by(account_id).where(TemplateShare.template_id == template_id).limit(1)
    return session().scalar(query) is not None


def _shared_by(account_id: int) -> sa.Select[int]:
    return sa.select(TemplateShare.template_id).where(TemplateShare.account_id == account_id).distinct()


def template_by_public_id(account_id: int, public_id: str) -> WorkflowTemplate | None:
    """Return the template, if the account may see it, as it is in the current transaction."""
    query = sa.select(WorkflowTemplate).where(visible(account_id), WorkflowTemplate.public_id == public_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def count_own(account_id: int) -> int:
    """Return the number of custom templates of the account."""
    query = sa.select(sa.func.count()).where(
        WorkflowTemplate.account_id == account_id, WorkflowTemplate.deleted_at.is_(None)
    )
    return session().scalars(query).one()


def has_own_named(account_id: int, name: str) -> bool:
    """Return whether the account has a custom template with this exact name."""
    query = sa.select(WorkflowTemplate.id).where(
        WorkflowTemplate.account_id == account_id,
        WorkflowTemplate.name == name,
        WorkflowTemplate.deleted_at.is_(None),
    )
    return session().scalar(query.limit(1)) is not None


def templates_called(account_id: int, reference: str, limit: int) -> Sequence[WorkflowTemplate]:
    """Return up to `limit` templates with this key or exact name: the account's own before system
    templates."""
    return (
        session()
        .scalars(
            sa.select(WorkflowTemplate)
            .where(
                visible(account_id),
                sa.or_(WorkflowTemplate.key == reference, WorkflowTemplate.name == reference),
            )
            .order_by(
                WorkflowTemplate.account_id.is_(None), WorkflowTemplate.key != reference, WorkflowTemplate.id
            )
            .limit(limit)
        )
        .all()
    )


def current_definition(template: WorkflowTemplate) -> Definition:
    """Return the definition of the current version of a template that was looked up for the account."""
    return version_definition(template.id, template.version)


def version_definition(template_id: int, number: int) -> Definition:
    """Return the definition of a version. The template must have been looked up for the account before."""
    query = sa.select(WorkflowTemplateVersion.definition).where(
        WorkflowTemplateVersion.template_id == template_id, WorkflowTemplateVersion.number == number
    )
    return parse(session().scalars(query).one())


def version(template_id: int, number: int) -> WorkflowTemplateVersion | None:
    """Return a version with its definition. The template must have been looked up for the account before."""
    return session().scalar(
        sa.select(WorkflowTemplateVersion).where(
            WorkflowTemplateVersion.template_id == template_id, WorkflowTemplateVersion.number == number
        )
    )


def versions(template_id: int, before: int | None, limit: int) -> list[ListedVersion]:
    """Return up to `limit` versions without definitions, newest first, below the number `before`.

    The template must have been looked up for the account before.
    """
    one = WorkflowTemplateVersion
    query = sa.select(one.number, one.note, one.created_at, one.created_by).where(
        one.template_id == template_id
    )
    if before is not None:
        query = query.where(one.number < before)
    rows = session().execute(query.order_by(one.number.desc()).limit(limit))
    return [ListedVersion(*row) for row in rows]


def public_ids(account_id: int, template_ids: Collection[int]) -> dict[int, str]:
    """Return {template id: public id} of system templates and the account's own, also of deleted ones."""
    values = {"of_account": account_id, "of_templates": list(template_ids)}
    return {row[0]: row[1] for row in read_built(_public_ids(is_sqlite()), values)}


@lru_cache
def _public_ids(on_sqlite: bool) -> sa.Select[Any]:
    wanted = in_ids(_templates.id, "of_templates", on_sqlite)
    query = sa.select(_templates.id, _templates.public_id)
    return query.where(_allowed(_account, _templates), wanted)


def workflow_made_with(account_id: int, idempotency_key: str) -> Workflow | None:
    """Return the workflow that was created with this idempotency key, if any."""
    return session().scalar(
        sa.select(Workflow)
        .join(TemplateUse, TemplateUse.workflow_id == Workflow.id)
        .where(
            Workflow.account_id == account_id,
            TemplateUse.account_id == account_id,
            TemplateUse.idempotency_key == idempotency_key,
        )
    )


def system_templates() -> Sequence[WorkflowTemplate]:
    """Return all system templates, including removed ones."""
    query = sa.select(WorkflowTemplate).where(WorkflowTemplate.account_id.is_(None))
    return session().scalars(query.execution_options(populate_existing=True)).all()


def visible(account_id: Any, templates: Any = WorkflowTemplate) -> sa.ColumnElement[bool]:
    """Return the condition; `templates` are the columns, of the class or of the table."""
    return sa.and_(_allowed(account_id, templates), templates.deleted_at.is_(None))


def _allowed(account_id: Any, templates: Any = WorkflowTemplate) -> sa.ColumnElement[bool]:
    return sa.or_(templates.account_id.is_(None), templates.account_id == account_id)
