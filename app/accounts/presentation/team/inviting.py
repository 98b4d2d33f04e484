"""Inviting people to an account, on its team page or on its agency's page for it."""

from typing import Any, NamedTuple, Protocol

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, PasswordField, RadioField

from app.accounts.application.system_emails import can_email_links
from app.accounts.application.team import invitations
from app.accounts.application.team.invitations import Invited
from app.accounts.domain import Actor, Role
from app.accounts.domain.team import INVITATION_LIFETIME, ROLE_TEXTS, roles_to_give
from app.accounts.presentation.security.current_password import asks_password, check_if_asked
from app.platform import web
from app.platform.addresses.email_keys import MAX_ADDRESS
from app.platform.clock import now
from app.platform.errors import Invalid, LimitReached
from app.platform.settings import current
from app.platform.tenancy import acting_for


class RoleForm(web.ShowingForm):
    role = RadioField("Role", validate_choice=False)

    def offer(self, own: Role) -> None:
        """Offer the roles that a person with this role may give."""
        self["role"].choices = [(role.value, role.value.capitalize()) for role in roles_to_give(own)]


class InviteForm(RoleForm):
    email = EmailField("Email address", render_kw={"maxlength": MAX_ADDRESS})
    role = RadioField("Role", validate_choice=False, default=Role.MARKETER.value)
    password = PasswordField("Current password")


class Page(Protocol):
    """Makes a page with the form, and with what else it shows."""

    def __call__(self, *, form: InviteForm, **facts: Any) -> str: ...


class InvitingPage(NamedTuple):
    """The page at `address` from which `actor` invites people to their account."""

    actor: Actor
    page: Page
    address: str

    def invite(self) -> ResponseReturnValue:
        form = InviteForm()
        try:
            check_if_asked(form.password.data)
            with acting_for(self.actor.account_id):
                made = invitations.invite(
                    self.actor, email=(form.email.data or "").strip(), role=form.role.data or ""
                )
        except Invalid as wrong:
            form.show(wrong.facts["fields"])
            return self.page(form=form), 422
        except LimitReached as full:
            form.show({"email": full.message})
            return self.page(form=form), web.status_of(full)
        return self._sent(made)

    def renew(self, invitation_id: int) -> ResponseReturnValue:
        try:
            made = self._renew(invitation_id, by_email=True)
        except LimitReached as full:
            flash(full.message, "danger")
            return web.send_to(self.address)
        return self._sent(made)

    def show_new_link(self, invitation_id: int) -> ResponseReturnValue:
        """Show a new link to send by oneself; it is on the response page only."""
        return self._with_link(self._renew(invitation_id, by_email=False))

    def revoke(self, invitation_id: int) -> ResponseReturnValue:
        with acting_for(self.actor.account_id):
            address = invitations.revoke_invitation(self.actor, invitation_id)
        flash(f"Invitation of {address} revoked.", "success")
        return web.send_to(self.address)

    def _renew(self, invitation_id: int, by_email: bool) -> Invited:
        with acting_for(self.actor.account_id):
            return invitations.renew_invitation(self.actor, invitation_id, by_email=by_email)

    def _sent(self, made: Invited) -> ResponseReturnValue:
        """Go back to the page. If no email could be sent, show the link, on this response only."""
        if not can_email_links(current()):
            return self._with_link(made)
        flash(f"Invitation sent to {made.email}.", "success")
        return web.send_to(self.address)

    def _with_link(self, made: Invited) -> str:
        base = current().public_url or request.host_url.rstrip("/")
        link = f"{base}{url_for('invitations.show', token=made.token)}"
        return self.page(form=InviteForm(formdata=None), invited=made, link=link)


def invite_facts() -> dict[str, Any]:
    """Return what the form that invites, and the list of invitations, show on every page that has them."""
    return {
        "role_texts": role_texts(),
        "can_email": can_email_links(current()),
        "has_mail_server": bool(current().mail_url),
        "asks_password": asks_password(),
        "days": INVITATION_LIFETIME.days,
        "now": now(),
    }


def role_texts() -> dict[str, str]:
    """Return {role: what people with it may do}."""
    return {role.value: text for role, text in ROLE_TEXTS.items()}
