"""Settings > Accounts: creating sub-accounts, and switching between the accounts that a user can work in."""

from typing import Any, Final

from flask import Blueprint, flash, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from app.accounts.application import (
    create_sub_account,
    is_agency,
    open_account,
    open_accounts,
    sub_account_names,
    suspended_among,
)
from app.accounts.domain import Permission
from app.accounts.domain.input import MAX_NAME_LENGTH
from app.accounts.presentation.request_guard import also_while_suspended
from app.platform import web
from app.platform.errors import Invalid
from app.platform.ids import number_of

blueprint = Blueprint("sub_accounts", __name__, url_prefix="/settings/accounts")

KEY: Final = "account_id"  # in the session; the request guard reads it
PAGE: Final = 50
FEW: Final = 5
"""How many other accounts the menu of the user offers."""


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
    is_long = open_accounts(web.actor(), limit=PAGE).next is not None
    return web.send_to(url_for("sub_accounts.index", q=form.name.data if is_long else None))


@blueprint.get("/others")
def others() -> ResponseReturnValue:
    """Return the first few of the user’s other accounts, for the menu."""
    actor = web.actor()
    found = open_accounts(actor, limit=FEW + 1).rows
    rows = [one for one in found if one.id != actor.account_id][:FEW]
    return render_template("accounts/_others.html", accounts=rows)


@blueprint.post("/switch")
@also_while_suspended
def switch() -> ResponseReturnValue:
    """Let the following requests of this browser act in another account of the user's."""
    found = open_account(web.actor(), number_of(request.form.get("account", "")))
    session[KEY] = found.id
    session.pop("csrf_token", None)  # forms that are open in other tabs were made for the other account
    flash(f"You’re working in “{found.name}” now.", "success")
    return web.send_to("/")


def _page(form: AccountForm) -> str:
    actor = web.actor()
    search = " ".join(request.args.get("q", "").replace("\0", "").split())[:MAX_NAME_LENGTH]
    after = number_of(request.args.get("after", ""))
    place: dict[str, Any] = {"q": search or None}
    found = open_accounts(actor, search=search, after=after, limit=PAGE)
    may_manage = is_agency(actor.account_id) and actor.may(Permission.ACCOUNT)
    return render_template(
        "accounts/sub_accounts.html",
        form=form,
        found=found,
        search=search,
        is_searchable=bool(search or after or found.next),
        first=url_for("sub_accounts.index", **place) if after else None,
        following=url_for("sub_accounts.index", **place, after=found.next) if found.next else None,
        may_create=may_manage,
        suspended=suspended_among([one.id for one in found.rows]),
        managed=sub_account_names(actor, [one.id for one in found.rows]) if may_manage else {},
        nav_active="settings",
    )
