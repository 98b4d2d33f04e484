"""The form that creates a workflow from a template."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField

from app.platform.ids import new_public_id


class CloneForm(FlaskForm):
    """`idempotency_key` is made with the form, so that a double click makes one workflow. `switch_off` comes
    with the button that offers it; `same_name` is the taken name that the person wants all the same."""

    name = StringField("Workflow name")
    idempotency_key = HiddenField(default=new_public_id)
    switch_off = HiddenField()
    same_name = HiddenField()

    def show(self, problems: Mapping[str, str]) -> None:
        """Put each sentence at its field."""
        for name, sentence in problems.items():
            if name in self:
                self[name].errors = [sentence]
