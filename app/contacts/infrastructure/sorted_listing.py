"""The contact list in an order that the user chose.

Pages are read from the order's index, which is fast if many contacts match. Where a status, tag, search text,
or filter leaves few, those are gathered in the order of their ids and sorted: reading an index to its end
would fetch every contact from another place.
"""

from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure import listing
from app.contacts.infrastructure.listing import ContactList, Wanted
from app.contacts.infrastructure.selecting.counting import Count
from app.contacts.infrastructure.selecting.orders import ORDERS
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session


class SortedContacts(ContactList):
    """The contacts of an account that match `wanted`, in the order named `sort`, descending if it begins with
    a minus."""

    def __init__(self, account_id: int, wanted: Wanted, sort: str) -> None:
        super().__init__(account_id, wanted)
        self._order = ORDERS[sort.removeprefix("-")]
        self._descends = sort.startswith("-")
        self._by_filter = self._filter_leaves_few()
        self._gathers = self._by_filter or (
            bool(wanted.lanes) and self.count_up_to(listing.FEW) <= listing.FEW
        )

    def expect(self, count: Count) -> None:
        """Choose how to read by a count of the contacts that meet a filter, also if it is an estimate."""
        if self._wanted.also is not None and not count.more and count.number <= listing.FEW:
            self._gathers = True

    def _walk(self, anchor: Contact | None, backwards: bool) -> list[Contact]:
        """Return up to `page_size` + 1 contacts in reading direction from `anchor`: first those that have the
        key, then those that lack it, or the other way around if `backwards`."""
        if self._gathers:
            query = self._gathered(anchor, backwards).limit(self.page_size + 1)
            return list(session().scalars(query))
        parts = [False, True] if self._order.may_be_empty else [False]
        here = self._order.is_empty(anchor) if anchor is not None else None
        if here is not None:
            parts = [part for part in parts if (part <= here if backwards else part >= here)]
        found: list[Contact] = []
        for part in reversed(parts) if backwards else parts:
            query = self._part(part, anchor if part == here else None, backwards)
            found += session().scalars(query.limit(self.page_size + 1 - len(found)))
            if len(found) > self.page_size:
                break
        return found

    def _gathered(self, anchor: Contact | None, backwards: bool) -> sa.Select[Any]:
        """Select the contacts in reading direction from `anchor` with one statement, without the order's
        index."""
        query = self._matching()
        if self._wanted.also is not None and not self._by_filter and not self._lanes:
            query = query.where(Contact.id > 0)  # the index of an account's ids, not any other of the account
        first, *rest = self._order.keys
        keys = (self._unindexed(first), *rest)
        goes_down = self._descends != backwards
        lacks, has = keys[0].is_(None), keys[0].is_not(None)
        if anchor is not None and self._order.is_empty(anchor):
            follows = sa.and_(lacks, self._order.beyond(tuple(rest), anchor, goes_down))
            query = query.where(sa.or_(has, follows) if backwards else follows)
        elif anchor is not None:
            follows = self._order.beyond(keys, anchor, goes_down)
            query = query.where(follows if backwards else sa.or_(lacks, follows))
        last = sa.case((lacks, 0 if backwards else 1), else_=1 if backwards else 0)
        return query.order_by(last, *(key.desc() if goes_down else key for key in keys))

    def _matching(self) -> sa.Select[Any]:
        query = self._filtered(Contact)
        return query.where(sa.or_(*map(self._begins, self._lanes))) if self._lanes else query

    def _part(self, is_empty: bool, anchor: Contact | None, backwards: bool) -> sa.Select[Any]:
        query = self._matching()
        keys = self._order.keys
        if self._order.may_be_empty:
            query = query.where(keys[0].is_(None) if is_empty else keys[0].is_not(None))
        if is_empty:
            keys = keys[1:]
        goes_down = self._descends != backwards
        if anchor is not None:
            query = query.where(self._order.beyond(keys, anchor, goes_down))
        return query.order_by(*(key.desc() if goes_down else key for key in keys))

    def _unindexed(self, key: Any) -> Any:
        """Return a key as an expression that no index has."""
        return key + 0 if isinstance(key.type, sa.Integer) else key.concat("")
