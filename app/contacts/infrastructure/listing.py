"""A page of contacts and a count that knows when to stop, both quick among a million.

A search is walked lane by lane (see `domain.search`), each in the order of its own index and from the place
of the last row shown, so that no page costs more than another. Counting ends at `COUNTED`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.domain.search import LAST, Lane, lane_of
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.platform.database import session

PAGE = 25
COUNTED = 10_000


class Wanted(NamedTuple):
    """Which contacts: those in one of the lanes (all, without any), with this status and this tag."""

    lanes: Sequence[Lane] = ()
    status: str | None = None
    tag_id: int | None = None


class Page(NamedTuple):
    contacts: list[Contact]
    has_previous: bool
    has_next: bool


def page_after(account_id: int, wanted: Wanted, anchor: Contact | None) -> Page:
    """The contacts that come after `anchor`, or the first ones."""
    found = _walk(account_id, wanted, anchor, backwards=False)
    return Page(found[:PAGE], anchor is not None, len(found) > PAGE)


def page_before(account_id: int, wanted: Wanted, anchor: Contact) -> Page:
    """The contacts just before `anchor`; the first page when there are too few of them to fill one."""
    found = _walk(account_id, wanted, anchor, backwards=True)
    if len(found) <= PAGE:
        return page_after(account_id, wanted, None)
    return Page(found[:PAGE][::-1], True, True)


def count_up_to(account_id: int, wanted: Wanted, limit: int) -> int:
    """How many there are; `limit` + 1 when there are more than `limit`."""
    parts = [
        sa.select(_query(account_id, wanted, place, Contact.id).limit(limit + 1).subquery().c.id)
        for place in range(max(1, len(wanted.lanes)))
    ]
    ids = parts[0] if len(parts) == 1 else sa.union(*parts)
    counted = session().scalar(sa.select(sa.func.count()).select_from(ids.subquery()))
    return min(counted or 0, limit + 1)


def _walk(account_id: int, wanted: Wanted, anchor: Contact | None, backwards: bool) -> list[Contact]:
    """Up to a page of contacts and one more, going away from `anchor`."""
    lanes = range(max(1, len(wanted.lanes)))
    here = lane_of(wanted.lanes, anchor) if anchor is not None else None
    found: list[Contact] = []
    for place in reversed(lanes) if backwards else lanes:
        is_behind = here is not None and (place > here if backwards else place < here)
        if is_behind or len(found) > PAGE:
            continue
        at = anchor if here in (None, place) else None
        query = _query(account_id, wanted, place, Contact)
        for earlier in wanted.lanes[:place]:
            query = query.where(sa.not_(sa.func.coalesce(_in_lane(earlier), sa.false())))
        query = _ordered(query, wanted, place, at, backwards).limit(PAGE + 1 - len(found))
        found += session().scalars(query)
    return found


def _query(account_id: int, wanted: Wanted, place: int, what: Any) -> sa.Select[Any]:
    """Contacts of one lane, or of none."""
    query = sa.select(what).where(Contact.account_id == account_id)
    if not wanted.lanes:
        if wanted.tag_id is not None:
            query = query.join(ContactTag, ContactTag.contact_id == Contact.id).where(
                ContactTag.account_id == account_id, ContactTag.tag_id == wanted.tag_id
            )
        return query if wanted.status is None else query.where(Contact.status == wanted.status)
    query = query.where(_in_lane(wanted.lanes[place]))
    if wanted.status is not None:
        # Written so that SQLite does not walk the index of all active contacts instead of the lane's.
        query = query.where(Contact.status.concat("") == wanted.status)
    if wanted.tag_id is not None:
        query = query.where(_is_tagged(account_id, wanted.tag_id))
    return query


def _in_lane(lane: Lane) -> sa.ColumnElement[bool]:
    condition = _begins(lane.column, lane.start)
    return sa.and_(condition, _begins(lane.other, lane.other_start)) if lane.other else condition


def _begins(column: str, start: str) -> sa.ColumnElement[bool]:
    key = Contact.__table__.c[column]
    return sa.and_(key >= start, key < start + LAST)


def _is_tagged(account_id: int, tag_id: int) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        ContactTag.account_id == account_id,
        ContactTag.tag_id == tag_id,
        ContactTag.contact_id == Contact.id,
    )


def _ordered(
    query: sa.Select[Any], wanted: Wanted, place: int, anchor: Contact | None, backwards: bool
) -> sa.Select[Any]:
    """Newest first without a search, else in the order of the lane's index; from `anchor` on."""
    if not wanted.lanes:
        number = Contact.id if wanted.tag_id is None else ContactTag.contact_id
        if anchor is not None:
            query = query.where(number > anchor.id if backwards else number < anchor.id)
        return query.order_by(number.asc() if backwards else number.desc())
    key = Contact.__table__.c[wanted.lanes[place].column]
    if anchor is not None:
        here = sa.tuple_(key, Contact.id)
        there = sa.tuple_(sa.literal(getattr(anchor, key.name)), sa.literal(anchor.id))
        query = query.where(here < there if backwards else here > there)
    return query.order_by(*((key.desc(), Contact.id.desc()) if backwards else (key, Contact.id)))
