"""Settings > Forms: the forms of the account."""

from html import escape
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import require
from app.accounts.domain import Permission
from app.contacts import application as contacts
from app.forms import application as forms
from app.forms.application import FormPage
from app.forms.application.addresses import PATH, form_url
from app.forms.domain.details import MAX_FORM_NAME
from app.forms.presentation.inputs import SettingsForm, new_values, settings_form, values_of
from app.messaging import application as messaging
from app.platform import web
from app.platform.errors import Invalid, LimitReached
from app.platform.ids import HIGHEST_ID
from app.platform.settings import current

blueprint = Blueprint("forms", __name__, url_prefix="/settings/forms")

ONE = f"/<int(max={HIGHEST_ID}):form_id>"


@blueprint.get("")
def index() -> ResponseReturnValue:
    actor = web.actor()
    return render_template(
        "forms/index.html",
        forms=forms.list_forms(actor),
        may_confirm=messaging.may_send_transactional(actor.account_id),
        nav_active="settings",
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    require(web.actor(), Permission.CONTACTS)
    actor = web.actor()
    values = new_values(actor.account_name, messaging.may_send_transactional(actor.account_id))
    values["name"] = request.args.get("name", "")[:MAX_FORM_NAME]
    return _new(_form(data=values))


@blueprint.post("/new")
def create() -> ResponseReturnValue:
    form = _form()
    try:
        made = forms.create_form(web.actor(), str(form.name.data or ""), form.typed, form.asked)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _new(form), 422
    except LimitReached as full:
        form.show({"name": full.message})
        return _new(form), 429
    flash("Form created. Share its link or embed it on your website.", "success")
    return web.send_to(url_for("forms.show", form_id=made.id))


@blueprint.get(ONE)
def show(form_id: int) -> ResponseReturnValue:
    found = forms.find_form(web.actor(), form_id)
    return _page(found, _form(formdata=None, data=values_of(found.name, found.details)))


@blueprint.post(ONE)
def change(form_id: int) -> ResponseReturnValue:
    form = _form()
    try:
        forms.change_form(web.actor(), form_id, form.typed, form.asked)
    except Invalid as wrong:
        found = forms.find_form(web.actor(), form_id)
        form.name.data = found.name
        form.show(wrong.facts["fields"])
        return _page(found, form), 422
    flash("Saved.", "success")
    return web.send_to(url_for("forms.show", form_id=form_id))


@blueprint.post(f"{ONE}/archiving")
def archive(form_id: int) -> ResponseReturnValue:
    forms.archive_form(web.actor(), form_id)
    flash("Form archived.", "success")
    return web.send_to(url_for("forms.index"))


@blueprint.post(f"{ONE}/restoring")
def restore(form_id: int) -> ResponseReturnValue:
    forms.restore_form(web.actor(), form_id)
    flash("Form restored.", "success")
    return web.send_to(url_for("forms.show", form_id=form_id))


def _code(address: str, title: str) -> str:
    """Return HTML for other websites."""
    return (
        f'<iframe src="{escape(address)}?embed" title="{escape(title)}" width="100%" height="640" '
        'style="border:0" loading="lazy"></iframe>'
    )


def _form(**values: Any) -> SettingsForm:
    return settings_form(contacts.custom_labels(web.actor().account_id), **values)


def _new(form: SettingsForm) -> str:
    may_confirm = messaging.may_send_transactional(web.actor().account_id)
    return render_template("forms/new.html", form=form, may_confirm=may_confirm, nav_active="settings")


def _submissions_url(found: FormPage, **place: Any) -> str:
    return url_for("forms.show", form_id=found.id, **place, _anchor="submissions")


def _page(found: FormPage, form: SettingsForm) -> str:
    submissions = forms.submissions_of_form(
        web.actor(), found.id, before=request.args.get("before", ""), after=request.args.get("after", "")
    )
    base = "" if current().public_url else request.url_root.rstrip("/")
    address = f"{base}{form_url(found.public_id)}"
    return render_template(
        "forms/form.html",
        found=found,
        form=form,
        may_confirm=messaging.may_send_transactional(web.actor().account_id),
        address=address,
        code=_code(address, found.details.title),
        path=f"{PATH}/{found.public_id}",
        submissions=submissions.shown,
        newer_url=submissions.newer and _submissions_url(found, after=submissions.newer),
        older_url=submissions.older and _submissions_url(found, before=submissions.older),
        nav_active="settings",
    )
