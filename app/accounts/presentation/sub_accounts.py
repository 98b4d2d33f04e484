"""Settings > Accounts: creating sub-accounts, and switching between the accounts that a user can work in."""

from typing import Final

from flask import Blueprint, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from app.accounts.application import create_sub_account, is_agency, open_accounts
from app.accounts.domain import Permission
from app.accounts.domain.input import MAX_NAME_LENGTH
from app.platform import web
from app.platform.errors import Invalid, NotFound
from app.platform.ids import number_of

blueprint = Blueprint("sub_accounts", __name__, url_prefix="/settings/accounts")

KEY: Final = "account_id"  # in the session; the request guard reads it


class AccountForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_NAME_LENGTH})


@blueprint.get("")
def index() -> ResponseReturnValue:
    return _page(AccountForm(formdata=None))


@blueprint.post("")
def create() -> ResponseReturnValue:
    form = AccountForm()
    try:
        create_sub_account(web.actor(), name=form.name.data or "")
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(form), 422
    flash("Sub-account created.", "success")
    return web.send_to(url_for("sub_accounts.index"))


@blueprint.post("/switch")
def switch() -> ResponseReturnValue:
    """Let the following requests of this browser act in another account of the user's."""
    wanted = number_of(request.form.get("account", ""))
    found = next((one for one in open_accounts(web.actor()) if one.id == wanted), None)
    if found is None:
        raise NotFound("NOT_FOUND", "You aren’t a member of this account.")
    session[KEY] = found.id
    session.pop("csrf_token", None)  # forms that are open in other tabs were made for the other account
    flash(f"You’re working in “{found.name}” now.", "success")
    return web.send_to("/")


def _page(form: AccountForm) -> str:
    actor = web.actor()
    return render_template(
        "accounts/sub_accounts.html",
        form=form,
        accounts=open_accounts(actor),
        may_create=is_agency(actor.account_id) and actor.may(Permission.ACCOUNT),
        nav_active="settings",
    )
