"""Settings > Team: the people of the account and their roles, and invitations to it."""

from typing import Any, Final

from flask import Blueprint, Flask, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, EmailField, PasswordField, RadioField

from app.accounts.application.system_emails import can_email_links
from app.accounts.application.team import invitations, people
from app.accounts.application.team.invitations import Invited
from app.accounts.domain import Permission, Role
from app.accounts.domain.team import INVITATION_LIFETIME, ROLE_TEXTS, a_role, is_lower, roles_to_give
from app.accounts.infrastructure.team import Member
from app.accounts.presentation.security.current_password import asks_password, check_if_asked
from app.platform import web
from app.platform.addresses.email_keys import MAX_ADDRESS
from app.platform.attempts import AttemptLimiter
from app.platform.clock import now
from app.platform.errors import Invalid, LimitReached
from app.platform.ids import number_of
from app.platform.settings import current

blueprint = Blueprint("team", __name__, url_prefix="/settings/team")

PAGE: Final = 50


def init(app: Flask) -> None:
    AttemptLimiter(app, invitations.SENT, invitations.MOST_SENT, invitations.SECONDS)
    app.register_blueprint(blueprint)


class RoleForm(web.ShowingForm):
    role = RadioField("Role", validate_choice=False)

    def offer(self, own: Role) -> None:
        """Offer the roles that a person with this role may give."""
        self["role"].choices = [(role.value, role.value.capitalize()) for role in roles_to_give(own)]


class InviteForm(RoleForm):
    email = EmailField("Email address", render_kw={"maxlength": MAX_ADDRESS})
    role = RadioField("Role", validate_choice=False, default=Role.MARKETER.value)
    password = PasswordField("Current password")


class ChangeForm(RoleForm):
    is_sure = BooleanField("I want to give up some of my own permissions")
    password = PasswordField("Current password", id="role-password")


class RemovalForm(web.ShowingForm):
    password = PasswordField("Current password", id="removal-password")


@blueprint.get("")
def index() -> ResponseReturnValue:
    return _page(InviteForm(formdata=None))


@blueprint.post("/invitations")
def invite() -> ResponseReturnValue:
    form = InviteForm()
    address = (form.email.data or "").strip()
    try:
        check_if_asked(form.password.data)
        made = invitations.invite(web.actor(), email=address, role=form.role.data or "")
    except Invalid as wrong:
        form.show(wrong.facts["fields"])
        return _page(form), 422
    except LimitReached as full:
        form.show({"email": full.message})
        return _page(form), web.status_of(full)
    return _sent(made)


@blueprint.post("/invitations/<int:invitation_id>/renewal")
def renew(invitation_id: int) -> ResponseReturnValue:
    try:
        made = invitations.renew_invitation(web.actor(), invitation_id, by_email=True)
    except LimitReached as full:
        flash(full.message, "danger")
        return web.send_to(url_for("team.index"))
    return _sent(made)


@blueprint.post("/invitations/<int:invitation_id>/link")
def new_link(invitation_id: int) -> ResponseReturnValue:
    """Show a new link to send by oneself; it is on the response page only."""
    made = invitations.renew_invitation(web.actor(), invitation_id, by_email=False)
    return _page(InviteForm(formdata=None), invited=made, link=link_of(made.token))


@blueprint.post("/invitations/<int:invitation_id>/revocation")
def revoke(invitation_id: int) -> ResponseReturnValue:
    address = invitations.revoke_invitation(web.actor(), invitation_id)
    flash(f"Invitation of {address} revoked.", "success")
    return web.send_to(url_for("team.index"))


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


def _sent(made: Invited) -> ResponseReturnValue:
    """Go back to the page. If no email could be sent, show the link, on this response only."""
    if can_email_links(current()):
        flash(f"Invitation sent to {made.email}.", "success")
        return web.send_to(url_for("team.index"))
    return _page(InviteForm(formdata=None), invited=made, link=link_of(made.token))


def link_of(token: str) -> str:
    base = current().public_url or request.host_url.rstrip("/")
    return f"{base}{url_for('invitations.show', token=token)}"


def _page(form: InviteForm, **facts: Any) -> str:
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
        role_texts=_role_texts(),
        nav_active="settings",
    )


def invite_facts() -> dict[str, Any]:
    """Return what the form that invites, and the list of invitations, show on every page that has them."""
    return {
        "role_texts": _role_texts(),
        "can_email": can_email_links(current()),
        "has_mail_server": bool(current().mail_url),
        "asks_password": asks_password(),
        "days": INVITATION_LIFETIME.days,
        "now": now(),
    }


def _role_texts() -> dict[str, str]:
    return {role.value: text for role, text in ROLE_TEXTS.items()}
