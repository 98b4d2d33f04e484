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
    already in use that the user confirmed. `into` is the template that gets a new version, if `kind` says so,
    and the version of it that the page has shown. The fields `chosen_text` and `chosen_kind` are repeated
    for each further text. `switches_on` counts if the page has asked, which `asked_switches_on` says.
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
    switches_on = BooleanField("Switch on in the template", default=True)
    asked_switches_on = HiddenField()
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

    def offer(self, cards: Sequence[Card], *, is_overtaken: bool) -> None:
        """Offer the templates. The chosen one keeps the version that the page has shown before, unless the
        user was told that it `is_overtaken`."""
        public_id, version = self._into()
        choices = [SelectChoice("", "Choose a template")]
        for card in cards:
            number = card.version
            if card.public_id == public_id:
                number = version if version and not is_overtaken else number
                self.into.data = choice_of(card.public_id, number)
            choices.append(SelectChoice(choice_of(card.public_id, number), f"{card.name}, version {number}"))
        self.into.choices = choices

    def into_id(self) -> str:
        """Return the public id of the chosen template, or an empty text."""
        return self._into()[0]

    def draft(self, chosen: list[Chosen]) -> SavingDraft:
        """Return what the user has entered."""
        ticked = request.form.getlist("replace")
        replaced = set(ticked)
        listed = (self.listed.data or "").split()
        is_new = self.kind.data != VERSION
        into, version = self._into()
        self.switches_on.data = bool(self.switches_on.data) or not self.asked_switches_on.data
        return SavingDraft(
            name=self.name.data or "" if is_new else None,
            description=self.description.data or "" if is_new else None,
            category=self.category.data or "" if is_new else CUSTOM,
            tags=list(_tags(self.tags.data or "")) if is_new else (),
            into=None if is_new else into,
            into_version=None if is_new else version,
            keep=[one for one in listed if one not in replaced],
            replace=ticked,
            chosen={row.text: row.kind for row in chosen},
            keeps_contact_values=bool(self.keeps_contact_values.data),
            switches_on=self.switches_on.data,
        )

    def _into(self) -> tuple[str, int]:
        """Return the public id of the chosen template, and the version that the page has shown or 0."""
        public_id, _, version = (self.into.data or "").partition(".")
        return public_id, whole_number(version) or 0

    def _accepts(self, text: str, rows: int) -> bool:
        errors: list[Any] = []
        if len(text) > MAX_CHOSEN_TEXT or not phrase_of(text):
            errors.append(f"Enter a word or phrase of at most {MAX_CHOSEN_TEXT} characters.")
        elif rows >= MAX_CHOSEN:
            errors.append(f"At most {MAX_CHOSEN} texts can be replaced this way.")
        self.new_text.errors = errors
        return not errors


def choice_of(public_id: str, version: int) -> str:
    """Return the value of the choice of a template at a version."""
    return f"{public_id}.{version}"


def form_of(review: SavingReview, own: Sequence[Card], into: str) -> SavingForm:
    """Return the form as it is first shown: with the details of the workflow, without personal data. `own`
    are the templates that can get a new version, `into` is the public id of one of them."""
    details, origin = review.report.details, review.workflow.template_id
    named = [card for card in own if card.public_id == into]
    chosen = named or [card for card in own if card.id == origin]
    return SavingForm(
        formdata=None,
        kind=VERSION if named else NEW,
        into=choice_of(chosen[0].public_id, chosen[0].version) if chosen else "",
        name=details["name"],
        description=details["description"],
        category=review.draft.category,
    )


def _tags(text: str) -> Iterator[str]:
    """Yield the tags of a text in which commas separate them."""
    for tag in text.split(","):
        if tidy := " ".join(tag.split()):
            yield tidy
