"""Form for creating a workflow from a template."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from app.platform.ids import new_public_id
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME


class CloneForm(FlaskForm):
    """Name of the new workflow, with hidden fields.

    `idempotency_key` is created with the form, so that a double click creates one workflow. `switch_off` is
    set by the button that offers it. `same_name` holds a name already in use that the user confirmed.
    """

    name = StringField("Workflow name", render_kw={"maxlength": MAX_WORKFLOW_NAME})
    idempotency_key = HiddenField(default=new_public_id)
    switch_off = HiddenField()
    same_name = HiddenField()

    def show(self, problems: Mapping[str, str]) -> None:
        """Attach each error message to its field."""
        for name, sentence in problems.items():
            if name in self:
                self[name].errors = [sentence]
