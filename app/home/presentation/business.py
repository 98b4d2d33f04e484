"""Settings: the business details that messages use, and the logo."""

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.accounts import application as accounts
from app.accounts.domain import Permission
from app.accounts.domain.business import MAX_LOGO_BYTES
from app.home.presentation.forms import BusinessForm, LogoForm
from app.platform import web
from app.platform.errors import Invalid

blueprint = Blueprint("business", __name__, url_prefix="/settings/business")

FORM_OVERHEAD = 64 * 1024  # what a browser sends around the file


@blueprint.get("")
def show() -> ResponseReturnValue:
    actor = web.actor()
    accounts.require(actor, Permission.REPORTS)
    details = accounts.business_details(actor.account_id)
    return _page(BusinessForm(formdata=None, data=details.texts))


@blueprint.post("")
def change() -> ResponseReturnValue:
    form = BusinessForm()
    form.validate()
    try:
        accounts.change_business(web.actor(), form.texts())
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(form), 422
    flash("Saved.", "success")
    return web.send_to(url_for("business.show"))


@blueprint.post("/logo")
@web.csrf.exempt  # it would read the body before anybody knows that the picture is small enough
def change_logo() -> ResponseReturnValue:
    """Takes a picture in, or removes the one that is there. Nothing of a body that is too large is read."""
    actor = web.actor()
    accounts.require(actor, Permission.ACCOUNT)
    try:
        if (request.content_length or 0) > MAX_LOGO_BYTES + FORM_OVERHEAD:
            return _refused("Use an image of at most 1 MB.", 413)
        web.csrf.protect()
        if "remove" in request.form:
            accounts.change_business(actor, {}, remove_logo=True)
        else:
            file = request.files.get("logo")
            if file is None or not file.filename:
                return _refused("Choose an image first.", 422)
            accounts.change_business(actor, {}, logo=file.stream.read(MAX_LOGO_BYTES + 1))
    except RequestEntityTooLarge:
        return _refused("Use an image of at most 1 MB.", 413)
    except Invalid as wrong:
        return _refused(wrong.message, 422)
    flash("Logo removed." if "remove" in request.form else "Logo saved.", "success")
    return web.send_to(url_for("business.show"))


@blueprint.get("/logo")
def logo() -> ResponseReturnValue:
    """The picture, as data that no browser runs."""
    content, media_type = accounts.logo_of(web.actor())
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = f"inline; filename=logo.{media_type.rpartition('/')[2]}"
    return answer


def _refused(sentence: str, status: int) -> ResponseReturnValue:
    details = accounts.business_details(web.actor().account_id)
    logo_form = LogoForm(formdata=None)
    logo_form.logo.errors = [sentence]
    return _page(BusinessForm(formdata=None, data=details.texts), logo_form), status


def _page(form: BusinessForm, logo_form: Any = None) -> str:
    return render_template(
        "home/business.html",
        form=form,
        logo_form=logo_form or LogoForm(formdata=None),
        details=accounts.business_details(web.actor().account_id),
        nav_active="settings",
    )
