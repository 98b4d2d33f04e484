"""Workflow membership of contacts for criteria: as a SQL condition, and loaded for a few contacts."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

import sqlalchemy as sa

from app.contacts.domain.criteria import HasKeys, IsEmpty
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session
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
        query = (
            sa.select(Enrollment.contact_id, Workflow.public_id)
            .join(Workflow, Workflow.id == Enrollment.workflow_id)
            .where(
                Enrollment.account_id == account_id,
                Workflow.account_id == account_id,
                Enrollment.contact_id.in_(contact_ids),
            )
        )
        if now:
            query = query.where(Enrollment.status.in_(UNDER_WAY))
        found: dict[int, set[str]] = {}
        for contact_id, public_id in session().execute(query):
            found.setdefault(contact_id, set()).add(public_id)
        return {contact_id: frozenset(ids) for contact_id, ids in found.items()}

    return read


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
