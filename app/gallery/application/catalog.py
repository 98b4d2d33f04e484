"""Per-process cache of the templates visible to each account and the search over them.

An entry belongs to one account and is valid for one `mark`, which changes with the visible templates, so that
it is never stale and never shared between accounts.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from app.gallery.domain.browsing import offered_tags
from app.gallery.domain.card import Card, card_of
from app.gallery.domain.search import TemplateSearch
from app.gallery.infrastructure import queries, sharing, uses
from app.gallery.infrastructure.sharing import SharedState

MOST_KEPT = 50


@dataclass(frozen=True)
class Catalog:
    """All visible cards, the search over them (by position), and the tags and step types to filter by."""

    mark: tuple[Any, ...]
    cards: tuple[Card, ...]
    search: TemplateSearch
    tags: tuple[str, ...]
    step_types: frozenset[str]


_kept: OrderedDict[int, Catalog] = OrderedDict()
_lock = Lock()


def catalog_of(account_id: int) -> Catalog:
    """Return the catalog of an account, rebuilding it if its templates have changed."""
    return _current(account_id, sharing.shared_states(account_id))


def catalog_and_uses(account_id: int) -> tuple[Catalog, dict[int, int]]:
    """Return the catalog of an account, and {template id: times used} of templates used at least once: of
    those that its agency shares, how often it has used them itself."""
    shared = sharing.shared_states(account_id)
    used = uses.uses_of(account_id, [one.id for one in shared])
    return _current(account_id, shared), queries.times_used(account_id) | used


def _current(account_id: int, shared: Sequence[SharedState]) -> Catalog:
    seen = tuple((one.id, one.version, one.updated_at, one.shared_by) for one in shared)
    mark = (*queries.gallery_mark(account_id), seen)
    with _lock:
        catalog = _kept.get(account_id)
        if catalog is not None and catalog.mark == mark:
            _kept.move_to_end(account_id)
            return catalog
    catalog = _catalog(mark, account_id)
    with _lock:
        _kept[account_id] = catalog
        _kept.move_to_end(account_id)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return catalog


def forget() -> None:
    """Forget all catalogs, after the database has been replaced."""
    with _lock:
        _kept.clear()


def _catalog(mark: tuple[Any, ...], account_id: int) -> Catalog:
    rows = queries.gallery_cards(account_id) + sharing.shared_cards(account_id)
    cards = tuple(card_of(row) for row in rows)
    return Catalog(
        mark=mark,
        cards=cards,
        search=TemplateSearch([card.entry() for card in cards]),
        tags=offered_tags(cards),
        step_types=frozenset(kind for card in cards for kind in card.step_types),
    )
