"""Form of Settings > Integrations. It defines fields only; values are validated by the use case."""

from wtforms import BooleanField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice

from app.integrations.application.receiving import consent_bases
from app.integrations.domain.signatures import MAX_SECRET
from app.platform import web


class SourceForm(web.ShowingForm):
    secret = PasswordField("Signing secret", render_kw={"maxlength": MAX_SECRET})
    basis = SelectField("People who aren’t contacts yet", validate_choice=False)

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self.basis.choices = [
            SelectChoice("", "Ignore their events"),
            *(SelectChoice(value, f"Add them: {label}") for value, label in consent_bases().items()),
        ]


class ReplacementForm(web.ShowingForm):
    secret = PasswordField("New signing secret", id="new-secret", render_kw={"maxlength": MAX_SECRET})
    at_once = BooleanField("Stop accepting the current one right away, because it has leaked")


class GuestsForm(web.ShowingForm):
    counts = BooleanField("Include guests of a booking")
