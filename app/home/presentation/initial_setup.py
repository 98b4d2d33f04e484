"""Initial setup page: creates the owner of a new installation and signs them in."""

from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import Security, hash_password, login_user

from app.accounts import application as accounts
from app.accounts.application import create_owner
from app.accounts.domain import Actor
from app.accounts.domain.input import account_problems, person_problems
from app.accounts.domain.regions import former_names
from app.home.presentation.forms import SetupForm
from app.platform import web
from app.platform.attempts import count_or_refuse
from app.platform.errors import Invalid
from app.platform.logs import log
from app.platform.settings import current
from app.platform.tenancy import acting_for
from app.sample_data.application import make_sample_data

blueprint = Blueprint("initial_setup", __name__)


@blueprint.get("/setup")
@web.public
def set_up() -> ResponseReturnValue:
    """Show the form, or redirect home if the installation has an owner."""
    if not accounts.installation_is_new():
        return redirect(url_for("home.home"), 303)
    accounts.refuse_unknown_host(current(), request.host)
    return _page(SetupForm(token=request.args.get("token", "")))


@blueprint.post("/setup")
@web.public
def make_owner() -> ResponseReturnValue:
    """Create the owner, sign them in, and add sample data if requested."""
    accounts.refuse_second_owner()
    accounts.refuse_unknown_host(current(), request.host)
    count_or_refuse("set-up", request.remote_addr)
    form = SetupForm()
    form.validate()
    form.show(_problems(form))
    if form.errors:
        return _page(form), 422
    actor = create_owner(
        email=form.text("email"),
        password=form.text("password"),
        hash_password=hash_password,
        name=form.text("name"),
        account_name=form.text("account_name"),
        time_zone=form.text("time_zone"),
        country=form.text("country"),
        origin=request.remote_addr or "",
    )
    accounts.discard_setup_token(current())
    _sign_in(actor)
    if form.sample_data.data:
        _add_sample_data(actor)
    return redirect(url_for("home.home"), 303)


def _page(form: SetupForm) -> str:
    asks_token = accounts.required_setup_token(current(), web.is_forwarded()) is not None
    return render_template(
        "home/initial_setup.html", form=form, asks_token=asks_token, former_zones=former_names()
    )


def _problems(form: SetupForm) -> dict[str, str]:
    """Validate all fields at once, including the setup token; return {field: sentence}."""
    problems = person_problems(
        form.text("email"), form.text("password"), form.text("name"), form.text("account_name")
    )
    problems |= account_problems(form.text("account_name"), form.text("time_zone"), form.text("country"))
    try:
        accounts.check_setup_token(current(), form.text("token"), web.is_forwarded())
    except Invalid as wrong:
        problems |= wrong.facts["fields"]
    return problems


def _sign_in(actor: Actor) -> None:
    security = cast(Security, current_app.extensions["user_security"])
    owner = security.datastore.find_user(id=actor.user_id)
    assert owner is not None
    login_user(owner)


def _add_sample_data(actor: Actor) -> None:
    """Add sample data. A failure is logged and shown; it does not undo the setup."""
    try:
        with acting_for(actor.account_id):
            make_sample_data(actor.account_id)
    except Exception:
        log.exception("sample_data_failed")
        flash(
            "Your account is ready, but the sample data couldn’t be added. See the log for details.",
            "warning",
        )
