"""Who may give which role to whom, and how long invitations last."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.accounts.domain.actors import Role

INVITATION_LIFETIME: Final = timedelta(days=7)
MOST_PENDING: Final = 200
"""The most open invitations of an account."""

ROLE_TEXTS: Final = {
    Role.OWNER: "Everything, including adding and removing owners.",
    Role.ADMIN: "Everything except adding, changing, and removing owners.",
    Role.MARKETER: "Workflows, templates, contacts, and enrollments. No account settings, no team.",
    Role.VIEWER: "Can look at everything and change nothing.",
}
_FROM_THE_TOP: Final = tuple(ROLE_TEXTS)


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


def a_role(role: str) -> str:
    """Return “an owner”, “a viewer”."""
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def roles_to_give(own: Role) -> Sequence[Role]:
    """Return the roles that a person with the role `own` may give, the highest first."""
    match own:
        case Role.OWNER:
            return _FROM_THE_TOP
        case Role.ADMIN:
            return _FROM_THE_TOP[1:]
    return ()


def may_manage(own: Role, other: Role) -> bool:
    """Return whether a person with the role `own` may change the role of, or remove, one with `other`."""
    return other in roles_to_give(own)


def is_lower(wanted: Role, than: Role) -> bool:
    return _FROM_THE_TOP.index(wanted) > _FROM_THE_TOP.index(than)


def state_of(
    expires_at: datetime, accepted_at: datetime | None, revoked_at: datetime | None, at: datetime
) -> InvitationState:
    """Return the state of an invitation at a moment."""
    if accepted_at is not None:
        return InvitationState.ACCEPTED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if expires_at > at else InvitationState.EXPIRED
