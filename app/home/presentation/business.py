"""Settings > Business details, including the logo."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.accounts.domain.business import MAX_LOGO_BYTES
from app.home.presentation.forms import BusinessForm, LogoForm
from app.platform import web
from app.platform.errors import Invalid

blueprint = Blueprint("business", __name__, url_prefix="/settings/business")

FORM_OVERHEAD = 64 * 1024  # bytes; multipart boundaries and other fields


@blueprint.get("")
def show() -> ResponseReturnValue:
    actor = web.actor()
    accounts.require(actor, Permission.REPORTS)
    details = accounts.business_details(actor.account_id)
    return _page(BusinessForm(formdata=None, data=details.typed))


@blueprint.post("")
def change() -> ResponseReturnValue:
    form = BusinessForm()
    form.validate()
    save = partial(accounts.change_business, web.actor(), form.texts())
    return web.saved(form, save, partial(_page, form), url_for("business.show"))


@blueprint.post("/logo")
@web.csrf.exempt  # checked below: the automatic check reads the body before its size is known
def change_logo() -> ResponseReturnValue:
    """Replace or remove the logo. A body that is too large is rejected unread."""
    actor = web.actor()
    accounts.require(actor, Permission.ACCOUNT)
    try:
        if (request.content_length or 0) > MAX_LOGO_BYTES + FORM_OVERHEAD:
            return _logo_error_page("Use an image of at most 1 MB.", 413)
        web.csrf.protect()
        if "remove" in request.form:
            accounts.change_business(actor, {}, remove_logo=True)
        else:
            file = request.files.get("logo")
            if file is None or not file.filename:
                return _logo_error_page("Choose an image first.", 422)
            accounts.change_business(actor, {}, logo=file.stream.read(MAX_LOGO_BYTES + 1))
    except RequestEntityTooLarge:
        return _logo_error_page("Use an image of at most 1 MB.", 413)
    except Invalid as wrong:
        return _logo_error_page(wrong.message, 422)
    flash("Logo removed." if "remove" in request.form else "Logo saved.", "success")
    return web.send_to(url_for("business.show"))


@blueprint.get("/logo")
def logo() -> ResponseReturnValue:
    return web.logo_image(*accounts.logo_of(web.actor()))


def _logo_error_page(sentence: str, status: int) -> ResponseReturnValue:
    details = accounts.business_details(web.actor().account_id)
    logo_form = LogoForm(formdata=None)
    logo_form.show({"logo": sentence})
    return _page(BusinessForm(formdata=None, data=details.typed), logo_form), status


def _page(form: BusinessForm, logo_form: Any = None) -> str:
    return render_template(
        "home/business.html",
        form=form,
        logo_form=logo_form or LogoForm(formdata=None),
        details=accounts.business_details(web.actor().account_id),
        nav_active="settings",
    )
