"""People in workflows, to try things on."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.activity.application import record_many
from app.contacts.infrastructure.tables import Contact
from app.engine.application import enroll_many
from app.engine.infrastructure.tables import Enrollment, EnrollmentCount
from app.platform.clock import now
from app.platform.database import session, transaction
from app.workflows import application as workflows
from tests.rooms.contacts.people import add


def people(app: Flask, actor: Actor, count: int) -> list[int]:
    return [add(app, actor, f"p{at}@example.com", first_name=f"P{at:03}") for at in range(count)]


def enroll(app: Flask, actor: Actor, public_id: str, contact_ids: Sequence[int]) -> None:
    """Put contacts into an active workflow, as a bulk enrollment does."""
    with app.app_context(), transaction():
        into = workflows.startable(actor, public_id)
        wanted = sa.select(Contact.id).where(
            Contact.account_id == actor.account_id, Contact.id.in_(contact_ids)
        )
        given: dict[str, Any] = {"workflow_id": into.workflow_id, "job_id": None}
        enroll_many(
            actor.account_id,
            wanted,
            version_id=into.version_id,
            first_step=into.first_step,
            again=into.enroll_again,
            source="bulk_enrollment",
            at=now(),
            **given,
        )
        record_many("enrolled", actor.account_id, wanted, now(), **given)


def end(app: Flask, actor: Actor, contact_id: int, status: str) -> None:
    """Let somebody leave."""
    with app.app_context(), transaction():
        session().execute(
            sa.update(Enrollment)
            .where(Enrollment.account_id == actor.account_id, Enrollment.contact_id == contact_id)
            .values(status=status, ended_at=now())
        )
        count_again(actor.account_id)


def count_again(account_id: int) -> None:
    """Let the numbers of enrollments be those of the table, after a test has written to it past the app."""
    session().execute(sa.delete(EnrollmentCount).where(EnrollmentCount.account_id == account_id))
    names = ("account_id", "workflow_id", "version_id", "status", "step_id")
    columns = [getattr(Enrollment, name) for name in names[:-1]]
    columns.append(sa.func.coalesce(Enrollment.step_id, sa.literal_column("''")))
    counted = sa.select(*columns, sa.func.count()).where(Enrollment.account_id == account_id)
    session().execute(
        sa.insert(EnrollmentCount).from_select([*names, "enrollments"], counted.group_by(*columns))
    )
