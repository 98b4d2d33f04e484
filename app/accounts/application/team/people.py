"""List the people of an account, change their roles, and remove them.

What a person created stays, under their name; jobs that they started go on. An account, or its agency, always
has an owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from app.accounts.application.permissions import lock, lock_for, require
from app.accounts.application.sessions import end_other_sessions
from app.accounts.domain import Actor, Permission, Role
from app.accounts.domain.team import is_lower, may_manage, roles_to_give
from app.accounts.infrastructure import queries
from app.accounts.infrastructure import team as store
from app.accounts.infrastructure.team import Member
from app.activity import application as activity
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound
from app.platform.tenancy import acting_for

ASK_FIRST = "Confirm that you want to give up some of your own permissions."


@dataclass(frozen=True)
class Team:
    """A page of the people of an account. `next` is the user to continue after; `of_agency` is how many more
    may work in the account because they belong to its agency."""

    people: Sequence[Member]
    total: int
    next: int | None
    of_agency: int


def list_team(actor: Actor, *, after: int | None = None, limit: int) -> Team:
    """Return up to `limit` people by name, from the one that follows the user `after`."""
    require(actor, Permission.REPORTS)
    found = store.members(actor.account_id, after, limit + 1)
    return Team(
        people=found[:limit],
        total=store.count_members(actor.account_id),
        next=found[limit - 1].user_id if len(found) > limit else None,
        of_agency=store.count_people_of_agency(actor.account_id),
    )


def find_person(actor: Actor, user_id: int) -> Member:
    """Return a person of the account. Raises NotFound."""
    require(actor, Permission.ACCOUNT)
    return _member(actor, user_id)


def refusal_of_role(actor: Actor, person: Member) -> str | None:
    """Return a sentence that says why the actor can’t change a person’s role at all; None if they can."""
    if not may_manage(actor.role, Role(person.role)):
        return "Only an owner can change or remove another owner."
    if _is_last_owner(actor, person):
        who = "You’re" if person.user_id == actor.user_id else f"{person.name} is"
        return f"{who} the only owner. Make another person an owner first."
    return None


def refusal_of_removal(actor: Actor, person: Member) -> str | None:
    """Return a sentence that says why the actor can’t remove a person; None if they can."""
    refusal = refusal_of_role(actor, person)
    if refusal is None and person.user_id == actor.user_id:
        return "You can’t remove yourself. Ask another owner or admin."
    return refusal


def change_role(actor: Actor, user_id: int, wanted: str, *, is_sure: bool = False) -> Member:
    """Give a person another role; return the person as they were.

    Their open invitations to roles that they can’t give anymore are revoked. One’s own role is only lowered
    if the actor `is_sure`. Raises NotFound, NotAllowed, Conflict, and Invalid with `fields`.
    """
    require(actor, Permission.ACCOUNT)
    with transaction():
        actor = lock_for(actor, Permission.ACCOUNT)
        person = _member(actor, user_id)
        role = role_to_give(actor, wanted)
        if role == person.role:
            return person
        _refuse(actor, person, refusal_of_role(actor, person))
        if person.user_id == actor.user_id and is_lower(role, Role(person.role)) and not is_sure:
            raise Invalid.in_fields({"is_sure": ASK_FIRST})
        store.set_role(actor.account_id, user_id, role)
        facts = {"name": person.name, "role": role.value, "before": person.role}
        activity.record(actor, "role_changed", "user", user_id, **facts)
        _revoke_invitations(actor, user_id)
    return person


def remove_person(actor: Actor, user_id: int) -> Member:
    """Remove a person from the account: their sessions, API tokens, and open invitations end at once. Returns
    the person.

    Raises NotFound, NotAllowed, and Conflict.
    """
    require(actor, Permission.ACCOUNT)
    with transaction():
        actor = lock_for(actor, Permission.ACCOUNT)
        person = _member(actor, user_id)
        _refuse(actor, person, refusal_of_removal(actor, person))
        store.delete_membership(actor.account_id, user_id)
        store.revoke_tokens(actor.account_id, user_id, now())
        end_other_sessions(user_id)
        activity.record(actor, "person_removed", "user", user_id, name=person.name, role=person.role)
        _revoke_invitations(actor, user_id)
    return person


def role_to_give(actor: Actor, wanted: str) -> Role:
    """Return the role with this name. Raises Invalid if it doesn’t exist, or if the actor may not give it."""
    found = next((role for role in Role if role == wanted), None)
    if found is None:
        raise Invalid.in_fields({"role": "Choose a role."})
    if found not in roles_to_give(actor.role):
        raise Invalid.in_fields({"role": "Only an owner can add owners."})
    return found


def _member(actor: Actor, user_id: int) -> Member:
    person = store.member(actor.account_id, user_id)
    if person is None:
        raise NotFound("NOT_FOUND", "This person isn’t in your team.")
    return person


def _is_last_owner(actor: Actor, person: Member) -> bool:
    return person.role == Role.OWNER and not store.has_other_owner(actor.account_id, person.user_id)


def _revoke_invitations(actor: Actor, user_id: int) -> None:
    """Revoke the open invitations of a person to roles that they can’t give, or can’t give anymore. Whoever
    has such a link joins, even that person under another address."""
    found = queries.account_of(user_id, actor.account_id)
    kept = roles_to_give(Role(found[1])) if found is not None else ()
    open_ones = store.invitations_by(actor.account_id, user_id, kept)
    for account_id, some in groupby(open_ones, lambda one: one[0]):
        lock(account_id)
        with acting_for(account_id), transaction() as session:
            for revoked in store.revoke_invitations(account_id, [one[1] for one in some], now()):
                there = replace(actor, account_id=account_id)
                activity.record(there, "invitation_revoked", "invitation", revoked)
            session.flush()  # what is recorded is written while the session acts for its account


def _refuse(actor: Actor, person: Member, sentence: str | None) -> None:
    if sentence is None:
        return
    if not may_manage(actor.role, Role(person.role)):
        raise NotAllowed("NOT_ALLOWED", sentence)
    raise Conflict("CONFLICT", sentence)
