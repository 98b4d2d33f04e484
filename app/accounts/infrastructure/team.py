"""Queries and writes of the people of an account, and of invitations to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.infrastructure.tables import Account, ApiToken, Invitation, Membership, TwoFactor, User
from app.platform.database import session

_PLAIN = {"synchronize_session": False}
_CROSS_ACCOUNT = {"cross_account": True}


class Member(NamedTuple):
    """A person with a role of their own in an account."""

    user_id: int
    name: str
    email: str
    role: str
    joined_at: datetime
    last_sign_in_at: datetime | None
    has_two_factor: bool


class PendingInvitation(NamedTuple):
    """An invitation that was neither accepted nor revoked; it may have expired. `inviter` is a name,
    `mail` the state of the email that has its newest link (EmailState), None without one."""

    id: int
    email: str
    role: str
    sent_at: datetime
    expires_at: datetime
    inviter: str | None
    mail: Any = None


class KnownInvitation(NamedTuple):
    """An invitation, found by its token."""

    id: int
    account_id: int
    account_name: str
    email: str
    role: str
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None
    inviter: str | None


def _members(account_id: int) -> sa.Select[int, str, str, str, datetime, datetime | None, bool]:
    return (
        sa.select(
            User.id,
            User.name,
            User.email,
            Membership.role,
            Membership.created_at,
            User.last_sign_in_at,
            sa.exists().where(TwoFactor.user_id == User.id),
        )
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id)
    )


def members(account_id: int, after: int | None, limit: int) -> list[Member]:
    """Return up to `limit` people by name, from the one that follows the user `after`; from the first one if
    that isn't in the account, so that the list tells nothing of other users' names."""
    query = _members(account_id)
    last = member(account_id, after) if after is not None else None
    if last is not None:
        is_later = sa.or_(User.name > last.name, sa.and_(User.name == last.name, User.id > last.user_id))
        query = query.where(is_later)
    return [Member(*row) for row in session().execute(query.order_by(User.name, User.id).limit(limit))]


def member(account_id: int, user_id: int) -> Member | None:
    row = session().execute(_members(account_id).where(User.id == user_id)).first()
    return Member(*row) if row else None


def member_with_email(account_id: int, email: str) -> Member | None:
    row = session().execute(_members(account_id).where(User.email == email)).first()
    return Member(*row) if row else None


def count_members(account_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(Membership).where(Membership.account_id == account_id)
    return session().scalars(query).one()


def count_people_of_agency(account_id: int) -> int:
    """Return how many people may work in an account because they belong to its agency."""
    agency = sa.select(Account.parent_id).where(Account.id == account_id).scalar_subquery()
    query = sa.select(sa.func.count()).select_from(Membership).where(Membership.account_id == agency)
    return session().scalars(query, execution_options=_CROSS_ACCOUNT).one()


def has_other_owner(account_id: int, user_id: int) -> bool:
    """Return whether somebody else owns an account or its agency."""
    query = (
        sa.select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .join(
            Account, sa.or_(Membership.account_id == Account.id, Membership.account_id == Account.parent_id)
        )
        .where(Account.id == account_id, Membership.role == "owner", User.active, User.id != user_id)
        .limit(1)
    )
    return session().scalar(query, execution_options=_CROSS_ACCOUNT) is not None


def set_role(account_id: int, user_id: int, role: str) -> None:
    session().execute(
        sa.update(Membership)
        .where(Membership.account_id == account_id, Membership.user_id == user_id)
        .values(role=role),
        execution_options=_PLAIN,
    )


def delete_membership(account_id: int, user_id: int) -> None:
    session().execute(
        sa.delete(Membership).where(Membership.account_id == account_id, Membership.user_id == user_id),
        execution_options=_PLAIN,
    )


def revoke_tokens(account_id: int, user_id: int, at: datetime) -> int:
    """Revoke a user's tokens in an account, and in those of its sub-accounts in which they have no role of
    their own; return how many."""
    result = session().execute(
        sa.update(ApiToken)
        .where(
            ApiToken.user_id == user_id,
            ApiToken.revoked_at.is_(None),
            sa.or_(ApiToken.account_id == account_id, ApiToken.account_id.in_(_below(account_id, user_id))),
        )
        .values(revoked_at=at)
        .returning(ApiToken.id),
        execution_options=_PLAIN | _CROSS_ACCOUNT,
    )
    return len(result.all())


def _below(account_id: int, user_id: int) -> sa.Select[int]:
    """The ids of an account’s sub-accounts in which a user has no role of their own."""
    own = sa.select(Membership.account_id).where(Membership.user_id == user_id)
    return sa.select(Account.id).where(Account.parent_id == account_id, Account.id.not_in(own))


def pending_invitations(account_id: int) -> list[PendingInvitation]:
    """Return the open and the expired invitations, newest first."""
    query = (
        sa.select(
            Invitation.id,
            Invitation.email,
            Invitation.role,
            Invitation.sent_at,
            Invitation.expires_at,
            User.name,
        )
        .outerjoin(User, User.id == Invitation.created_by)
        .where(Invitation.account_id == account_id, *_is_pending())
        .order_by(Invitation.id.desc())
    )
    return [PendingInvitation(*row) for row in session().execute(query)]


def pending_invitation(account_id: int, invitation_id: int) -> Invitation | None:
    return session().scalar(
        sa.select(Invitation).where(
            Invitation.account_id == account_id, Invitation.id == invitation_id, *_is_pending()
        )
    )


def pending_invitation_to(account_id: int, email: str) -> Invitation | None:
    return session().scalar(
        sa.select(Invitation)
        .where(Invitation.account_id == account_id, Invitation.email == email, *_is_pending())
        .limit(1)
    )


def invitations_by(account_id: int, user_id: int, kept: Sequence[str]) -> list[tuple[int, int]]:
    """Return (account, id) of a user's pending invitations to other roles than `kept`: to an account, and to
    those of its sub-accounts in which they have no role of their own. They are in the order of accounts."""
    query = (
        sa.select(Invitation.account_id, Invitation.id)
        .where(
            Invitation.created_by == user_id,
            Invitation.role.not_in(kept),
            sa.or_(
                Invitation.account_id == account_id, Invitation.account_id.in_(_below(account_id, user_id))
            ),
            *_is_pending(),
        )
        .order_by(Invitation.account_id, Invitation.id)
    )
    return [(row[0], row[1]) for row in session().execute(query, execution_options=_CROSS_ACCOUNT)]


def _is_pending() -> tuple[sa.ColumnElement[bool], ...]:
    return Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)


def invitation_with(token_hash: str) -> KnownInvitation | None:
    """Return the invitation with this token, of any account."""
    query = (
        sa.select(
            Invitation.id,
            Invitation.account_id,
            Account.name,
            Invitation.email,
            Invitation.role,
            Invitation.expires_at,
            Invitation.accepted_at,
            Invitation.revoked_at,
            User.name,
        )
        .join(Account, Account.id == Invitation.account_id)
        .outerjoin(User, User.id == Invitation.created_by)
        .where(Invitation.token_hash == token_hash)
    )
    row = session().execute(query, execution_options=_CROSS_ACCOUNT).first()
    return KnownInvitation(*row) if row else None


def add_invitation(made: Invitation) -> Invitation:
    session().add(made)
    session().flush()
    return made


def change_invitation(account_id: int, invitation_id: int, values: dict[str, Any]) -> None:
    session().execute(
        sa.update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.id == invitation_id)
        .values(values),
        execution_options=_PLAIN,
    )


def revoke_invitations(account_id: int, ids: Sequence[int], at: datetime) -> list[int]:
    """Revoke those of the invitations that are still pending; return which."""
    revoked = session().execute(
        sa.update(Invitation)
        .where(Invitation.account_id == account_id, Invitation.id.in_(ids), *_is_pending())
        .values(revoked_at=at)
        .returning(Invitation.id),
        execution_options=_PLAIN,
    )
    return [row[0] for row in revoked]


def names_of_invitations(account_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Return {id: email address} of those invitations that are still kept."""
    query = sa.select(Invitation.id, Invitation.email).where(
        Invitation.account_id == account_id, Invitation.id.in_([int(one) for one in ids])
    )
    return {str(row[0]): row[1] for row in session().execute(query)}


def discard_invitations(expired_before: datetime) -> int:
    """Delete the invitations of all accounts that expired before then; return how many."""
    result = session().execute(
        sa.delete(Invitation).where(Invitation.expires_at <= expired_before).returning(Invitation.id),
        execution_options=_PLAIN | _CROSS_ACCOUNT,
    )
    return len(result.all())
