"""Names of the workflows that wrote notes and tasks, which a room above this one knows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from app.accounts.domain import Actor
from app.contacts.application import LinkedText

WorkflowNames = Callable[[Actor, Sequence[int]], Mapping[int, LinkedText]]

GONE: Final = LinkedText("a deleted workflow")

_names: list[WorkflowNames] = []


def register_workflow_names(names: WorkflowNames) -> None:
    """Register `names(actor, workflow_ids)`, which returns {workflow id: name and link} of those that
    exist."""
    _names[:] = [names]


def workflows_named(actor: Actor, workflow_ids: Iterable[int | None]) -> dict[int, LinkedText]:
    """Return {workflow id: name and link}, also of workflows that no longer exist."""
    wanted = sorted({workflow_id for workflow_id in workflow_ids if workflow_id})
    found = {key: name for names in _names if wanted for key, name in names(actor, wanted).items()}
    return {workflow_id: found.get(workflow_id, GONE) for workflow_id in wanted}
