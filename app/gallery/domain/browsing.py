"""Walking along the shelf: which templates somebody wants to see, in which order, and how many stand behind
each tab. A tab's count is taken with all other filters on, so it is what the tab will show."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.gallery.domain.card import Card
from app.gallery.domain.categories import CATEGORY_KEYS
from app.workflows.domain import STEPS

PER_PAGE = 48
SORTS: dict[str, str] = {
    "": "Recommended",
    "used": "Most used",
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


def tag_label(tag: str) -> str:
    """A tag as people write it: “SaaS”, “Any business”."""
    words = [_SHORT_FORMS.get(word, word) for word in tag.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]) if words else ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for. `ready`: only templates that need nothing connected first."""

    query: str = ""
    category: str = ""
    tag: str = ""
    step: str = ""
    ready: bool = False
    sort: str = ""
    page: int = 1

    @classmethod
    def from_address(cls, args: Mapping[str, str]) -> "Wish":
        """Read an address's parameters; what makes no sense is as if it were not there."""
        category, step, sort, page = (args.get(name, "") for name in ("category", "step", "sort", "page"))
        return cls(
            query=" ".join(args.get("q", "").split())[:200],
            category=category if category in CATEGORY_KEYS else "",
            tag=" ".join(args.get("tag", "").lower().split())[:40],
            step=step if step in STEPS else "",
            ready=args.get("ready", "") not in ("", "0"),
            sort=sort if sort in SORTS else "",
            page=max(1, int(page[:6])) if page.isascii() and page.isdigit() else 1,
        )

    def address(self, **changes: object) -> dict[str, str]:
        """The parameters of the same wish with changes. Any change but that of the page begins at page 1."""
        wish = replace(self, **({"page": 1} | changes))  # type: ignore[arg-type]
        given = {
            "q": wish.query,
            "category": wish.category,
            "tag": wish.tag,
            "step": wish.step,
            "ready": "1" if wish.ready else "",
            "sort": wish.sort,
            "page": str(wish.page) if wish.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab and the order is asked for."""
        return bool(self.query or self.tag or self.step or self.ready)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of cards. `counts`: how many stand behind each category, “” for all of them; `total`: behind the
    one that is open."""

    cards: tuple[Card, ...]
    counts: Mapping[str, int]
    total: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        """The place of the first card, from 1."""
        return (self.page - 1) * PER_PAGE + 1


def browse(
    cards: Sequence[Card],
    wish: Wish,
    found: Sequence[int],
    *,
    available: Collection[str],
    used: Mapping[int, int],
) -> Shelf:
    """The page that `wish` asks for. `found`: positions in `cards` of what the search found, best first;
    `available`: what the account has, as in `Card`; `used`: template id -> times used."""
    matching = [cards[position] for position in found if _fits(cards[position], wish, available)]
    counts = Counter(card.category for card in matching)
    chosen = [card for card in matching if wish.category in ("", card.category)]
    _sort(chosen, wish, available, used)
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = min(wish.page, pages)
    shown = chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Shelf(tuple(shown), {"": len(matching), **counts}, len(chosen), page, pages)


def _fits(card: Card, wish: Wish, available: Collection[str]) -> bool:
    return (
        (not wish.tag or wish.tag in card.tags)
        and (not wish.step or wish.step in card.step_types)
        and (not wish.ready or not card.missing(available))
    )


def _sort(cards: list[Card], wish: Wish, available: Collection[str], used: Mapping[int, int]) -> None:
    """In place. The search's order is kept where nothing else is asked for."""
    if wish.sort == "used":
        cards.sort(key=lambda card: (-used.get(card.id, 0), card.name.casefold()))
    elif wish.sort == "newest":
        cards.sort(key=lambda card: (card.created_at, card.id), reverse=True)
    elif wish.sort == "shortest":
        cards.sort(key=lambda card: (card.days, card.steps, card.name.casefold()))
    elif wish.sort == "name":
        cards.sort(key=lambda card: card.name.casefold())
    elif not wish.query:
        cards.sort(
            key=lambda card: (len(card.missing(available)), -used.get(card.id, 0), card.name.casefold())
        )
