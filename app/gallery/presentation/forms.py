"""Form for creating a workflow from a template."""

from wtforms import HiddenField, StringField

from app.platform import web
from app.platform.ids import new_public_id
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME


class CloneForm(web.ShowingForm):
    """Name of the new workflow, with hidden fields.

    `idempotency_key` is created with the form, so that a double click creates one workflow. `switch_off` is
    set by the button that offers it. `same_name` holds a name already in use that the user confirmed.
    """

    name = StringField("Workflow name", render_kw={"maxlength": MAX_WORKFLOW_NAME})
    idempotency_key = HiddenField(default=new_public_id)
    switch_off = HiddenField()
    same_name = HiddenField()
