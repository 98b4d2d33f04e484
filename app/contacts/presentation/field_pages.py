"""Settings > Contact fields: create, edit, merge, and delete custom fields."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.accounts.application import require
from app.accounts.domain import Permission
from app.contacts.application import custom_fields
from app.contacts.domain.own_fields import KIND_LABELS, MAX_LABEL, read_choices
from app.platform import web
from app.platform.errors import Conflict
from app.platform.ids import HIGHEST_ID, number_of

blueprint = Blueprint("fields", __name__, url_prefix="/settings/fields")

ONE = f"/<int(max={HIGHEST_ID}):field_id>"


class FieldForm(web.ShowingForm):
    label = StringField("Name", render_kw={"maxlength": MAX_LABEL})
    kind = SelectField(
        "Type", choices=[SelectChoice(kind.value, label) for kind, label in KIND_LABELS.items()]
    )
    choices = TextAreaField("Choices")

    @property
    def given(self) -> tuple[str, str, tuple[str, ...]]:
        return str(self.label.data or ""), str(self.kind.data or ""), read_choices(self.choices.data or "")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """List the fields; htmx polls the part that changes."""
    return _list(FieldForm(formdata=None))


@blueprint.post("")
def create() -> ResponseReturnValue:
    form = FieldForm()
    create = partial(custom_fields.create_field, web.actor(), *form.given)
    shown = partial(_list, form)
    return web.saved(form, create, shown, url_for("fields.index"), "Field created.", limit_field="label")


@blueprint.get(ONE)
def show(field_id: int) -> ResponseReturnValue:
    require(web.actor(), Permission.CONTACTS)
    found = custom_fields.find_field(web.actor(), field_id)
    field = found.field
    form = FieldForm(
        formdata=None, label=field.label, kind=field.kind.value, choices="\n".join(field.choices)
    )
    return _edit(found, form)


@blueprint.post(ONE)
def change(field_id: int) -> ResponseReturnValue:
    form = FieldForm()
    require(web.actor(), Permission.CONTACTS)
    found = custom_fields.find_field(web.actor(), field_id)
    save = partial(custom_fields.edit_field, web.actor(), field_id, *form.given)
    return web.saved(form, save, partial(_edit, found, form), url_for("fields.index"))


@blueprint.get(f"{ONE}/merge")
def ask_to_merge(field_id: int) -> ResponseReturnValue:
    """Show in numbers what merging would do; `into` is the id of the other field."""
    require(web.actor(), Permission.CONTACTS)
    custom_fields.find_field(web.actor(), field_id)
    preview = custom_fields.merge_preview(web.actor(), field_id, _other(request.args.get("into", "")))
    return render_template("contacts/field_change.html", preview=preview, nav_active="settings")


@blueprint.post(f"{ONE}/merge")
def merge(field_id: int) -> ResponseReturnValue:
    require(web.actor(), Permission.CONTACTS)
    custom_fields.find_field(web.actor(), field_id)
    custom_fields.merge_fields(web.actor(), field_id, _other(request.form.get("into", "")))
    flash("The fields are being merged.", "success")
    return web.send_to(url_for("fields.index"))


@blueprint.get(f"{ONE}/deletion")
def ask_to_delete(field_id: int) -> ResponseReturnValue:
    """Show in numbers what deleting would do."""
    require(web.actor(), Permission.CONTACTS)
    preview = custom_fields.deletion_preview(web.actor(), field_id)
    return render_template("contacts/field_change.html", preview=preview, nav_active="settings")


@blueprint.post(f"{ONE}/deletion")
def delete(field_id: int) -> ResponseReturnValue:
    require(web.actor(), Permission.CONTACTS)
    custom_fields.delete_field(web.actor(), field_id)
    flash("The field is being deleted.", "success")
    return web.send_to(url_for("fields.index"))


def _other(text: str) -> int:
    number = number_of(text)
    if number is None:
        raise Conflict("CONFLICT", "Choose the field to merge into.")
    return number


def _list(form: FieldForm) -> str:
    return render_template(
        "contacts/_field_list.html" if web.is_htmx() else "contacts/fields.html",
        fields=custom_fields.field_list(web.actor()),
        form=form,
        kinds=KIND_LABELS,
        nav_active="settings",
    )


def _edit(found: Any, form: FieldForm) -> str:
    return render_template(
        "contacts/field.html",
        found=found,
        form=form,
        others=custom_fields.merge_targets(web.actor(), found),
        kinds=KIND_LABELS,
        uses=custom_fields.field_uses(web.actor(), found.id),
        nav_active="settings",
    )
