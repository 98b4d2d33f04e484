"""Settings > Team: the people of the account and their roles, and invitations to it."""

from typing import Any, Final

from flask import Blueprint, Flask, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, PasswordField

from app.accounts.application.team import invitations, people
from app.accounts.domain import Permission, Role
from app.accounts.domain.team import a_role, is_lower, roles_to_give
from app.accounts.infrastructure.team import Member
from app.accounts.presentation.security.current_password import asks_password, check_if_asked
from app.accounts.presentation.team.inviting import (
    InviteForm,
    InvitingPage,
    RoleForm,
    invite_facts,
    role_texts,
)
from app.platform import web
from app.platform.attempts import AttemptLimiter
from app.platform.errors import Invalid
from app.platform.ids import number_of

blueprint = Blueprint("team", __name__, url_prefix="/settings/team")

PAGE: Final = 50


def init(app: Flask) -> None:
    AttemptLimiter(app, invitations.SENT, invitations.MOST_SENT, invitations.SECONDS)
    app.register_blueprint(blueprint)


class ChangeForm(RoleForm):
    is_sure = BooleanField("I want to give up some of my own permissions")
    password = PasswordField("Current password", id="role-password")


class RemovalForm(web.ShowingForm):
    password = PasswordField("Current password", id="removal-password")


@blueprint.get("")
def index() -> ResponseReturnValue:
    return _page(form=InviteForm(formdata=None))


@blueprint.post("/invitations")
def invite() -> ResponseReturnValue:
    return _inviting().invite()


@blueprint.post("/invitations/<int:invitation_id>/renewal")
def renew(invitation_id: int) -> ResponseReturnValue:
    return _inviting().renew(invitation_id)


@blueprint.post("/invitations/<int:invitation_id>/link")
def new_link(invitation_id: int) -> ResponseReturnValue:
    return _inviting().show_new_link(invitation_id)


@blueprint.post("/invitations/<int:invitation_id>/revocation")
def revoke(invitation_id: int) -> ResponseReturnValue:
    return _inviting().revoke(invitation_id)


@blueprint.get("/<int:user_id>")
def person(user_id: int) -> ResponseReturnValue:
    found = people.find_person(web.actor(), user_id)
    return _person_page(found, ChangeForm(formdata=None, role=found.role))


@blueprint.post("/<int:user_id>/role")
def set_role(user_id: int) -> ResponseReturnValue:
    form = ChangeForm()
    actor = web.actor()
    wanted = form.role.data or ""
    try:
        check_if_asked(form.password.data)
        before = people.change_role(actor, user_id, wanted, is_sure=bool(form.is_sure.data))
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _person_page(people.find_person(actor, user_id), form), 422
    if before.role == wanted:
        return web.send_to(url_for("team.index"))
    flash(f"{before.name} is {a_role(wanted)} now.", "success")
    return web.send_to(url_for("team.index"))


@blueprint.post("/<int:user_id>/removal")
def remove(user_id: int) -> ResponseReturnValue:
    form = RemovalForm()
    try:
        check_if_asked(form.password.data)
        found = people.remove_person(web.actor(), user_id)
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        found = people.find_person(web.actor(), user_id)
        return _person_page(found, ChangeForm(formdata=None, role=found.role), form), 422
    flash(f"{found.name} was removed from your team and signed out.", "success")
    return web.send_to(url_for("team.index"))


def _inviting() -> InvitingPage:
    return InvitingPage(web.actor(), _page, url_for("team.index"))


def _page(*, form: InviteForm, **facts: Any) -> str:
    actor = web.actor()
    form.offer(actor.role)
    may_manage = actor.may(Permission.ACCOUNT)
    after = number_of(request.args.get("after", ""))
    team = people.list_team(actor, after=after, limit=PAGE)
    return render_template(
        "accounts/team.html",
        form=form,
        team=team,
        may_manage=may_manage,
        pending=invitations.pending_invitations(actor) if may_manage else [],
        **invite_facts(),
        first=url_for("team.index") if after else None,
        following=url_for("team.index", after=team.next) if team.next else None,
        nav_active="settings",
        **facts,
    )


def _person_page(found: Member, form: ChangeForm, removal_form: RemovalForm | None = None) -> str:
    actor = web.actor()
    form.offer(actor.role)
    is_self = found.user_id == actor.user_id
    return render_template(
        "accounts/team_person.html",
        form=form,
        removal_form=removal_form or RemovalForm(formdata=None),
        person=found,
        is_self=is_self,
        asks=is_self and any(is_lower(role, Role(found.role)) for role in roles_to_give(actor.role)),
        asks_password=asks_password(),
        role_refusal=people.refusal_of_role(actor, found),
        removal_refusal=people.refusal_of_removal(actor, found),
        role_texts=role_texts(),
        nav_active="settings",
    )
