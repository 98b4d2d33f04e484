"""The templates that an account sees, with a search over them, kept in this process between requests.

What is kept is found again by the ids and moments of change of exactly the templates that are visible now,
so it can be neither stale nor another account's.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeAlias

from app.gallery.domain.card import Card, card_of
from app.gallery.domain.search import TemplateSearch
from app.gallery.infrastructure import queries

MOST_KEPT = 20

Mark: TypeAlias = tuple[tuple[int, datetime], ...]


@dataclass(frozen=True)
class Stock:
    """All visible cards and the search over them, by position."""

    cards: tuple[Card, ...]
    search: TemplateSearch


_kept: OrderedDict[Mark, Stock] = OrderedDict()
_lock = Lock()


def stock_of(account_id: int) -> tuple[Stock, Mapping[int, int]]:
    """What the account sees, and how often each template was used: {template id: times}."""
    rows = queries.gallery_marks(account_id)
    mark = tuple((template_id, changed_at) for template_id, changed_at, _ in rows)
    used = {template_id: times for template_id, _, times in rows}
    with _lock:
        stock = _kept.get(mark)
        if stock is not None:
            _kept.move_to_end(mark)
            return stock, used
    cards = tuple(card_of(row) for row in queries.gallery_cards(account_id))
    stock = Stock(cards, TemplateSearch([card.entry() for card in cards]))
    with _lock:
        _kept[mark] = stock
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return stock, used
