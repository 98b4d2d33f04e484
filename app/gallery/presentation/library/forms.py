"""Forms for the details of a template."""

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.gallery.application import MAX_NOTE
from app.gallery.domain.categories import CATEGORIES
from app.gallery.domain.details import MAX_DESCRIPTION, MAX_NAME, Details
from app.platform import web


class DetailsForm(web.ShowingForm):
    """Name, category, description, and tags, separated by commas. `version` is the one that was shown."""

    name = StringField("Name", render_kw={"maxlength": MAX_NAME})
    category = SelectField("Category", choices=[SelectChoice(one.key, one.label) for one in CATEGORIES])
    description = TextAreaField("Description", render_kw={"maxlength": MAX_DESCRIPTION, "rows": 3})
    tags = StringField("Tags")
    note = StringField("Note about this change", render_kw={"maxlength": MAX_NOTE})
    version = HiddenField()

    @property
    def entered_tags(self) -> list[str]:
        return [tag for tag in (self.tags.data or "").split(",") if tag.strip()]

    @property
    def entered(self) -> Details:
        """The details as they were entered."""
        return Details.tidied(
            name=self.name.data or "",
            category=self.category.data or "",
            description=self.description.data or "",
            tags=self.entered_tags,
        )
