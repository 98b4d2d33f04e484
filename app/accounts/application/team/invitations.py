"""Invite people to an account.

A token is in the link that the invited person gets; only its SHA-256 is stored. Each new link replaces the
one before.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from app.accounts.application.permissions import lock_for, require
from app.accounts.application.system_emails import can_email_links, send_email, states_of_emails
from app.accounts.application.team.links import hash_of, new_token
from app.accounts.application.team.people import role_to_give
from app.accounts.domain import Actor, Permission, Role
from app.accounts.domain.input import email_problem, normal_email
from app.accounts.domain.team import INVITATION_LIFETIME, MOST_PENDING, may_manage
from app.accounts.infrastructure import team as store
from app.accounts.infrastructure.tables import Invitation
from app.accounts.infrastructure.team import KnownInvitation, PendingInvitation
from app.activity import application as activity
from app.platform.attempts import attempt_limiter
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.encryption import encrypted_to_save
from app.platform.errors import Invalid, LimitReached, NotAllowed, NotFound
from app.platform.settings import current

EMAIL: Final = "invitation"
PURPOSE: Final = "invitations"
"""What the token in a waiting email is encrypted for."""
KEPT: Final = timedelta(days=30)
"""How long invitations are kept after they expire, so that their links say so."""
SENT: Final = "invitations to an address"
MOST_SENT, SECONDS = 10, 3600
"""How many emails one address gets from an account within so many seconds."""


class Invited(NamedTuple):
    """An invitation with its token, which nothing can show again."""

    id: int
    email: str
    role: str
    token: str


def invite(actor: Actor, *, email: str, role: str) -> Invited:
    """Invite a person, by email if the installation can send it.

    Raises Invalid with `fields`, and LimitReached.
    """
    require(actor, Permission.ACCOUNT)
    if problem := email_problem(email):
        sentence = problem.replace("your email", "an email")
        raise Invalid.in_fields({"email": sentence})
    address, at = normal_email(email), now()
    token = new_token(is_shown=not can_email_links(current()))
    with transaction():
        actor = lock_for(actor, Permission.ACCOUNT)
        given = role_to_give(actor, role)
        _refuse_known(actor, address)
        made = store.add_invitation(
            Invitation(
                account_id=actor.account_id,
                created_by=actor.user_id,
                email=address,
                role=given.value,
                token_hash=hash_of(token),
                sent_at=at,
                expires_at=at + INVITATION_LIFETIME,
            )
        )
        activity.record(actor, "person_invited", "invitation", made.id, role=given.value)
        return _sent(actor, made, token, by_email=True)


def pending_invitations(actor: Actor) -> Sequence[PendingInvitation]:
    """Return the invitations that were neither accepted nor revoked, newest first."""
    require(actor, Permission.ACCOUNT)
    found = store.pending_invitations(actor.account_id)
    states = states_of_emails(actor.account_id, EMAIL, [str(one.id) for one in found])
    return [
        one._replace(mail=state)
        if (state := states.get(str(one.id))) and state.written_at >= one.sent_at
        else one
        for one in found
    ]


def renew_invitation(actor: Actor, invitation_id: int, *, by_email: bool) -> Invited:
    """Give an invitation a new link and a new expiry, and send it if `by_email`.

    The link before stops working. The invitation is the actor’s from now on, as the new link is in their
    hands. Raises NotFound, NotAllowed, and LimitReached.
    """
    require(actor, Permission.ACCOUNT)
    token, at = new_token(is_shown=not (by_email and can_email_links(current()))), now()
    with transaction():
        actor = lock_for(actor, Permission.ACCOUNT)
        known = _pending(actor, invitation_id, "Only an owner can invite owners.")
        values = {
            "token_hash": hash_of(token),
            "sent_at": at,
            "expires_at": at + INVITATION_LIFETIME,
            "created_by": actor.user_id,
        }
        store.change_invitation(actor.account_id, known.id, values)
        activity.record(actor, "invitation_renewed", "invitation", known.id)
        return _sent(actor, known, token, by_email=by_email)


def revoke_invitation(actor: Actor, invitation_id: int) -> str:
    """End an invitation and return its email address. Raises NotFound and NotAllowed."""
    require(actor, Permission.ACCOUNT)
    with transaction():
        actor = lock_for(actor, Permission.ACCOUNT)
        known = _pending(actor, invitation_id, "Only an owner can revoke invitations of owners.")
        store.change_invitation(actor.account_id, known.id, {"revoked_at": now()})
        activity.record(actor, "invitation_revoked", "invitation", known.id)
        return known.email


def discard_old_invitations() -> int:
    """Delete the invitations that expired a while ago, whatever became of them; return how many."""
    with transaction():
        return store.discard_invitations(now() - KEPT)


def _refuse_known(actor: Actor, address: str) -> None:
    if member := store.member_with_email(actor.account_id, address):
        raise Invalid.in_fields({"email": f"{member.name} is already in your team."})
    if store.pending_invitation_to(actor.account_id, address):
        sentence = "This person has an invitation already. Resend or revoke that one."
        raise Invalid.in_fields({"email": sentence})
    if len(store.pending_invitations(actor.account_id)) >= MOST_PENDING:
        raise LimitReached(
            "LIMIT_REACHED",
            f"Your account can have {MOST_PENDING} open invitations. Revoke one that you don’t need.",
            limit=MOST_PENDING,
        )


def _pending(actor: Actor, invitation_id: int, refusal: str) -> Invitation:
    known = store.pending_invitation(actor.account_id, invitation_id)
    if known is None:
        raise NotFound("NOT_FOUND", "This invitation doesn’t exist, or has been accepted or revoked.")
    if not may_manage(actor.role, Role(known.role)):
        raise NotAllowed("NOT_ALLOWED", refusal)
    return known


def _sent(actor: Actor, invitation: Invitation, token: str, *, by_email: bool) -> Invited:
    """Send the link if that is wanted and possible. Raises LimitReached."""
    if by_email and can_email_links(current()):
        send_link(actor.account_id, actor.account_name, actor.name, invitation, token)
    return Invited(invitation.id, invitation.email, invitation.role, token)


def send_link(
    account_id: int, account_name: str, inviter: str, invitation: Invitation | KnownInvitation, token: str
) -> None:
    """Email the link with a token. The email waits in the database, its token encrypted.

    Raises LimitReached if this address got too many.
    """
    digest = hash_of(f"{account_id}:{invitation.email}")
    if isinstance(attempt_limiter(SENT).begin([f"address:{digest}"]), int):
        sentence = "Too many emails were sent to this address. Try again later."
        raise LimitReached("RATE_LIMITED", sentence)
    facts = {
        "inviter": inviter,
        "account": account_name,
        "role": invitation.role,
        "token": encrypted_to_save(token, PURPOSE),
    }
    send_email(account_id, invitation.email, EMAIL, str(invitation.id), facts)
