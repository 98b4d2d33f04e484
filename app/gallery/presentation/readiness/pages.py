"""The page that shows what a template needs, and on which what is missing can be made (T-12)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from app.accounts.domain.business import MAX_LINK_LENGTH, MAX_PHONE_LENGTH, MAX_POSTAL_ADDRESS_LENGTH
from app.gallery.application.readiness.filling import create_needed_field, create_needed_tag, fill_details
from app.gallery.application.readiness.reading import template_readiness
from app.gallery.presentation.readiness.field_choices import given_fields
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached, MusterError
from app.platform.text.words import joined
from app.workflows.domain import MERGE_TAGS

blueprint = Blueprint("readiness", __name__, url_prefix="/templates/<public_id>/readiness")


class DetailsForm(web.ShowingForm):
    """Business details, named like their merge tags."""

    website = StringField("Website", render_kw={"maxlength": MAX_LINK_LENGTH, "inputmode": "url"})
    phone = StringField("Phone", render_kw={"maxlength": MAX_PHONE_LENGTH, "inputmode": "tel"})
    postal_address = TextAreaField(
        "Postal address", render_kw={"maxlength": MAX_POSTAL_ADDRESS_LENGTH, "rows": 3}
    )
    booking_link = StringField("Booking page", render_kw={"maxlength": MAX_LINK_LENGTH, "inputmode": "url"})
    review_link = StringField("Review page", render_kw={"maxlength": MAX_LINK_LENGTH, "inputmode": "url"})

    @property
    def texts(self) -> dict[str, str]:
        return {field.name: str(field.data or "") for field in self if field.name != "csrf_token"}


@blueprint.get("")
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, DetailsForm(formdata=None))


@blueprint.post("/fields")
def create_field(public_id: str) -> ResponseReturnValue:
    try:
        label = create_needed_field(web.actor(), public_id, request.form.get("name", ""))
    except (Conflict, Invalid, LimitReached) as error:
        return _page(public_id, DetailsForm(formdata=None), error), web.status_of(error)
    return _made(public_id, "fields", f"The contact field “{label}” is ready to use.")


@blueprint.post("/tags")
def create_tag(public_id: str) -> ResponseReturnValue:
    name = create_needed_tag(web.actor(), public_id, request.form.get("name", ""))
    return _made(public_id, "tags", f"The tag “{name}” is ready to use.")


@blueprint.post("/details")
def save_details(public_id: str) -> ResponseReturnValue:
    form = DetailsForm()
    try:
        names = fill_details(web.actor(), public_id, form.texts)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(public_id, form), 422
    except Conflict as error:
        return _page(public_id, form, error), 409
    if not names:
        return web.send_to(url_for("readiness.show", public_id=public_id, _anchor="details"))
    labels = [MERGE_TAGS[f"account.{name}"].label for name in names]
    return _made(
        public_id, "details", f"Saved: {joined([label[0].lower() + label[1:] for label in labels])}."
    )


def _made(public_id: str, section: str, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return web.send_to(url_for("readiness.show", public_id=public_id, _anchor=section))


def _page(public_id: str, form: DetailsForm, error: MusterError | None = None) -> str:
    readiness = template_readiness(web.actor(), public_id)
    return render_template(
        "gallery/readiness.html",
        readiness=readiness,
        template=readiness.template,
        form=form,
        chosen=given_fields(request.args),
        error=error,
        nav_active="templates",
    )
