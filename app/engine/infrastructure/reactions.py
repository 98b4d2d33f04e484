"""What contacts did with messages of the workflow that they are in, for criteria, waits, and goals."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.contacts.domain.criteria import HasKeys, IsEmpty
from app.contacts.infrastructure.tables import Contact
from app.engine.domain import UNDER_WAY, EnrollmentStatus
from app.engine.infrastructure.hearing import VersionUnderWay
from app.engine.infrastructure.tables import Enrollment
from app.messaging.infrastructure.tables import Message
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import constants, id_param
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.infrastructure.tables import WorkflowVersion

COLUMNS = {
    "event.email_opened": Message.opened_at,
    "event.link_clicked": Message.clicked_at,
    "event.replied": Message.replied_at,
}


def condition(field: str) -> Callable[[int, IsEmpty | HasKeys], sa.ColumnElement[bool]]:
    """Build the condition that a contact has reacted to one of some messages, named “workflow id:step id”,
    since it is in the workflow."""
    column = COLUMNS[field]

    def asked(account_id: int, test: IsEmpty | HasKeys) -> sa.ColumnElement[bool]:
        if isinstance(test, IsEmpty):
            return sa.false()
        current = sa.select(Enrollment.id).where(
            Enrollment.account_id == account_id,
            Enrollment.contact_id == Contact.id,
            Enrollment.workflow_id == Message.workflow_id,
            Enrollment.status.in_(UNDER_WAY),
        )
        found = sa.exists().where(
            Message.account_id == account_id,
            Message.contact_id == Contact.id,
            column.is_not(None),
            sa.or_(*(_among(workflow_id, steps) for workflow_id, steps in _grouped(test.keys).items())),
            Message.enrollment_id.in_(current),
        )
        found = found.correlate(Contact)
        return sa.not_(found) if test.how == "none" else found

    return asked


def reader(field: str) -> Callable[[int, Sequence[int]], dict[int, frozenset[str]]]:
    """Build a function (account id, contact ids) -> {contact id: messages that it has reacted to}."""

    def read(account_id: int, contact_ids: Sequence[int]) -> dict[int, frozenset[str]]:
        values = {"of_account": account_id, "of_contacts": contact_ids}
        found: dict[int, set[str]] = defaultdict(set)
        for contact_id, workflow_id, step_id in read_built(_reacted_to(field, is_sqlite()), values):
            found[contact_id].add(f"{workflow_id}:{step_id}")
        return {contact_id: frozenset(keys) for contact_id, keys in found.items()}

    return read


@lru_cache
def _reacted_to(field: str, on_sqlite: bool) -> sa.Select[Any]:
    one, enrollment = Message.__table__.c, Enrollment.__table__.c
    return (
        sa.select(one.contact_id, one.workflow_id, one.step_id)
        .join_from(Message.__table__, Enrollment.__table__, enrollment.id == one.enrollment_id)
        .where(
            one.account_id == id_param("of_account"),
            enrollment.account_id == id_param("of_account"),
            in_ids(one.contact_id, "of_contacts", on_sqlite),
            enrollment.status.in_(constants(UNDER_WAY)),
            one[COLUMNS[field].key].is_not(None),
        )
    )


def hold_version_of(account_id: int, enrollment_id: int) -> VersionUnderWay | None:
    """Return the version that an active enrollment is in. The enrollment is locked, so that it stays there
    until the transaction ends: whoever takes it on meanwhile has gone before, or comes afterwards."""
    one, version = Enrollment, WorkflowVersion
    held = (
        sa.select(one.version_id)
        .where(
            one.account_id == account_id,
            one.id == enrollment_id,
            one.status == EnrollmentStatus.ACTIVE.value,
        )
        .with_for_update()
    )
    version_id = session().scalar(held)
    if version_id is None:
        return None
    query = sa.select(version.id, version.workflow_id, sa.cast(version.definition, sa.Text)).where(
        version.account_id == account_id, version.id == version_id
    )
    return VersionUnderWay(*session().execute(query).one())


def _among(workflow_id: int, step_ids: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.and_(Message.workflow_id == workflow_id, Message.step_id.in_(step_ids))


def _grouped(keys: Collection[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key in keys:
        workflow_id, _, step_id = key.partition(":")
        found[int(workflow_id)].append(step_id)
    return found


def names(_account_id: int, keys: Collection[str]) -> dict[str, Any]:
    """Return the keys that name a message inside a workflow. Others are refused: which one would be meant is
    unclear."""
    return {key: "a message" for key in keys if key.partition(":")[0].isdecimal() and ":" in key}
