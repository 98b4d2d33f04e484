"""Form for saving a workflow as a template."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from flask import request
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.gallery.application import MAX_CHOSEN, MAX_CHOSEN_TEXT, MAX_NOTE, SavingDraft, SavingReview
from app.gallery.domain.card import Card
from app.gallery.domain.categories import CATEGORIES, CUSTOM
from app.gallery.domain.details import MAX_DESCRIPTION, MAX_NAME
from app.gallery.domain.sanitizing import CHOOSABLE, OTHER, phrase_of
from app.platform import web
from app.platform.text.numbers import whole_number

KINDS = [(kind.name, "A placeholder" if kind is OTHER else kind.label) for kind in CHOOSABLE]
NEW: Final = "new"
VERSION: Final = "version"


class Chosen(NamedTuple):
    """A further text to replace: the text, and the name of the kind."""

    text: str
    kind: str

    @property
    def label(self) -> str:
        """What replaces it."""
        return dict(KINDS).get(self.kind, self.kind)


class SavingForm(web.ShowingForm):
    """Details of the template, and what to replace.

    Checkboxes `replace` have the ids of values; `listed` holds the ids of all that the page has shown, so
    that those without a tick are kept. `seen` is the fingerprint of the review. `same_name` holds a name
    already in use that the user confirmed. `into` is the template that gets a new version, if `kind` says so.
    The fields `chosen_text` and `chosen_kind` are repeated for each
    further text.
    """

    kind = RadioField(
        "Save as",
        choices=[SelectChoice(NEW, "New template"), SelectChoice(VERSION, "New version of a template")],
        default=NEW,
        validate_choice=False,
    )
    into = SelectField("Template", choices=[], validate_choice=False)
    note = StringField("Note about this change", render_kw={"maxlength": MAX_NOTE})
    name = StringField("Template name", render_kw={"maxlength": MAX_NAME})
    description = TextAreaField("Description", render_kw={"maxlength": MAX_DESCRIPTION, "rows": 3})
    category = SelectField(
        "Category", choices=[SelectChoice(one.key, one.label) for one in CATEGORIES], validate_choice=False
    )
    tags = StringField("Tags")
    new_text = StringField("Word or phrase", render_kw={"maxlength": MAX_CHOSEN_TEXT})
    new_kind = SelectField(
        "Replace it with", choices=[SelectChoice(*kind) for kind in KINDS], validate_choice=False
    )
    keeps_contact_values = BooleanField("Keep these values of contacts in the template")
    listed = HiddenField()
    seen = HiddenField()
    same_name = HiddenField()

    def chosen(self) -> list[Chosen]:
        """Return the further texts: those listed before, without one that was removed, and the new one."""
        sent = zip(request.form.getlist("chosen_text"), request.form.getlist("chosen_kind"), strict=False)
        rows = [Chosen(*pair) for pair in sent][:MAX_CHOSEN]
        if (at := whole_number(request.form.get("remove", ""), MAX_CHOSEN)) is not None:
            del rows[at : at + 1]
        text = " ".join((self.new_text.data or "").split())
        if text and self._accepts(text, len(rows)):
            rows.append(Chosen(text, self.new_kind.data or OTHER.name))
            self.new_text.data = ""
        return [row for row in rows if phrase_of(row.text[:MAX_CHOSEN_TEXT]) and row.kind in dict(KINDS)]

    def draft(self, chosen: list[Chosen]) -> SavingDraft:
        """Return what the user has entered."""
        ticked = request.form.getlist("replace")
        replaced = set(ticked)
        listed = (self.listed.data or "").split()
        into = self.into.data if self.kind.data == VERSION else ""
        return SavingDraft(
            name=None if into else self.name.data or "",
            description=None if into else self.description.data or "",
            category=CUSTOM if into else self.category.data or "",
            tags=() if into else list(_tags(self.tags.data or "")),
            into=into or "",
            keep=[one for one in listed if one not in replaced],
            replace=ticked,
            chosen={row.text: row.kind for row in chosen},
            keeps_contact_values=bool(self.keeps_contact_values.data),
        )

    def _accepts(self, text: str, rows: int) -> bool:
        errors: list[Any] = []
        if len(text) > MAX_CHOSEN_TEXT or not phrase_of(text):
            errors.append(f"Enter a word or phrase of at most {MAX_CHOSEN_TEXT} characters.")
        elif rows >= MAX_CHOSEN:
            errors.append(f"At most {MAX_CHOSEN} texts can be replaced this way.")
        self.new_text.errors = errors
        return not errors


def form_of(review: SavingReview, own: Sequence[Card], into: str) -> SavingForm:
    """Return the form as it is first shown: with the details of the workflow, without personal data. `own`
    are the templates that can get a new version, `into` is the public id of one of them or empty."""
    details = review.report.details
    origin = next((card.public_id for card in own if card.id == review.workflow.template_id), "")
    return SavingForm(
        formdata=None,
        kind=VERSION if into else NEW,
        into=into or origin,
        name=details["name"],
        description=details["description"],
        category=review.draft.category,
    )


def _tags(text: str) -> Iterator[str]:
    """Yield the tags of a text in which commas separate them."""
    for tag in text.split(","):
        if tidy := " ".join(tag.split()):
            yield tidy
