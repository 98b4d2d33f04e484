"""What happens to contacts, and what it means for their enrollments: they end when a goal is reached or the
contact can no longer be contacted, and go on when they have waited for it. In the transaction in which it
happens (E-06, E-07)."""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from app.contacts import application as contacts
from app.contacts.application import ANY, Happening, HeardEvent, Kind
from app.contacts.domain import may_be_contacted
from app.engine.domain import EndReason
from app.engine.domain.interests import Interest, goals_of, waits_of
from app.engine.domain.scoping import message_steps, scoped
from app.engine.infrastructure import hearing, store
from app.engine.infrastructure.hearing import VersionUnderWay
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid
from app.workflows.domain import parse


class _Interests(NamedTuple):
    """What a version wants to hear of. Without `any_goal`, all goals must be reached; None is a goal that is
    not reached by changes of a contact. `messages` are its steps that send one."""

    goals: Sequence[Interest | None]
    waits: Sequence[Interest]
    any_goal: bool
    messages: Sequence[str]

    def pairs(self) -> set[tuple[str, str]]:
        return {(one.kind, one.what) for one in (*self.goals, *self.waits) if one}


class Heard(NamedTuple):
    """What has happened to contacts, in the words of an `Interest`."""

    kind: str
    what: str
    contacts: Sequence[int]
    at: datetime
    events: Sequence[HeardEvent] = ()


def register_listener() -> None:
    contacts.register_listener("enrollments", _cares, _hear)


def _cares(account_id: int) -> Collection[tuple[str, str]]:
    """Return what versions with people in them want to hear of, and changes of status."""
    versions = hearing.versions_under_way(account_id)
    if not versions:
        return ()
    pairs = {pair for version in versions for pair in _interests(version.definition).pairs()}
    return {*pairs, (Kind.STATUS_CHANGED.value, ANY)}


def _hear(account_id: int, happening: Happening) -> None:
    if happening.kind == Kind.STATUS_CHANGED:
        if not may_be_contacted(happening.what):
            store.withdraw(account_id, happening.select(), EndReason.OPTED_OUT, happening.at)
        return
    heard = Heard(happening.kind, happening.what, happening.contacts, happening.at, happening.events)
    for version in hearing.versions_under_way(account_id):
        tell(account_id, version, heard)


def tell(account_id: int, version: VersionUnderWay, heard: Heard) -> None:
    """Let the enrollments of a version end or go on to whose contacts something has happened."""
    interests = _interests(version.definition)

    def meeting(interest: Interest | None) -> set[int]:
        return _meeting(account_id, version.workflow_id, interests.messages, interest, heard)

    goals = [goal for goal in interests.goals if _is_about(goal, heard)]
    if goals:
        wanted = goals if interests.any_goal else interests.goals
        met = [_reached(account_id, version.id, goal, heard, meeting) for goal in wanted]
        reached = set.union(*met) if interests.any_goal else set.intersection(*met)
        hearing.reach_goal(account_id, version.id, id_list(sorted(reached)), heard.at)
    for wait in interests.waits:
        if _is_about(wait, heard):
            came = id_list(sorted(meeting(wait)))
            hearing.wake(account_id, version.id, wait.step_id, came, heard.at)


def _reached(
    account_id: int,
    version_id: int,
    goal: Interest | None,
    heard: Heard,
    meeting: Callable[[Interest | None], set[int]],
) -> set[int]:
    """Return the contacts that meet a goal; an event counts, too, that came since they were enrolled."""
    if goal is None or goal.fits is None or _is_about(goal, heard):
        return meeting(goal)
    came = hearing.events_since_enrolled(account_id, version_id, id_list(heard.contacts), goal.what)
    return {contact_id for contact_id, data in came if goal.fits(data)}


def _is_about(interest: Interest | None, heard: Heard) -> bool:
    """Return whether it is what the interest is in. One in any message is in each."""
    if interest is None or interest.kind != heard.kind:
        return False
    return interest.what == heard.what or not interest.what


def _meeting(
    account_id: int, workflow_id: int, messages: Sequence[str], interest: Interest | None, heard: Heard
) -> set[int]:
    """Return the contacts to which it has happened, and for which it still holds: a tag that the same
    transaction has removed again does not count."""
    if interest is None:
        return set()
    if fits := interest.fits:
        return {one.contact_id for one in heard.events if _is_about(interest, heard) and fits(one.data)}
    criteria = scoped(interest.criteria, workflow_id, messages)
    try:
        return contacts.which_of(account_id, heard.contacts, criteria, heard.at)
    except Invalid:  # such as a custom field that has been deleted
        return set()


@lru_cache(maxsize=1024)
def _interests(document: str) -> _Interests:
    """Return the interests of a definition, given as JSON text."""
    definition = parse(json.loads(document))
    return _Interests(
        tuple(goals_of(definition)),
        tuple(waits_of(definition)),
        definition.match == "any",
        message_steps(definition),
    )
