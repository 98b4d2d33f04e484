"""The base of forms whose values are validated by use cases."""

from collections.abc import Mapping

from flask_wtf import FlaskForm


class ShowingForm(FlaskForm):  # type: ignore[misc]  # has no types
    """A form that shows what use cases find wrong."""

    def show(self, problems: Mapping[str, str]) -> None:
        """Attach each sentence of {field: sentence} to its field, or to the form if it has no such field."""
        for name, sentence in problems.items():
            if name in self:
                self[name].errors = [sentence]
            else:
                self.form_errors.append(sentence)
