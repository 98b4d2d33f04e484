"""Pages for the templates of an account: lists, details, deleting and restoring, and copying."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import agency_name, require
from app.accounts.domain import Permission
from app.gallery import application as gallery
from app.gallery.application.library import own
from app.gallery.application.library.sharing import may_share
from app.gallery.domain.library.restoring import DAYS
from app.gallery.presentation.library.forms import DetailsForm
from app.platform import web
from app.platform.errors import Conflict, Invalid, LimitReached, MusterError
from app.platform.ids import number_of

blueprint = Blueprint("library", __name__, url_prefix="/templates")

OWN, SHARED, DELETED = "", "shared", "deleted"


@blueprint.get("/library")
def index() -> ResponseReturnValue:
    """Show the account's own templates, those that its agency shares, or those that can be restored."""
    actor, shown = web.actor(), request.args.get("show", OWN)
    found = own.own_templates(actor, number_of(request.args.get("page", "1")) or 1)
    deleted = own.count_deleted(actor)
    shared = own.shared_templates(actor) if agency_name(actor) else None
    tabs = _tabs(shown, found.total, None if shared is None else len(shared), deleted)
    facts: dict[str, Any] = {"found": found, "tabs": tabs}
    if shown == SHARED and shared is not None:
        return render_template("gallery/library/shared.html", shared=shared, nav_active="templates", **facts)
    if shown == DELETED:
        return render_template(
            "gallery/library/deleted.html",
            deleted=own.deleted_templates(actor),
            total=deleted,
            days=DAYS,
            nav_active="templates",
            **facts,
        )
    return render_template("gallery/library/index.html", nav_active="templates", **facts)


@blueprint.get("/<public_id>/settings")
def edit(public_id: str) -> ResponseReturnValue:
    """Show the form for the details of a template of the account."""
    template = gallery.own_template(web.actor(), public_id)
    return _details_page(template, _form_of(template))


@blueprint.post("/<public_id>/settings")
def save(public_id: str) -> ResponseReturnValue:
    actor, form = web.actor(), DetailsForm()
    details = form.entered
    changes = gallery.TemplateChanges(
        name=details.name, category=details.category, description=details.description, tags=details.tags
    )
    try:
        changed = gallery.update_template(
            actor, public_id, changes, note=form.note.data or "", check=_unless_changed(form)
        )
    except Invalid as wrong:
        form.show(wrong.facts.get("fields", {}))
        return _details_page(gallery.own_template(actor, public_id), form), 422
    except ChangedByOthers as conflict:
        template = gallery.own_template(actor, public_id)
        form.version.data = str(template.version)
        return _details_page(template, form, conflict), 409
    flash(f"Saved. “{changed.card.name}” is at version {changed.card.version}.", "success")
    return web.send_to(url_for("library.edit", public_id=public_id))


@blueprint.post("/<public_id>/deletion")
def delete(public_id: str) -> ResponseReturnValue:
    gallery.delete_template(web.actor(), public_id)
    flash(f"Template deleted. You can restore it for {DAYS} days.", "success")
    return web.send_to(url_for("library.index", show=DELETED))


@blueprint.post("/<public_id>/deletion/removal")
def restore(public_id: str) -> ResponseReturnValue:
    actor = web.actor()
    try:
        template = gallery.restore_template(actor, public_id)
    except LimitReached as full:
        flash(full.message, "danger")
        return web.send_to(url_for("library.index", show=DELETED))
    flash(f"“{template.name}” is back.", "success")
    return web.send_to(url_for("library.edit", public_id=public_id))


@blueprint.get("/<public_id>/copy")
def ask_copy(public_id: str) -> ResponseReturnValue:
    """Show the form for copying a template to the account's own."""
    actor = web.actor()
    require(actor, Permission.TEMPLATES)
    card = gallery.template_details(actor, public_id).card
    form = DetailsForm(
        formdata=None,
        name=f"Copy of {card.name}"[:120],
        category=card.category,
        description=card.description,
        tags=", ".join(card.tags),
    )
    return _copy_page(card, form)


@blueprint.post("/<public_id>/copy")
def copy(public_id: str) -> ResponseReturnValue:
    actor, form = web.actor(), DetailsForm()
    try:
        made = own.copy_template(actor, public_id, form.entered)
    except (Invalid, LimitReached) as wrong:
        form.show(wrong.facts.get("fields", {}))
        error = None if wrong.facts.get("fields") else wrong
        return _copy_page(gallery.template_details(actor, public_id).card, form, error), web.status_of(wrong)
    flash(f"“{made.card.name}” is one of your templates now.", "success")
    return web.send_to(url_for("library.edit", public_id=made.card.public_id))


class ChangedByOthers(Conflict):
    """The template has a newer version than the one that the form was filled in for."""


def _unless_changed(form: DetailsForm) -> Any:
    """Return the check that the template is at the version that the form shows."""

    def check(template: Any) -> None:
        if form.version.data and form.version.data != str(template.version):
            raise ChangedByOthers(
                "CONFLICT",
                f"Someone else has saved version {template.version} since you opened this page. "
                "Saving again replaces their details with yours.",
            )

    return check


def _form_of(template: Any) -> DetailsForm:
    return DetailsForm(
        formdata=None,
        name=template.name,
        category=template.category,
        description=template.description,
        tags=", ".join(template.tags),
        version=str(template.version),
    )


def _details_page(template: Any, form: DetailsForm, error: MusterError | None = None) -> str:
    return render_template(
        "gallery/library/edit.html",
        template=template,
        form=form,
        error=error,
        days=DAYS,
        may_share=may_share(web.actor(), template),
        nav_active="templates",
    )


def _copy_page(card: Any, form: DetailsForm, error: MusterError | None = None) -> str:
    return render_template(
        "gallery/library/copy.html", card=card, form=form, error=error, nav_active="templates"
    )


def _tabs(shown: str, total: int, shared: int | None, deleted: int) -> list[dict[str, Any]]:
    parts = [("Your templates", OWN, total), ("Recently deleted", DELETED, deleted)]
    if shared is not None:
        parts.insert(1, ("Shared with you", SHARED, shared))
    return [
        {
            "text": text,
            "url": url_for("library.index", show=key or None),
            "count": count,
            "active": shown == key,
        }
        for text, key, count in parts
    ]
