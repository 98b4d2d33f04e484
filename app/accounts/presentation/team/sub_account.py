"""Settings > Accounts > a sub-account: its name, its people, and its limits, for its agency."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, StringField

from app.accounts.application.limits import limit_sub_account, limits_for_sub_account
from app.accounts.application.sub_accounts import actor_in_sub_account, rename_sub_account
from app.accounts.application.suspension import (
    reactivate_sub_account,
    suspend_sub_account,
    suspended_since,
)
from app.accounts.application.team import invitations, people
from app.accounts.domain import Actor
from app.accounts.domain.input import MAX_NAME_LENGTH
from app.accounts.domain.limits import LIMITS
from app.accounts.presentation.security.current_password import check_if_asked
from app.accounts.presentation.team.inviting import InviteForm, InvitingPage, invite_facts
from app.platform import web
from app.platform.errors import Invalid
from app.platform.settings import UNLIMITED, current
from app.platform.tenancy import acting_for
from app.platform.text.numbers import typed_number

blueprint = Blueprint("sub_account", __name__, url_prefix="/settings/accounts/<int:account_id>")

PEOPLE = 100
"""How many people the page lists."""


class NameForm(web.ShowingForm):
    name = StringField("Name", render_kw={"maxlength": MAX_NAME_LENGTH})


class SuspensionForm(web.ShowingForm):
    password = PasswordField("Current password", id="suspension-password")


@blueprint.get("")
def show(account_id: int) -> ResponseReturnValue:
    return _page(account_id)


@blueprint.post("/name")
def rename(account_id: int) -> ResponseReturnValue:
    form = NameForm()
    return web.saved(
        form,
        lambda: rename_sub_account(web.actor(), account_id, form.name.data or ""),
        lambda: _page(account_id, name_form=form),
        url_for("sub_account.show", account_id=account_id),
        "Name saved.",
    )


@blueprint.post("/suspension")
def suspend(account_id: int) -> ResponseReturnValue:
    return _change_suspension(account_id, suspend_sub_account, "suspended")


@blueprint.post("/reactivation")
def reactivate(account_id: int) -> ResponseReturnValue:
    return _change_suspension(account_id, reactivate_sub_account, "active again")


@blueprint.post("/invitations")
def invite(account_id: int) -> ResponseReturnValue:
    """Invite a person to the sub-account alone: they see nothing of the agency."""
    return _inviting(account_id).invite()


@blueprint.post("/invitations/<int:invitation_id>/renewal")
def renew(account_id: int, invitation_id: int) -> ResponseReturnValue:
    return _inviting(account_id).renew(invitation_id)


@blueprint.post("/invitations/<int:invitation_id>/link")
def new_link(account_id: int, invitation_id: int) -> ResponseReturnValue:
    return _inviting(account_id).show_new_link(invitation_id)


@blueprint.post("/invitations/<int:invitation_id>/revocation")
def revoke(account_id: int, invitation_id: int) -> ResponseReturnValue:
    return _inviting(account_id).revoke(invitation_id)


@blueprint.post("/limits")
def set_limits(account_id: int) -> ResponseReturnValue:
    """Save the limits that the sub-account can’t exceed. An empty field lifts one."""
    typed = {name: request.form.get(name, "").strip() for name in current().account_limits}
    wanted = {name: (typed_number(text) or 0) if text else None for name, text in typed.items()}
    try:
        limit_sub_account(web.actor(), account_id, wanted, current())
    except Invalid as wrong:
        return _page(account_id, typed=typed, problems=wrong.facts["fields"]), 422
    flash("Limits saved.", "success")
    return web.send_to(url_for("sub_account.show", account_id=account_id))


def _change_suspension(
    account_id: int, change: Callable[[Actor, int], str], state: str
) -> ResponseReturnValue:
    actor_in_sub_account(web.actor(), account_id)
    form = SuspensionForm()
    try:
        check_if_asked(form.password.data)
        name = change(web.actor(), account_id)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(account_id, suspension_form=form), 422
    flash(f"{name} is {state}.", "success")
    return web.send_to(url_for("sub_account.show", account_id=account_id))


def _inviting(account_id: int) -> InvitingPage:
    there = actor_in_sub_account(web.actor(), account_id)
    address = url_for("sub_account.show", account_id=account_id)
    return InvitingPage(there, partial(_page, account_id), address)


def _page(account_id: int, **facts: Any) -> str:
    actor = web.actor()
    there = actor_in_sub_account(actor, account_id)
    form = facts.pop("form", None) or InviteForm(formdata=None)
    form.offer(there.role)
    with acting_for(account_id):
        team = people.list_team(there, limit=PEOPLE)
        pending = invitations.pending_invitations(there)
    shown: dict[str, Any] = {
        "suspension_form": SuspensionForm(formdata=None),
        "since": suspended_since(account_id),
        "name_form": NameForm(formdata=None, name=there.account_name),
        "typed": {},
        "problems": {},
        "limits": _limits(actor, account_id),
    }
    return render_template(
        "accounts/sub_account.html",
        account=there,
        form=form,
        team=team,
        pending=pending,
        nav_active="settings",
        **(shown | invite_facts() | facts),
    )


def _limits(actor: Actor, account_id: int) -> list[dict[str, Any]]:
    """Return the limits in the order of the settings; `given` is what the agency has set."""
    given, highest = limits_for_sub_account(actor, account_id, current())
    return [
        {
            "name": name,
            "title": LIMITS[name].title,
            "given": given.get(name),
            "highest": highest[name] if highest[name] < UNLIMITED else None,
        }
        for name in current().account_limits
    ]
