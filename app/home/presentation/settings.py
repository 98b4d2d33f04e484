"""Settings: the account itself, and its limits."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import change_account, require
from app.accounts.domain import Permission
from app.accounts.domain.places import countries
from app.home import application as home_room
from app.home.presentation.forms import AccountForm
from app.platform import formats, web
from app.platform.errors import Invalid
from app.platform.settings import current

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
def account() -> ResponseReturnValue:
    actor = web.actor()
    require(actor, Permission.REPORTS)
    form = AccountForm(account_name=actor.account_name, time_zone=actor.time_zone, country=actor.country)
    return _account_page(form)


@blueprint.post("")
def change() -> ResponseReturnValue:
    form = AccountForm()
    form.validate()
    try:
        change_account(
            web.actor(),
            name=form.text("account_name"),
            time_zone=form.text("time_zone"),
            country=form.text("country"),
        )
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _account_page(form), 422
    flash("Saved.", "success")
    return web.send_to(url_for("settings.account"))


@blueprint.get("/limits")
def limits() -> ResponseReturnValue:
    settings = current()
    return render_template(
        "home/limits.html",
        limits=home_room.limits(web.actor(), settings),
        largest_file=formats.size(settings.max_upload_bytes),
        nav_active="settings",
    )


def _account_page(form: AccountForm) -> str:
    return render_template("home/account.html", form=form, countries=countries(), nav_active="settings")
