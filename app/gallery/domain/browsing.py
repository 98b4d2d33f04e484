"""Filtering, sorting, and paging of templates.

The count of a category tab includes all other filters, so that it equals what the tab will show.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.gallery.domain.card import Card
from app.gallery.domain.categories import CATEGORY_KEYS
from app.platform.text.numbers import whole_number
from app.workflows.domain import STEPS

PER_PAGE = 60
BY_RATE = "completed"
SORTS: dict[str, str] = {
    "": "Recommended",
    "used": "Most used",
    BY_RATE: "Completion rate",
    "name": "Name",
    "newest": "Newest",
    "shortest": "Shortest",
}


_SHORT_FORMS = {
    "saas": "SaaS",
    "b2b": "B2B",
    "b2c": "B2C",
    "sms": "SMS",
    "nps": "NPS",
    "vip": "VIP",
    "crm": "CRM",
}


_NAMES = {"black friday": "Black Friday"}


def tag_label(tag: str) -> str:
    """Format a tag for display: “SaaS”, “Any business”, “Black Friday”."""
    if tag in _NAMES:
        return _NAMES[tag]
    words = [_SHORT_FORMS.get(word, word) for word in tag.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]) if words else ""


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """Filters, order, and page from the URL. `ready`: only templates without missing integrations."""

    text: str = ""
    category: str = ""
    tag: str = ""
    step: str = ""
    ready: bool = False
    sort: str = ""
    page: int = 1

    @classmethod
    def from_address(cls, args: Mapping[str, str]) -> "GalleryQuery":
        """Parse query parameters; invalid values are ignored."""
        category, step, sort, page = (args.get(name, "") for name in ("category", "step", "sort", "page"))
        return cls(
            text=" ".join(args.get("q", "").split())[:200],
            category=category if category in CATEGORY_KEYS else "",
            tag=" ".join(args.get("tag", "").lower().split())[:40],
            step=step if step in STEPS else "",
            ready=args.get("ready", "") not in ("", "0"),
            sort=sort if sort in SORTS else "",
            page=whole_number(page, 999_999) or 1,
        )

    def address(self, **changes: object) -> dict[str, str]:
        """Return the query parameters with changes applied. Any change except `page` resets the page to 1."""
        query = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        given = {
            "q": query.text,
            "category": query.category,
            "tag": query.tag,
            "step": query.step,
            "ready": "1" if query.ready else "",
            "sort": query.sort,
            "page": str(query.page) if query.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether any filter other than the category is set."""
        return bool(self.text or self.tag or self.step or self.ready)


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """A page of cards, `number` of `pages`. `counts` is {category: number of matches} with “” for all;
    `total` is the number of matches in the selected category."""

    cards: tuple[Card, ...]
    counts: Mapping[str, int]
    total: int
    number: int
    pages: int

    @property
    def first(self) -> int:
        """Position of the first card on the page, from 1."""
        return (self.number - 1) * PER_PAGE + 1


def browse(
    cards: Sequence[Card],
    query: GalleryQuery,
    found: Sequence[int],
    *,
    available: Collection[str],
    used: Mapping[int, int],
    rates: Mapping[int, float | None] | None = None,
) -> GalleryPage:
    """Return the page for `query`.

    `found` holds positions in `cards` that match the search text, best first; `available` is as in `Card`;
    `used` is {template id: times used}, `rates` {template id: completion rate, None if unknown}, which only
    sorting BY_RATE needs.
    """
    chosen, counts = select(cards, query, found, available=available, used=used, rates=rates)
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = min(query.page, pages)
    shown = chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
    return GalleryPage(tuple(shown), counts, len(chosen), page, pages)


def select(
    cards: Sequence[Card],
    query: GalleryQuery,
    found: Sequence[int],
    *,
    available: Collection[str],
    used: Mapping[int, int],
    rates: Mapping[int, float | None] | None = None,
) -> tuple[list[Card], dict[str, int]]:
    """Return all cards for `query` in order, and the counts of `GalleryPage`. Arguments as in `browse`."""
    matching = [cards[position] for position in found if _fits(cards[position], query, available)]
    counts = Counter(card.category for card in matching)
    chosen = [card for card in matching if query.category in ("", card.category)]
    _sort(chosen, query, available, used, rates or {})
    return chosen, {"": len(matching), **counts}


def offered_tags(cards: Sequence[Card]) -> tuple[str, ...]:
    """Return the tags to filter by, sorted: those of at least two templates, and those of own templates."""
    used = Counter(tag for card in cards for tag in card.tags)
    own = {tag for card in cards if not card.is_system for tag in card.tags}
    return tuple(sorted(tag for tag, count in used.items() if count > 1 or tag in own))


def _fits(card: Card, query: GalleryQuery, available: Collection[str]) -> bool:
    return (
        (not query.tag or query.tag in card.tags)
        and (not query.step or query.step in card.step_types)
        and (not query.ready or not card.missing(available))
    )


def _sort(
    cards: list[Card],
    query: GalleryQuery,
    available: Collection[str],
    used: Mapping[int, int],
    rates: Mapping[int, float | None],
) -> None:
    """Sort in place. The order of the search is kept unless a sort order is chosen."""
    if query.sort == "used":
        cards.sort(key=lambda card: (-used.get(card.id, 0), card.name.casefold()))
    elif query.sort == BY_RATE:
        cards.sort(key=lambda card: (-_known(rates.get(card.id)), card.name.casefold()))
    elif query.sort == "newest":
        cards.sort(key=lambda card: (card.created_at, card.id), reverse=True)
    elif query.sort == "shortest":
        cards.sort(key=lambda card: (card.days, card.steps, card.name.casefold()))
    elif query.sort == "name":
        cards.sort(key=lambda card: card.name.casefold())
    elif not query.text:
        cards.sort(
            key=lambda card: (len(card.missing(available)), -used.get(card.id, 0), card.name.casefold())
        )


def _known(rate: float | None) -> float:
    """Return a rate; an unknown one is less than any."""
    return -1.0 if rate is None else rate
