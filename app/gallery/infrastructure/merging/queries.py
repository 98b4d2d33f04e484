"""Which workflows have a template with a newer version, and who owns them."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account
from app.gallery.infrastructure import sharing
from app.gallery.infrastructure.merging.tables import TemplateLink
from app.gallery.infrastructure.queries import visible
from app.gallery.infrastructure.tables import TemplateShare, WorkflowTemplate, WorkflowTemplateVersion
from app.platform.database import AnySelect, is_sqlite, session
from app.platform.database.many_rows import constant, id_param
from app.platform.database.page_reads import read_once
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.infrastructure.tables import Workflow

PORTION = 1_000


class LinkedWorkflow(NamedTuple):
    """A workflow that was made from a template. `version` is the one that it has, `dismissed` the newest one
    that is not announced at it."""

    id: int
    public_id: str
    template_id: int
    version: int
    dismissed: int


class Newest(NamedTuple):
    """The newest version of a template."""

    name: str
    version: int


class OwnedWorkflow(NamedTuple):
    """A workflow with the person who made it."""

    id: int
    account_id: int
    user_id: int
    public_id: str
    name: str


def linked_workflows(account_id: int, workflow_ids: Sequence[int]) -> list[LinkedWorkflow]:
    """Return those of the workflows that were made from a template and are not archived."""
    values = {"of_account": account_id, "of_workflows": workflow_ids}
    return [LinkedWorkflow(*row) for row in read_built(_linked(is_sqlite()), values)]


@lru_cache
def _linked(on_sqlite: bool) -> sa.Select[Any]:
    one, link, of_account = Workflow.__table__.c, TemplateLink.__table__.c, id_param("of_account")
    version = sa.func.coalesce(link.version, one.template_version, constant(0))
    dismissed = sa.func.coalesce(link.dismissed_version, constant(0))
    is_linked = sa.and_(link.account_id == of_account, link.workflow_id == one.id)
    return (
        sa.select(one.id, one.public_id, one.template_id, version, dismissed)
        .join_from(Workflow.__table__, TemplateLink.__table__, is_linked, isouter=True)
        .where(
            one.account_id == of_account,
            in_ids(one.id, "of_workflows", on_sqlite),
            one.template_id.isnot(None),
            one.status != constant("archived"),
        )
    )


def newest_versions(account_id: int, template_ids: Collection[int]) -> dict[int, Newest]:
    """Return {template id: newest version} of the templates that the account may see."""
    values = {"of_account": account_id, "of_templates": sorted(template_ids)}
    found = {row[0]: Newest(row[1], row[2]) for row in read_built(_newest(is_sqlite()), values)}
    if others := set(template_ids) - found.keys():
        shared = sharing.shared_versions(account_id, others)
        found |= {template_id: Newest(*known) for template_id, known in shared.items()}
    return found


@lru_cache
def _newest(on_sqlite: bool) -> sa.Select[Any]:
    one = WorkflowTemplate.__table__.c
    return sa.select(one.id, one.name, one.version).where(
        visible(id_param("of_account"), one), in_ids(one.id, "of_templates", on_sqlite)
    )


def definitions(wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Return {(template id, number): definition} of versions. The templates must have been looked up for the
    account before."""
    one = WorkflowTemplateVersion
    pair = sa.tuple_(one.template_id, one.number)
    query = sa.select(one.template_id, one.number, one.definition).where(pair.in_(sorted(wanted)))
    return {(row[0], row[1]): row[2] for row in session().execute(query)} if wanted else {}


@read_once
def link_of(account_id: int, workflow_id: int) -> TemplateLink | None:
    """Return what a workflow has to do with its template, as it is in the current transaction."""
    values = {"of_account": account_id, "of_workflow": workflow_id}
    return session().scalar(_link(), values, execution_options={"populate_existing": True, "prepared": True})


@lru_cache
def _link() -> sa.Select[TemplateLink]:
    return sa.select(TemplateLink).where(
        TemplateLink.account_id == id_param("of_account"), TemplateLink.workflow_id == id_param("of_workflow")
    )


def versions_taken(account_id: int, workflow_ids: Sequence[int]) -> dict[int, int]:
    """Return {workflow id: version of its template} of those that were brought up to another version."""
    values = {"of_account": account_id, "of_workflows": workflow_ids}
    return {row[0]: row[1] for row in read_built(_versions_taken(is_sqlite()), values)}


@lru_cache
def _versions_taken(on_sqlite: bool) -> sa.Select[Any]:
    one = TemplateLink.__table__.c
    return sa.select(one.workflow_id, one.version).where(
        one.account_id == id_param("of_account"),
        in_ids(one.workflow_id, "of_workflows", on_sqlite),
        one.version.isnot(None),
    )


def template_of(account_id: int, template_id: int) -> WorkflowTemplate | None:
    """Return a template, if the account may see it."""
    query = sa.select(WorkflowTemplate).where(visible(account_id), WorkflowTemplate.id == template_id)
    own = session().scalar(query, execution_options={"populate_existing": True})
    return own or sharing.shared_template_by_id(account_id, template_id)


def owned_workflows(template_id: int) -> Iterator[list[OwnedWorkflow]]:
    """Yield portions of the workflows, in all accounts that see the template, that were made from it, and
    whose owner is known."""
    last, crossing = 0, {"cross_account": True}
    while True:
        query: AnySelect = (
            sa.select(
                Workflow.id, Workflow.account_id, Workflow.created_by, Workflow.public_id, Workflow.name
            )
            .join(WorkflowTemplate, WorkflowTemplate.id == Workflow.template_id)
            .where(
                Workflow.template_id == template_id,
                Workflow.id > last,
                Workflow.status != "archived",
                Workflow.created_by.isnot(None),
                sa.or_(visible(Workflow.account_id), _is_shared_with(Workflow.account_id)),
            )
            .order_by(Workflow.id)
            .limit(PORTION)
        )
        found = [OwnedWorkflow(*row) for row in session().execute(query, execution_options=crossing)]
        if found:
            yield found
        if len(found) < PORTION:
            return
        last = found[-1].id


def document_of(template_id: int, number: int) -> dict[str, Any] | None:
    """Return the definition of a version. The template must have been looked up before."""
    one = WorkflowTemplateVersion
    query = sa.select(one.definition).where(one.template_id == template_id, one.number == number)
    return session().scalar(query, execution_options={"cross_account": True})


def _is_shared_with(account_id: Any) -> sa.ColumnElement[bool]:
    """SQL: the template is shared with an account by its agency."""
    share = TemplateShare
    agency = sa.select(Account.parent_id).where(Account.id == account_id).scalar_subquery()
    shared = sa.select(share.id).where(
        share.template_id == WorkflowTemplate.id,
        share.account_id == WorkflowTemplate.account_id,
        sa.or_(share.recipient_id.is_(None), share.recipient_id == account_id),
    )
    return sa.and_(
        WorkflowTemplate.deleted_at.is_(None), WorkflowTemplate.account_id == agency, shared.exists()
    )
