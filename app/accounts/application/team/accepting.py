"""Accept an invitation: as a new user, or as a user of this installation who has signed in.

The link alone says nothing about other users: it looks the same whether or not its email address has a user.
"""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from app.accounts.application.members import Hasher, actor_of
from app.accounts.application.permissions import lock
from app.accounts.application.system_emails import can_email_links
from app.accounts.application.team.invitations import send_link
from app.accounts.application.team.links import hash_of, proves_address, with_proof
from app.accounts.domain import Actor, Role
from app.accounts.domain.input import normal_name, normal_password, person_problems
from app.accounts.domain.team import InvitationState, state_of
from app.accounts.infrastructure import queries, store, team
from app.accounts.infrastructure.team import KnownInvitation
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.settings import current
from app.platform.tenancy import acting_for

UNKNOWN = "This invitation isn’t valid. Its link may be incomplete, or replaced by a newer one."
CANT_CREATE = "A user can’t be created with this email address. If you already use Muster, sign in to accept."
ENDED = "This invitation is no longer open."
EMAIL_UNPROVEN = "Confirm your email address first."


@dataclass(frozen=True)
class FoundInvitation:
    """An invitation as its link shows it. `inviter` is a name; None if that person is unknown.

    With `needs_proof`, a new user first opens a link that is emailed to them: a person who can see a link to
    copy could otherwise take any address, and keep its owner from using it.
    """

    account_id: int
    account_name: str
    email: str
    role: Role
    inviter: str | None
    state: InvitationState
    needs_proof: bool

    @property
    def is_open(self) -> bool:
        return self.state is InvitationState.OPEN


def find_invitation(token: str) -> FoundInvitation:
    """Return the invitation with this token, whatever its state. Raises NotFound."""
    return _found(_known(token), token)


def email_proof(token: str) -> FoundInvitation:
    """Email a link to the invited address, with which a new user can join; do nothing if none is needed.

    Whether the address has a user makes no difference. Raises NotFound, Conflict if the invitation is no
    longer open, and LimitReached.
    """
    known = _known(token)
    found = _found(known, token)
    if not found.is_open:
        raise Conflict("CONFLICT", ENDED)
    if found.needs_proof:
        with acting_for(found.account_id), transaction():
            inviter = known.inviter or known.account_name
            send_link(known.account_id, known.account_name, inviter, known, with_proof(token))
    return found


def accept_as_new_user(token: str, *, name: str, password: str, hash_password: Hasher, origin: str) -> Actor:
    """Create a user with the invited email address in the account and return the actor.

    Raises NotFound, Conflict if the invitation is no longer open or its link proves nothing of the address,
    and Invalid with `fields`.
    """
    found = find_invitation(token)
    if not found.is_open:
        raise Conflict("CONFLICT", ENDED)
    if found.needs_proof:
        raise Conflict("CONFLICT", EMAIL_UNPROVEN)
    fields = person_problems(found.email, password, name, found.account_name)
    if not normal_name(name):
        fields["name"] = "Enter your name."
    if fields:
        raise Invalid.in_fields(fields)
    password_hash = hash_password(normal_password(password))
    try:
        with acting_for(found.account_id), transaction():
            known = _locked(token)
            if queries.user_by_email(known.email):
                raise Invalid.in_fields({"email": CANT_CREATE})
            user = store.add_user(known.email, normal_name(name), password_hash)
            return _join(known, user.id, origin)
    except IntegrityError:  # a concurrent request created a user with this address
        raise Invalid.in_fields({"email": CANT_CREATE}) from None


def accept_as(user_id: int, token: str, *, origin: str) -> Actor:
    """Let a user join the account and return their actor there. They may have no account so far.

    Raises NotFound, and Conflict if the invitation is no longer open or is for another email address.
    """
    found = find_invitation(token)
    with acting_for(found.account_id), transaction():
        known = _locked(token)
        if queries.user(user_id).email != known.email:
            raise Conflict("CONFLICT", "This invitation is for another email address than yours.")
        return _join(known, user_id, origin)


def _join(known: KnownInvitation, user_id: int, origin: str) -> Actor:
    """Make a user a member, unless they have become one already, and close the invitation."""
    team.change_invitation(known.account_id, known.id, {"accepted_at": now()})
    is_new = team.member(known.account_id, user_id) is None
    if is_new:
        store.add_membership(known.account_id, user_id, known.role)
    joined = actor_of(user_id, known.account_id, origin)
    if is_new:
        facts = {"name": known.account_name, "role": known.role}
        activity.record(joined, "person_joined", "account", known.account_id, **facts)
    return joined


def _locked(token: str) -> KnownInvitation:
    """Return the invitation, if it is open, with its account locked: it is accepted once. Raises Conflict."""
    lock(_known(token).account_id)
    known = _known(token)  # as it is now that nobody else changes it
    if not _found(known, token).is_open:
        raise Conflict("CONFLICT", ENDED)
    return known


def _known(token: str) -> KnownInvitation:
    known = team.invitation_with(hash_of(token))
    if known is None:
        raise NotFound("NOT_FOUND", UNKNOWN)
    return known


def _found(known: KnownInvitation, token: str) -> FoundInvitation:
    return FoundInvitation(
        account_id=known.account_id,
        account_name=known.account_name,
        email=known.email,
        role=Role(known.role),
        inviter=known.inviter,
        state=state_of(known.expires_at, known.accepted_at, known.revoked_at, now()),
        needs_proof=can_email_links(current()) and not proves_address(token),
    )
