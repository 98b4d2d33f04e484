"""Operations of the API on enrollments: starting a workflow for the people who wait for it."""

from datetime import datetime
from typing import Annotated

from app.engine import application as engine
from app.platform import clock, web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.pace import NewDrip
from app.platform.api.schemas import Options, Schema, described
from app.platform.errors import fields_renamed

blueprint = api_blueprint("engine")


class WorkflowStart(Options):
    """How a workflow is started."""

    drip: Annotated[
        NewDrip | None,
        described("Lets the people who wait begin in portions; without it, all begin now."),
    ] = None


class StartedWorkflow(Schema):
    """How many people begin, and when."""

    people: int = described("People who were waiting at the first step.", 1240)
    portions: int = described("Portions in which they begin; 0 if nobody was waiting.", 13)
    first_at: datetime | None = described(
        "When the first begin; null if nobody was waiting.", "2026-03-02T09:00:00Z"
    )
    last_at: datetime | None = described(
        "When the last begin; null if nobody was waiting.", "2026-03-18T09:00:00Z"
    )


@blueprint.post("/workflows/<public_id>/start")
@operation("Workflows", StartedWorkflow, permission="workflow:manage", errors=(409,))
def start_workflow(public_id: str, body: WorkflowStart) -> StartedWorkflow:
    """Start a workflow

    People who were enrolled wait at the first step until the workflow is started. People who are enrolled
    later begin right away. The request can be repeated: it changes the pace for those who still wait.

    Errors: `VALIDATION_ERROR` with `fields` for a drip that is not possible or would take more than a year;
    `WORKFLOW_NOT_ACTIVE`.
    """
    with fields_renamed(lambda name: f"drip.{name.removeprefix('drip_')}"):
        drip = body.drip.drip(web.actor().time_zone) if body.drip else None
        return _shape(engine.start_held(web.actor(), public_id, drip))


def _shape(start: engine.Start) -> StartedWorkflow:
    if start.plan is not None and start.plan.first:
        first_at, last_at = start.plan.first[0][0], start.plan.last
        portions = start.plan.portions
        return StartedWorkflow(people=start.people, portions=portions, first_at=first_at, last_at=last_at)
    at = clock.now() if start.people else None
    return StartedWorkflow(people=start.people, portions=min(start.people, 1), first_at=at, last_at=at)
