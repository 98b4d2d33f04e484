"""Workflows that move, and a clock that tests set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.accounts.domain import Actor
from app.engine.application import start_held
from app.engine.application.moving import move_due
from app.engine.application.starting import release_held
from app.engine.infrastructure import positions
from app.engine.infrastructure.counters import counts, end_counts, step_counts
from app.engine.infrastructure.tables import Enrollment, PassedStep
from app.messaging.application import verify_results
from app.platform.clock import now
from app.platform.database import session
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.rooms.engine.enrolled import enroll
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import definition


@dataclass
class Campaign:
    """A started workflow of an account, and the time in it."""

    app: Flask
    actor: Actor
    public_id: str
    at: datetime

    def enroll(self, contact_ids: Sequence[int]) -> None:
        enroll(self.app, self.actor, self.public_id, contact_ids)
        self.at = max(self.at, now())

    def move(self, **later: float) -> int:
        """Let time pass, and take on all that is due, also what becomes due by that; return how many."""
        self.at += timedelta(**later)
        moved = 0
        with self.app.app_context():
            while due := positions.due_versions(self.at):
                for account_id, version_id in due:
                    with acting_for(account_id):
                        moved += move_due(account_id, version_id, self.at)
        return moved

    def where(self) -> dict[int, tuple[str, str]]:
        """{contact id: (status, id of its step)}."""
        return {one.contact_id: (one.status, one.step_id or "") for one in self.enrollments()}

    def enrollments(self) -> list[Enrollment]:
        with self.app.app_context(), acting_for(self.actor.account_id):
            workflow = workflows.find_workflow(self.actor, self.public_id)
            query = sa.select(Enrollment).where(
                Enrollment.account_id == self.actor.account_id, Enrollment.workflow_id == workflow.id
            )
            return list(session().scalars(query.order_by(Enrollment.id)))

    def passed(self, contact_id: int) -> list[tuple[str, str]]:
        """(step id, result) of the steps that a contact passed, by time."""
        with self.app.app_context(), acting_for(self.actor.account_id):
            theirs = sa.select(Enrollment.id).where(
                Enrollment.account_id == self.actor.account_id, Enrollment.contact_id == contact_id
            )
            query = sa.select(PassedStep.step_id, PassedStep.result).where(
                PassedStep.account_id == self.actor.account_id, PassedStep.enrollment_id.in_(theirs)
            )
            return [(row[0], row[1]) for row in session().execute(query.order_by(PassedStep.passed_at))]

    def numbers_are_right(self) -> bool:
        """Whether the numbers kept by moves are those of the tables."""
        account_id = self.actor.account_id
        with self.app.app_context(), acting_for(account_id):
            workflow_id = workflows.find_workflow(self.actor, self.public_id).id
            of = (account_id, workflow_id)
            return (
                step_counts.kept(*of) == step_counts.counted(*of)
                and end_counts.kept(*of) == end_counts.counted(*of)
                and not counts.differences(account_id)
                and not verify_results(*of)[2]
            )


def campaign(
    app: Flask, actor: Actor, *steps: dict[str, Any], name: str = "Welcome", **given: Any
) -> Campaign:
    """An active workflow with these steps that has been started."""
    return started(app, actor, definition(*steps, **given), name)


def started(app: Flask, actor: Actor, document: dict[str, Any], name: str = "Welcome") -> Campaign:
    """An active workflow with this definition that has been started."""
    public_id = active(app, actor, name, definition=document)
    with app.app_context(), acting_for(actor.account_id):
        start_held(actor, public_id)
        release_held(actor.account_id, workflows.find_workflow(actor, public_id).id)
    return Campaign(app, actor, public_id, now())
