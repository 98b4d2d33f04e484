"""Templates that agencies share with sub-accounts.

Sub-accounts read them with the option `reads_lent`, which is used in this file only. Every statement with it
has the condition `_is_lent`; on PostgreSQL, the policies `shared` say the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account
from app.gallery.infrastructure.queries import CARD
from app.gallery.infrastructure.tables import TemplateShare, WorkflowTemplate
from app.platform.database import BigInt, session
from app.platform.database.many_rows import id_list
from app.platform.database.short_reads import read_built
from app.workflows.infrastructure.tables import Workflow

_LENT = {"reads_lent": True}
_account = sa.bindparam("of_account", type_=BigInt)
_templates = WorkflowTemplate.__table__.c
_shares = TemplateShare.__table__.c
_owner = Account.__table__.alias("owner")


class SharedState(NamedTuple):
    """What is known of a shared template without reading it; it changes when the template does."""

    id: int
    version: int
    updated_at: datetime
    shared_by: str


class UseInAccount(NamedTuple):
    """How many workflows an account has that were made from a version of a template."""

    account_id: int
    version: int | None
    workflows: int


def shared_states(account_id: int) -> list[SharedState]:
    """Return the templates that the account's agency shares with it."""
    rows = read_built(_states(), {"of_account": account_id}, reads_lent=True)
    return [SharedState(*row) for row in rows]


@lru_cache
def _states() -> sa.Select[Any]:
    one = _templates
    query = sa.select(one.id, one.version, one.updated_at, _owner.c.name)
    return _joined(query).order_by(one.id)


def shared_cards(account_id: int) -> list[dict[str, Any]]:
    """Return the columns for cards of the templates that the account's agency shares with it."""
    query = _joined(sa.select(*CARD, _owner.c.name.label("shared_by"), sa.true().label("is_shared")))
    rows = session().execute(
        query.order_by(_templates.id), {"of_account": account_id}, execution_options=_LENT
    )
    return [dict(row) for row in rows.mappings()]


def shared_template(account_id: int, public_id: str) -> WorkflowTemplate | None:
    """Return the template, if the account's agency shares it with it."""
    query = sa.select(WorkflowTemplate).where(_is_lent(), WorkflowTemplate.public_id == public_id)
    return _one(query, account_id)


def shared_templates_called(account_id: int, name: str, limit: int) -> Sequence[WorkflowTemplate]:
    """Return up to `limit` shared templates with this exact name."""
    query = sa.select(WorkflowTemplate).where(_is_lent(), WorkflowTemplate.name == name)
    return _some(query.order_by(WorkflowTemplate.id).limit(limit), account_id).all()


def shared_template_by_id(account_id: int, template_id: int) -> WorkflowTemplate | None:
    """Return the template, if the account's agency shares it with it."""
    return _one(sa.select(WorkflowTemplate).where(_is_lent(), WorkflowTemplate.id == template_id), account_id)


def shared_versions(account_id: int, template_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Return {template id: (name, newest version)} of those of the templates that are shared with the
    account."""
    one, wanted = _templates, id_list(sorted(template_ids))
    query = sa.select(one.id, one.name, one.version).where(_is_lent(), one.id.in_(wanted))
    rows = session().execute(query, {"of_account": account_id}, execution_options=_LENT)
    return {row[0]: (row[1], row[2]) for row in rows}


def shared_public_ids(account_id: int, template_ids: Collection[int]) -> dict[int, str]:
    """Return {template id: public id} of those of the templates that are shared with the account."""
    wanted = id_list(sorted(template_ids))
    query = sa.select(_templates.id, _templates.public_id).where(_is_lent(), _templates.id.in_(wanted))
    rows = session().execute(query, {"of_account": account_id}, execution_options=_LENT)
    return {row[0]: row[1] for row in rows}


def recipients(account_id: int, template_id: int) -> set[int | None]:
    """Return with which sub-accounts the account shares a template; None stands for all."""
    query = sa.select(TemplateShare.recipient_id).where(*_of(account_id, template_id))
    return set(session().scalars(query))


def add_shares(
    account_id: int, template_id: int, recipient_ids: Collection[int | None], user_id: int | None
) -> None:
    """Share a template with these sub-accounts, with which it is not shared yet; None stands for all."""
    session().add_all(
        TemplateShare(account_id=account_id, template_id=template_id, recipient_id=one, created_by=user_id)
        for one in recipient_ids
    )
    session().flush()


def remove_shares(
    account_id: int, template_id: int, recipient_ids: Collection[int] | None = None
) -> list[int | None]:
    """Stop sharing a template with these sub-accounts, or with all. Return with which it was shared."""
    statement = sa.delete(TemplateShare).where(*_of(account_id, template_id))
    if recipient_ids is not None:
        statement = statement.where(TemplateShare.recipient_id.in_(id_list(sorted(recipient_ids))))
    gone = session().scalars(
        statement.returning(TemplateShare.recipient_id), execution_options={"synchronize_session": False}
    )
    return list(gone)


def uses_in(account_ids: Sequence[int], template_id: int) -> list[UseInAccount]:
    """Return how many workflows these accounts have from each version of a template, the newest first.

    Crosses accounts: they must be the actor's sub-accounts.
    """
    query = (
        sa.select(Workflow.account_id, Workflow.template_version, sa.func.count())
        .where(
            Workflow.account_id.in_(id_list(account_ids)),
            Workflow.template_id == template_id,
            Workflow.deleted_at.is_(None),
        )
        .group_by(Workflow.account_id, Workflow.template_version)
        .order_by(Workflow.account_id, Workflow.template_version.desc())
    )
    return [UseInAccount(*row) for row in session().execute(query, execution_options={"cross_account": True})]


def _joined(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.join(_owner, _owner.c.id == _templates.account_id).where(_is_lent())


def _is_lent() -> sa.ColumnElement[bool]:
    """Return the condition that a template is shared with the account `of_account` by its agency."""
    account = Account.__table__.c
    agency = sa.select(account.parent_id).where(account.id == _account).scalar_subquery()
    shared = sa.select(_shares.template_id).where(
        _shares.account_id == agency,
        sa.or_(_shares.recipient_id.is_(None), _shares.recipient_id == _account),
    )
    return sa.and_(
        _templates.account_id == agency, _templates.deleted_at.is_(None), _templates.id.in_(shared)
    )


def _one(query: sa.Select[WorkflowTemplate], account_id: int) -> WorkflowTemplate | None:
    return _some(query, account_id).first()


def _some(query: sa.Select[WorkflowTemplate], account_id: int) -> sa.ScalarResult[WorkflowTemplate]:
    options = _LENT | {"populate_existing": True}
    return session().scalars(query, {"of_account": account_id}, execution_options=options)


def _of(account_id: int, template_id: int) -> tuple[Any, ...]:
    return TemplateShare.account_id == account_id, TemplateShare.template_id == template_id
