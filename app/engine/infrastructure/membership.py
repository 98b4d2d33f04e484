"""Workflow membership of contacts for criteria: as a SQL condition, and loaded for a few contacts."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa

from app.contacts.domain.criteria import HasKeys, IsEmpty
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constants, id_param
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.infrastructure.tables import Workflow

MAX_CHOICES = 500

Condition: TypeAlias = Callable[[int, IsEmpty | HasKeys], sa.ColumnElement[bool]]
Read: TypeAlias = Callable[[int, Sequence[int]], dict[int, frozenset[str]]]


def condition(now: bool) -> Condition:
    """Build the condition that a contact is currently in a workflow (`now`) or has ever been in one."""

    def asked(account_id: int, test: IsEmpty | HasKeys) -> sa.ColumnElement[bool]:
        found = sa.exists().where(Enrollment.account_id == account_id, Enrollment.contact_id == Contact.id)
        if now:
            found = found.where(Enrollment.status.in_(UNDER_WAY))
        if isinstance(test, IsEmpty):
            found = found.correlate(Contact)
            return found if test.no else sa.not_(found)
        workflows = sa.select(Workflow.id).where(
            Workflow.account_id == account_id, Workflow.public_id.in_(test.keys)
        )
        found = found.where(Enrollment.workflow_id.in_(workflows)).correlate(Contact)
        return sa.not_(found) if test.how == "none" else found

    return asked


def reader(now: bool) -> Read:
    """Build a function (account id, contact ids) -> {contact id: public ids of its workflows}."""

    def read(account_id: int, contact_ids: Sequence[int]) -> dict[int, frozenset[str]]:
        values = {"of_account": account_id, "of_contacts": contact_ids}
        found: dict[int, set[str]] = {}
        for contact_id, public_id in read_built(_workflows_of(now, is_sqlite()), values):
            found.setdefault(contact_id, set()).add(public_id)
        return {contact_id: frozenset(ids) for contact_id, ids in found.items()}

    return read


@lru_cache
def _workflows_of(now: bool, on_sqlite: bool) -> sa.Select[Any]:
    one, workflow = Enrollment.__table__.c, Workflow.__table__.c
    query = (
        sa.select(one.contact_id, workflow.public_id)
        .join_from(Enrollment.__table__, Workflow.__table__, workflow.id == one.workflow_id)
        .where(
            one.account_id == id_param("of_account"),
            workflow.account_id == id_param("of_account"),
            in_ids(one.contact_id, "of_contacts", on_sqlite),
        )
    )
    return query.where(one.status.in_(constants(UNDER_WAY))) if now else query


def names(account_id: int, public_ids: Collection[str]) -> dict[str, str]:
    """Return {public id: name} of the workflows of the account."""
    query = sa.select(Workflow.public_id, Workflow.name).where(
        Workflow.account_id == account_id, Workflow.public_id.in_(public_ids)
    )
    return {row[0]: row[1] for row in session().execute(query)}


def choices(account_id: int) -> list[tuple[str, str]]:
    """Return (public id, name) of the account's workflows by name, at most MAX_CHOICES."""
    query = (
        sa.select(Workflow.public_id, Workflow.name)
        .where(Workflow.account_id == account_id, Workflow.deleted_at.is_(None))
        .order_by(Workflow.name, Workflow.id)
        .limit(MAX_CHOICES)
    )
    return [(row[0], row[1]) for row in session().execute(query)]
