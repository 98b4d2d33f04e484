"""The contact list in an order that the user chose.

Pages are read from the order's index, which is fast if many contacts match. Where a status, tag, or search
text leaves few, those are gathered and sorted instead.
"""

from typing import Any

import sqlalchemy as sa

from app.contacts.infrastructure import listing
from app.contacts.infrastructure.listing import ContactList, Wanted
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

    def _walk(self, anchor: Contact | None, backwards: bool) -> list[Contact]:
        """Return up to `page_size` + 1 contacts in reading direction from `anchor`: first those that have the
        key, then those that lack it, or the other way around if `backwards`."""
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

    def _part(self, is_empty: bool, anchor: Contact | None, backwards: bool) -> sa.Select[Any]:
        query = self._filtered(Contact)
        if self._lanes:
            query = query.where(sa.or_(*map(self._begins, self._lanes)))
        first, *rest = self._order.keys
        keys = (self._unindexed(first), *rest)
        if self._order.may_be_empty:
            query = query.where(keys[0].is_(None) if is_empty else keys[0].is_not(None))
        if is_empty:
            keys = tuple(rest)
        goes_down = self._descends != backwards
        if anchor is not None:
            query = query.where(self._order.beyond(keys, anchor, goes_down))
        return query.order_by(*(key.desc() if goes_down else key for key in keys))

    def _unindexed(self, key: Any) -> Any:
        """Return the key, as an expression that no index has if matching contacts are gathered."""
        if not self._gathers:
            return key
        return key + 0 if isinstance(key.type, sa.Integer) else key.concat("")
