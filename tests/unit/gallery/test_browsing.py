"""What an address asks for, and which cards stand behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.gallery.domain.browsing import PER_PAGE, GalleryPage, GalleryQuery, browse, offered_tags, tag_label
from app.gallery.domain.card import Card

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def card(number: int, name: str = "", **given: Any) -> Card:
    usual: dict[str, Any] = {
        "category": "onboarding",
        "tags": (),
        "version": 1,
        "trigger": "manual",
        "steps": number,
        "days": 10 - number,
        "channels": ("email",),
        "step_types": ("send_email",),
        "goals": (),
        "requirements": (),
        "message_requirements": (),
        "miniature": {},
        "created_at": MOMENT + timedelta(days=number),
        "updated_at": MOMENT,
        "created_by": None,
        "account_id": None,
        "key": None,
        "description": "",
        "public_id": str(number),
    }
    return Card(id=number, name=name or f"Template {number}", **usual | given)


CARDS = [
    card(1, "Beta", requirements=("sms",), step_types=("send_email", "send_sms")),
    card(2, "alpha", category="custom", tags=("gym",), account_id=7),
    card(3, "Gamma", tags=("gym", "salon")),
]


def page(query: GalleryQuery, found: list[int] | None = None, **given: Any) -> GalleryPage:
    every = list(range(len(CARDS))) if found is None else found
    return browse(CARDS, query, every, **{"available": {"email"}, "used": {}} | given)


def names(query: GalleryQuery, **given: Any) -> list[str]:
    return [one.name for one in page(query, **given).cards]


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"q": "gym"},
        {"q": "gym", "category": "custom", "tag": "any business", "step": "branch", "sort": "name"},
        {"ready": "1", "page": "3"},
    ],
)
def test_a_wish_is_its_address(address: dict[str, str]) -> None:  # T-05
    query = GalleryQuery.from_address(address)
    assert query.address(page=query.page) == address


def test_a_change_begins_at_the_first_page() -> None:  # T-05
    query = GalleryQuery.from_address({"q": "gym", "page": "3"})
    assert query.address(category="custom") == {"q": "gym", "category": "custom"}
    assert query.address(page=4) == {"q": "gym", "page": "4"}


def test_nonsense_is_left_out() -> None:  # T-05
    nonsense = {"category": "x", "step": "x", "sort": "x", "page": "-1", "ready": "0", "q": "  "}
    assert GalleryQuery.from_address(nonsense) == GalleryQuery()
    assert GalleryQuery.from_address({"page": "٣"}).page == GalleryQuery.from_address({"page": "0"}).page == 1


def test_what_needs_nothing_comes_first_then_what_is_used_most() -> None:  # T-01
    assert names(GalleryQuery()) == ["alpha", "Gamma", "Beta"]
    assert names(GalleryQuery(), used={3: 5}) == ["Gamma", "alpha", "Beta"]
    assert names(GalleryQuery(), available={"email", "sms"}) == ["alpha", "Beta", "Gamma"]


def test_a_search_keeps_its_own_order() -> None:  # T-06
    assert names(GalleryQuery(text="x"), found=[2, 0]) == ["Gamma", "Beta"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["alpha", "Beta", "Gamma"]),
        ("newest", ["Gamma", "alpha", "Beta"]),
        ("shortest", ["Gamma", "alpha", "Beta"]),
        ("used", ["Beta", "alpha", "Gamma"]),
        ("completed", ["Gamma", "Beta", "alpha"]),
    ],
)
def test_orders(sort: str, order: list[str]) -> None:  # T-05, T-18
    rates = {1: 0.0, 2: None, 3: 0.5}
    assert names(GalleryQuery(sort=sort, text="x"), used={1: 3}, rates=rates) == order


def test_counts_are_what_the_tabs_show() -> None:  # T-05
    for query in (
        GalleryQuery(),
        GalleryQuery(tag="gym"),
        GalleryQuery(step="send_sms"),
        GalleryQuery(ready=True),
        GalleryQuery(text="x"),
    ):
        counts = page(query).counts
        for category in ("", "custom", "onboarding"):
            narrowed = page(GalleryQuery(query.text, category, query.tag, query.step, query.ready))
            assert narrowed.total == len(narrowed.cards) == counts.get(category, 0)


def test_tags_to_filter_by_are_those_that_several_templates_or_own_ones_have() -> None:  # T-05
    own = card(4, tags=("ours",), account_id=7)
    assert offered_tags([*CARDS, card(5, tags=("rare",)), own]) == ("gym", "ours")


def test_pages_end_where_the_cards_do() -> None:  # T-05
    many = [card(number) for number in range(PER_PAGE + 1)]
    last = browse(many, GalleryQuery(page=99), range(len(many)), available=(), used={})
    assert (last.number, last.pages, len(last.cards), last.first) == (2, 2, 1, PER_PAGE + 1)
    assert browse([], GalleryQuery(), [], available=(), used={}).pages == 1


@pytest.mark.parametrize(
    ("connected", "filled", "silent"),
    [
        ((), (), ("sms", "reviews")),
        (("sms",), (), ()),
        (("reviews",), (), ()),
        ((), ("account.review_link",), ()),
        ((), ("account.website",), ("sms", "reviews")),
    ],
)
def test_a_card_knows_when_none_of_its_messages_can_be_sent(
    connected: tuple[str, ...], filled: tuple[str, ...], silent: tuple[str, ...]
) -> None:
    some = card(1, message_requirements=(("sms",), ("account.review_link",)))
    assert some.silent_without((*connected, *filled)) == silent


@pytest.mark.parametrize(
    ("available", "missing", "linked"),
    [
        ((), ("calendar",), ()),
        (("account.booking_link",), (), ("calendar",)),
        (("calendar",), (), ()),
        (("account.review_link",), ("calendar",), ()),
    ],
)
def test_a_booking_link_makes_up_for_a_calendar(
    available: tuple[str, ...], missing: tuple[str, ...], linked: tuple[str, ...]
) -> None:
    some = card(1, requirements=("account.booking_link",))
    assert (some.needs, some.missing(available), some.linked(available)) == (("calendar",), missing, linked)
    with_trigger = card(2, requirements=("account.booking_link", "calendar"))
    assert with_trigger.missing(("account.booking_link",)) == ("calendar",)


def test_a_card_with_a_message_that_needs_nothing_or_without_messages_is_never_silent() -> None:
    assert card(1, message_requirements=(("sms",), ())).silent_without(()) == ()
    assert card(1).silent_without(()) == ()


@pytest.mark.parametrize(
    ("tag", "label"),
    [
        ("saas", "SaaS"),
        ("b2b", "B2B"),
        ("any business", "Any business"),
        ("e-commerce", "E-commerce"),
        ("", ""),
    ],
)
def test_tags_are_written_as_people_write_them(tag: str, label: str) -> None:
    assert tag_label(tag) == label
