"""Extraction of the parts of criteria that an index of the contact list answers: one status and one tag."""

from collections.abc import Iterator
from typing import NamedTuple

from app.contacts.domain.criteria.parsed import Condition, Group, HasKeys, TextIs


class SimpleParts(NamedTuple):
    """A required status and tag key (None: any), and the remaining criteria."""

    status: str | None
    tag: str | None
    rest: Group


def simple_parts(criteria: Group) -> SimpleParts:
    """Split the criteria into parts that together are equivalent to them."""
    status = tag = None
    rest: list[Condition | Group] = []
    for member in _required(criteria):
        if status is None and (found := _status_of(member)):
            status = found
        elif tag is None and (found := _tag_of(member)):
            tag = found
        else:
            rest.append(member)
    return SimpleParts(status, tag, Group("all", tuple(rest)))


def _required(criteria: Group) -> Iterator[Condition | Group]:
    """Yield the members that must all hold, flattening nested “all” groups."""
    if criteria.join == "any" and len(criteria.members) != 1:
        yield criteria
        return
    for member in criteria.members:
        if isinstance(member, Group):
            yield from _required(member)
        else:
            yield member


def _status_of(member: Condition | Group) -> str | None:
    test = member.test if isinstance(member, Condition) and member.field.name == "contact.status" else None
    if isinstance(test, TextIs) and test.how == "is" and not test.no and len(test.texts) == 1:
        return test.texts[0]
    return None


def _tag_of(member: Condition | Group) -> str | None:
    test = member.test if isinstance(member, Condition) and member.field.name == "contact.tags" else None
    return test.keys[0] if isinstance(test, HasKeys) and test.how != "none" and len(test.keys) == 1 else None
