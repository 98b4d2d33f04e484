"""Settings > Account and Settings > Limits."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.application import change_account, change_limits, people_with, require
from app.accounts.domain import Permission
from app.accounts.domain.regions import countries
from app.home import application as home_room
from app.home.presentation.forms import AccountForm
from app.platform import web
from app.platform.errors import Invalid
from app.platform.settings import current
from app.platform.text.numbers import typed_number

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
    return _limits_page({}, {})


@blueprint.post("/limits")
def set_limits() -> ResponseReturnValue:
    """Save the limits. An empty field restores the installation's default."""
    typed = {name: request.form.get(name, "").strip() for name in current().account_limits}
    wanted = {name: parse_limit(text) for name, text in typed.items()}
    try:
        change_limits(web.actor(), wanted, current())
    except Invalid as wrong:
        return _limits_page(typed, wrong.facts["fields"]), 422
    flash("Saved.", "success")
    return web.send_to(url_for("settings.limits"))


def parse_limit(text: str) -> int | None:
    """Return the number, None for an empty field, or 0 (never a valid limit) for anything else."""
    return (typed_number(text) or 0) if text.strip() else None


def _limits_page(typed: dict[str, str], problems: dict[str, str]) -> str:
    settings = current()
    account_id = web.actor().account_id
    return render_template(
        "home/limits.html",
        installation_limits=home_room.installation_limits(web.actor(), settings),
        limits=home_room.limits(web.actor(), settings),
        typed=typed,
        problems=problems,
        approvers=len(people_with(account_id, Permission.WORKFLOWS)),
        nav_active="settings",
    )


def _account_page(form: AccountForm) -> str:
    return render_template("home/account.html", form=form, countries=countries(), nav_active="settings")
