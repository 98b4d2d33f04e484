"""Requests of steps that call other software."""

from app.deliveries import application as deliveries
from app.engine.application.moving.outcomes import People, Setting
from app.workflows.domain import Step


def plan_requests(setting: Setting, step: Step, people: People) -> set[int]:
    """Plan the request of a step for each of these people; return the enrollments whose request was settled
    before they were moved to another version."""
    origin = deliveries.Origin(
        setting.workflow_id,
        setting.version_id,
        step.id,
        step.config.text("method") or "POST",
        step.config.text("url"),
        step.config.text("on_failure") or "continue",
    )
    rows = [(one.id, one.contact_id, one.visit) for one in people.values()]
    deliveries.plan(setting.account_id, origin, rows, setting.at)
    return deliveries.take_up(setting.account_id, origin, rows, setting.at) if setting.may_repeat else set()
