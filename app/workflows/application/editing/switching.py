"""Switching on, as one edit, what is off although the account has everything that it requires by now."""

from app.accounts.domain import Actor
from app.workflows.application.editing.structure import Edited, edit_recorded
from app.workflows.application.judging import available
from app.workflows.domain import Definition, off_parts, switch_on
from app.workflows.domain.editing import Edit, EditRefused


def switch_on_ready(actor: Actor, public_id: str, revision: int) -> Edited:
    """Switch on the parts of a workflow that are off and ready (see `OffPart`).

    Raises NotFound, Conflict if the workflow was changed since `revision`, and Invalid if no part is ready.
    """

    def switched(definition: Definition) -> Edit:
        ready = [part.id for part in off_parts(definition, available(actor.account_id)) if part.is_ready]
        if not ready:
            raise EditRefused("None of the steps that are off has everything that it needs.")
        return Edit(switch_on(definition, ready).document, ready[0])

    return edit_recorded(actor, "workflow_steps_switched_on", public_id, revision, switched)
