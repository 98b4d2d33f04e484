"""Forms whose values are validated by use cases."""

from collections.abc import Callable, Mapping

from flask import flash
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app.platform.errors import Invalid, LimitReached
from app.platform.web.errors.responses import status_of
from app.platform.web.requests import send_to


class ShowingForm(FlaskForm):  # type: ignore[misc]  # has no types
    """A form that shows what use cases find wrong."""

    def show(self, problems: Mapping[str, str]) -> None:
        """Attach each sentence of {field: sentence} to its field, or to the form if it has no such field."""
        for name, sentence in problems.items():
            if name in self:
                self[name].errors = [sentence]
            else:
                self.form_errors.append(sentence)


def saved(
    form: ShowingForm,
    save: Callable[[], object],
    page: Callable[[], str],
    url: str,
    message: str = "Saved.",
    limit_field: str = "",
) -> ResponseReturnValue:
    """Save a form and go to `url`, with a message. If something is wrong, return the page, on which the form
    says so; a limit that is reached is shown at `limit_field`."""
    try:
        save()
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return page(), 422
    except LimitReached as full:
        if not limit_field:
            raise
        form.show({limit_field: full.message})
        return page(), status_of(full)
    flash(message, "success")
    return send_to(url)
