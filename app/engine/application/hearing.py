"""What happens to contacts, and what it means for their enrollments: they end when a goal is reached or the
contact can no longer be contacted, and go on when they have waited for it. In the transaction in which it
happens (E-06, E-07)."""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.contacts import application as contacts
from app.contacts.application import ANY, Happening, Kind
from app.contacts.domain import may_be_contacted
from app.engine.domain import EndReason
from app.engine.domain.interests import Interest, goals_of, waits_of
from app.engine.infrastructure import hearing, store
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid
from app.workflows.domain import parse


class _Interests(NamedTuple):
    """What a version wants to hear of. Without `any_goal`, all goals must be reached; None is a goal that is
    not reached by changes of a contact."""

    goals: Sequence[Interest | None]
    waits: Sequence[Interest]
    any_goal: bool

    def pairs(self) -> set[tuple[str, str]]:
        return {(one.kind, one.what) for one in (*self.goals, *self.waits) if one}


def register_listener() -> None:
    contacts.register_listener("enrollments", _cares, _hear)


def _cares(account_id: int) -> Collection[tuple[str, str]]:
    """Return what versions with people in them want to hear of, and changes of status."""
    documents = hearing.definitions_under_way(account_id)
    if not documents:
        return ()
    pairs = {pair for document in documents.values() for pair in _interests(document).pairs()}
    return {*pairs, (Kind.STATUS_CHANGED.value, ANY)}


def _hear(account_id: int, happening: Happening) -> None:
    if happening.kind == Kind.STATUS_CHANGED:
        if not may_be_contacted(happening.what):
            store.withdraw(account_id, happening.select(), EndReason.OPTED_OUT, happening.at)
        return
    for version_id, document in hearing.definitions_under_way(account_id).items():
        _tell(account_id, version_id, _interests(document), happening)


def _tell(account_id: int, version_id: int, interests: _Interests, happening: Happening) -> None:
    goals = [goal for goal in interests.goals if _is_about(goal, happening)]
    if goals:
        wanted = goals if interests.any_goal else interests.goals
        met = [_meeting(account_id, goal, happening) for goal in wanted]
        reached = set.union(*met) if interests.any_goal else set.intersection(*met)
        hearing.reach_goal(account_id, version_id, id_list(sorted(reached)), happening.at)
    for wait in interests.waits:
        if _is_about(wait, happening):
            came = id_list(sorted(_meeting(account_id, wait, happening)))
            hearing.wake(account_id, version_id, wait.step_id, came, happening.at)


def _is_about(interest: Interest | None, happening: Happening) -> bool:
    return interest is not None and (interest.kind, interest.what) == (happening.kind, happening.what)


def _meeting(account_id: int, interest: Interest | None, happening: Happening) -> set[int]:
    """Return the contacts to which it has happened, and for which it still holds: a tag that the same
    transaction has removed again does not count."""
    if interest is None:
        return set()
    try:
        return contacts.which_of(account_id, happening.contacts, interest.criteria, happening.at)
    except Invalid:  # such as a custom field that has been deleted
        return set()


@lru_cache(maxsize=1024)
def _interests(document: str) -> _Interests:
    """Return the interests of a definition, given as JSON text."""
    definition = parse(json.loads(document))
    return _Interests(tuple(goals_of(definition)), tuple(waits_of(definition)), definition.match == "any")
