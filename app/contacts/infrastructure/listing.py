"""Paging through contacts, and counting up to a limit, at a cost that does not grow with the account.

A search is read lane by lane (see `domain.search`), each in the order of its own index and starting after the
last row shown. Where a tag or status leaves few contacts, those are scanned instead. The planner often
chooses badly here, so statements leave it one option: concatenating '' to a column disables its index.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.contacts.domain.search import Lane, lane_of
from app.contacts.infrastructure.conditions import in_lane
from app.contacts.infrastructure.selecting.counting import Count, count_within, exactly
from app.contacts.infrastructure.selecting.orders import ORDERS
from app.contacts.infrastructure.tables import Contact, ContactTag
from app.platform.database import session

PAGE = 25
FEW = 10_000
COUNTED = 10_000

_ORDER_OF_LANE = {
    "first_name_key": "name",
    "last_name_key": "last_name",
    "email_key": "email",
    "phone_key": "phone",
}
_contacts = Contact.__table__


class Wanted(NamedTuple):
    """Contacts in one of the lanes (no lanes: all) with this status and tag that meet the condition `also`.

    Status and tag are answered by indexes; `also` is evaluated for the contacts they leave.
    """

    lanes: Sequence[Lane] = ()
    status: str | None = None
    tag_id: int | None = None
    also: sa.ColumnElement[bool] | None = None

    @property
    def is_everybody(self) -> bool:
        return not self.lanes and self.status is None and self.tag_id is None and self.also is None


class Page(NamedTuple):
    contacts: list[Contact]
    has_previous: bool
    has_next: bool


class ContactList:
    """The contacts of an account that match `wanted`, read in pages of `page_size` and counted."""

    page_size = PAGE

    def __init__(self, account_id: int, wanted: Wanted) -> None:
        self._account_id = account_id
        self._wanted = wanted
        self._lanes = wanted.lanes
        self._by_filter = bool(wanted.lanes) and self._filter_leaves_few()

    def page_after(self, anchor: Contact | None) -> Page:
        """Return the page after `anchor`, or the first page."""
        found = self.all_after(anchor)
        return Page(found[: self.page_size], anchor is not None, len(found) > self.page_size)

    def all_after(self, anchor: Contact | None) -> list[Contact]:
        """Return the page after `anchor`, or the first page, and one more contact if there are more."""
        return self._walk(anchor, backwards=False)

    def page_before(self, anchor: Contact) -> Page:
        """Return the page before `anchor`; the first page if there are too few contacts to fill one."""
        found = self._walk(anchor, backwards=True)
        if len(found) <= self.page_size:
            return self.page_after(None)
        return Page(found[: self.page_size][::-1], True, True)

    def count(self, seconds: float) -> Count:
        """Count the matches: with a search text up to COUNTED, otherwise for about `seconds` at most."""
        if self._lanes:
            return exactly(self.count_up_to(COUNTED), COUNTED)
        number = Contact.id if self._wanted.tag_id is None else ContactTag.contact_id
        return count_within(self._account_id, self._newest_ids(), number, seconds)

    def count_up_to(self, limit: int) -> int:
        """Return the number of matches; `limit` + 1 if there are more than `limit`."""
        if not self._lanes:
            queries = [self._newest_ids()]
        elif self._by_filter:
            queries = [self._filtered(Contact.id).where(sa.or_(*map(self._begins, self._lanes)))]
        else:
            queries = [self._in_lane(place, Contact.id) for place in range(len(self._lanes))]
        parts = [query.limit(limit + 1).subquery() for query in queries]
        ids = sa.union(*(sa.select(part.c.id) for part in parts)) if len(parts) > 1 else parts[0].select()
        counted = session().scalar(sa.select(sa.func.count()).select_from(ids.subquery()))
        return min(counted or 0, limit + 1)

    def _walk(self, anchor: Contact | None, backwards: bool) -> list[Contact]:
        """Return up to `page_size` + 1 contacts in reading direction from `anchor`."""
        if not self._lanes:
            query = self._newest_from(anchor, backwards).limit(self.page_size + 1)
            return list(session().scalars(query))
        here = lane_of(self._lanes, anchor) if anchor is not None else None
        places = range(len(self._lanes)) if here is None else range(here, len(self._lanes))
        if backwards:
            places = range((here or 0), -1, -1)
        found: list[Contact] = []
        for place in places:
            query = self._from(place, anchor if place == here else None, backwards)
            found += session().scalars(query.limit(self.page_size + 1 - len(found)))
            if len(found) > self.page_size:
                break
        return found

    def _newest(self, what: Any) -> sa.Select[Any]:
        """Select what remains after the filters, without a search text."""
        query = sa.select(what).where(Contact.account_id == self._account_id)
        if self._wanted.tag_id is not None:
            query = query.join(ContactTag, ContactTag.contact_id == Contact.id).where(*self._tagged())
        if self._wanted.status is not None:
            query = query.where(Contact.status == self._wanted.status)
        return self._asked_also(query)

    def _newest_ids(self) -> sa.Select[Any]:
        is_tag_alone = self._wanted.status is None and self._wanted.also is None
        if self._wanted.tag_id is not None and is_tag_alone:
            return sa.select(ContactTag.contact_id.label("id")).where(*self._tagged())
        return self._newest(Contact.id)

    def _newest_from(self, anchor: Contact | None, backwards: bool) -> sa.Select[Any]:
        number = Contact.id if self._wanted.tag_id is None else ContactTag.contact_id
        query = self._newest(Contact)
        if anchor is not None:
            query = query.where(number > anchor.id if backwards else number < anchor.id)
        return query.order_by(number.asc() if backwards else number.desc())

    def _from(self, place: int, anchor: Contact | None, backwards: bool) -> sa.Select[Any]:
        """Select the contacts of one lane that are in no earlier lane, in lane order, starting after
        `anchor`."""
        query = self._in_lane(place, Contact)
        for earlier in self._lanes[:place]:
            query = query.where(sa.not_(sa.func.coalesce(self._begins(earlier), sa.false())))
        order = ORDERS[_ORDER_OF_LANE[self._lanes[place].column]]
        keys = (self._key(self._lanes[place].column), *order.keys[1:])
        if anchor is not None:
            query = query.where(order.beyond(keys, anchor, backwards))
        return query.order_by(*(key.desc() if backwards else key for key in keys))

    def _in_lane(self, place: int, what: Any) -> sa.Select[Any]:
        return self._filtered(what).where(self._begins(self._lanes[place]))

    def _filtered(self, what: Any) -> sa.Select[Any]:
        query = sa.select(what).where(Contact.account_id == self._account_id)
        status, tag_id = self._wanted.status, self._wanted.tag_id
        if status is not None:
            kept = Contact.status if self._by_filter and tag_id is None else Contact.status.concat("")
            query = query.where(kept == status)
        if tag_id is not None and self._by_filter:
            query = query.where(Contact.id.in_(sa.select(ContactTag.contact_id).where(*self._tagged())))
            query = query.with_hint(Contact, "NOT INDEXED", "sqlite")
        elif tag_id is not None:
            # A scalar subquery with a limit cannot be turned into a join with every contact that has the tag.
            tagged = sa.select(1).where(*self._tagged(), ContactTag.contact_id == Contact.id).limit(1)
            query = query.where(tagged.scalar_subquery().is_not(None))
        return self._asked_also(query)

    def _asked_also(self, query: sa.Select[Any]) -> sa.Select[Any]:
        return query if self._wanted.also is None else query.where(self._wanted.also)

    def _begins(self, lane: Lane) -> sa.ColumnElement[bool]:
        return in_lane(lane, self._key(lane.column))

    def _key(self, column: str) -> sa.ColumnElement[Any]:
        key: sa.ColumnElement[Any] = _contacts.c[column]
        return key.concat("") if self._by_filter else key

    def _tagged(self) -> tuple[sa.ColumnElement[bool], ...]:
        return ContactTag.account_id == self._account_id, ContactTag.tag_id == self._wanted.tag_id

    def _filter_leaves_few(self) -> bool:
        if self._wanted.tag_id is not None:
            left = sa.select(ContactTag.contact_id).where(*self._tagged())
        elif self._wanted.status is not None:
            left = sa.select(Contact.id).where(
                Contact.account_id == self._account_id, Contact.status == self._wanted.status
            )
        else:
            return False
        counted = session().scalar(sa.select(sa.func.count()).select_from(left.limit(FEW + 1).subquery()))
        return (counted or 0) <= FEW
