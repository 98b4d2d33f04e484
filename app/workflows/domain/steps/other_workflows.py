"""Step types that add contacts to other workflows or remove them."""

from app.workflows.domain.types.declarations import Described, Look, StepType
from app.workflows.domain.types.setting import Setting

WORKFLOW = Setting("workflow", "Workflow", "workflow", limit=100)


def _workflow(it: Described) -> str:
    workflow_id = it.config.text("workflow")
    return it.names.workflows.get(workflow_id, workflow_id)


TYPES = (
    StepType(
        type="enroll_in_workflow",
        title="Add to another workflow",
        about="Enroll the contact in another workflow.",
        group="action",
        look=Look("workflow", "info"),
        settings=(WORKFLOW,),
        enters=WORKFLOW.name,
        detail=_workflow,
    ),
    StepType(
        type="remove_from_workflow",
        title="Remove from another workflow",
        about="End another workflow for the contact.",
        group="action",
        look=Look("door-exit", "info"),
        settings=(WORKFLOW,),
        detail=_workflow,
    ),
)
