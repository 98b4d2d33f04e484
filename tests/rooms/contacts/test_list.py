"""The list: searched, filtered, and read page by page in both directions."""

import re

import pytest

from app.contacts import application as contacts
from app.contacts.infrastructure import listing
from tests.rooms.contacts.people import add


def names(page) -> list[str]:
    """The people on a page, in its order."""
    assert page.status_code == 200
    return re.findall(r'href="/contacts/\d+">([^<]+)<', page.text)


def link(page, kind: str) -> str | None:
    found = re.search(rf'rel="{kind}" href="([^"]+)"', page.text)
    return found and found[1].replace("&amp;", "&")


def crowd(app, actor, count: int, first_name: str, **given) -> None:
    for number in range(count):
        add(
            app,
            actor,
            f"{first_name.lower()}{number:03}@example.com",
            first_name=first_name,
            last_name=f"{number:03}",
            **given,
        )


def walk(person, address: str) -> list[list[str]]:
    """All pages from `address` to the last."""
    pages = []
    while address:
        page = person.get(address)
        assert page.status_code == 200
        pages.append(names(page))
        address = link(page, "next")
    return pages


def test_without_contacts_the_page_says_what_to_do(bob, vera):
    page = bob.get("/contacts").text
    assert "No contacts yet" in page
    assert 'href="/contacts/new"' in page
    assert "No contacts yet" in vera.get("/contacts").text


def test_newest_first_and_all_pages_hold_everybody_once(app, bob):
    crowd(app, bob.actor, 60, "Ann")
    pages = walk(bob, "/contacts")
    assert [len(page) for page in pages] == [25, 25, 10]
    assert [name for page in pages for name in page] == [f"Ann {number:03}" for number in reversed(range(60))]


@pytest.mark.parametrize("query", ["", "?q=ann", "?tag=lead", "?q=ann&tag=lead&status=active"])
def test_back_shows_the_page_before(app, bob, query):
    crowd(app, bob.actor, 55, "Ann", tags=["lead"])
    first = bob.get(f"/contacts{query}")
    second = bob.get(link(first, "next"))
    third = bob.get(link(second, "next"))
    assert link(first, "prev") is None and link(third, "next") is None
    assert names(bob.get(link(third, "prev"))) == names(second)
    assert names(bob.get(link(second, "prev"))) == names(first)
    assert link(bob.get(link(second, "prev")), "prev") is None or names(
        bob.get(link(second, "prev"))
    ) == names(first)


def test_a_search_goes_through_first_names_last_names_and_addresses(app, bob):
    add(app, bob.actor, "x@example.com", first_name="Eve", last_name="Annan")
    add(app, bob.actor, "anna@example.com", first_name="Zoe")
    add(app, bob.actor, "z@example.com", first_name="Änne")
    add(app, bob.actor, "hannah@example.com", first_name="Hannah")
    assert names(bob.get("/contacts?q=ANN")) == ["Änne", "Eve Annan", "Zoe"]


def test_pages_of_a_search_cross_from_names_to_addresses(app, bob):
    crowd(app, bob.actor, 20, "Ann")
    for number in range(20):
        add(app, bob.actor, f"ann-{number:03}@example.com", first_name="Bea", last_name=f"{number:03}")
        add(app, bob.actor, f"x{number:03}@example.com", first_name="Cat", last_name=f"Ann{number:03}")
    pages = walk(bob, "/contacts?q=ann")
    everybody = [name for page in pages for name in page]
    assert [name.split()[0] for name in everybody] == ["Ann"] * 20 + ["Cat"] * 20 + ["Bea"] * 20
    assert len(set(everybody)) == 60
    back = link(bob.get(link(bob.get(link(bob.get("/contacts?q=ann"), "next")), "next")), "prev")
    assert names(bob.get(back)) == pages[1]


def test_a_full_address_finds_its_contact(app, bob):
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    add(app, bob.actor, "ann@example.com.au", first_name="Annika")
    assert names(bob.get("/contacts?q=Ann@Example.com"))[0] == "Ann"
    page = bob.get("/contacts?q=nobody@example.com").text
    assert 'href="/contacts/new?email=nobody@example.com"' in page


@pytest.mark.parametrize("text", ["ann lee", "lee, ann", "Lee Ann", "an le"])
def test_a_whole_name_in_either_order(app, bob, text):
    add(app, bob.actor, "a@example.com", first_name="Ann", last_name="Lee")
    add(app, bob.actor, "b@example.com", first_name="Ann", last_name="Moe")
    assert names(bob.get(f"/contacts?q={text}")) == ["Ann Lee"]


def test_a_phone_number(app, bob):
    add(app, bob.actor, "a@example.com", first_name="Ann", phone="+49 151 23456789")
    add(app, bob.actor, "b@example.com", first_name="Eve", phone="+49 151 99999999")
    assert names(bob.get("/contacts?q=0151 23456789")) == ["Ann"]
    assert names(bob.get("/contacts", query_string={"q": "+49 151 9"})) == ["Eve"]
    for typed in ("+49 (0) 151 234", "0049 (0)151 234", "0151 23 45", "4915123456789", "49 151/234-5"):
        assert names(bob.get("/contacts", query_string={"q": typed})) == ["Ann"], typed


def test_filters_by_status_and_tag(app, bob):
    add(app, bob.actor, "a@example.com", first_name="Ann", tags=["Lead", "VIP"])
    eve = add(app, bob.actor, "b@example.com", first_name="Eve", tags=["lead"])
    with app.app_context():
        contacts.unsubscribe(bob.actor, eve)
    assert names(bob.get("/contacts?tag=LEAD")) == ["Eve", "Ann"]
    assert names(bob.get("/contacts?tag=vip")) == ["Ann"]
    assert names(bob.get("/contacts?tag=lead&status=unsubscribed")) == ["Eve"]
    assert names(bob.get("/contacts?q=e&status=unsubscribed")) == ["Eve"]
    assert names(bob.get("/contacts?q=e&status=active")) == []
    assert names(bob.get("/contacts?q=a&tag=vip")) == ["Ann"]
    assert names(bob.get("/contacts?status=nonsense")) == ["Eve", "Ann"]


def test_nobody_found_says_what_was_looked_for(app, bob):
    add(app, bob.actor, "a@example.com", tags=["lead"])
    page = bob.get("/contacts?q=zoe&status=bounced&tag=lead").text
    assert "starting with “zoe” and the status “Bounced” and the tag “lead”." in page
    assert "No contact has the tag “unknown”." in bob.get("/contacts?tag=unknown").text


@pytest.mark.parametrize(
    "place", ["after=999999", "before=999999", "after=x", "before=-1", "after=" + "9" * 30]
)
def test_a_place_that_is_gone_is_the_first_page(app, bob, place):
    add(app, bob.actor, "a@example.com", first_name="Ann")
    page = bob.get(f"/contacts?{place}")
    assert names(page) == ["Ann"] and link(page, "prev") is None


def test_the_place_of_another_account_is_no_place(app, bob, mallory):
    theirs = add(app, mallory.actor, "m@example.com")
    add(app, bob.actor, "a@example.com", first_name="Ann")
    assert names(bob.get(f"/contacts?before={theirs}")) == ["Ann"]


@pytest.mark.parametrize("text", ["%", "_", "'", '"', "\\", "\x00", "́", "a" * 400, "😀", "ann\x00"])
def test_odd_signs_are_only_letters(app, bob, text):
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    assert names(bob.get("/contacts", query_string={"q": text})) in ([], ["Ann"] if text == "ann\x00" else [])


@pytest.mark.parametrize("tag", ["\x00", "%", "a" * 400])
def test_odd_tags_are_nobodys(app, bob, tag):
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    assert names(bob.get("/contacts", query_string={"tag": tag})) == []


def test_while_typing_only_the_list_is_sent(app, bob):
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    part = bob.htmx("get", "/contacts?q=ann&status=&tag=", headers={"HX-Target": "div#contact-list"})
    assert part.text.lstrip().startswith('<div id="contact-list">')
    assert part.headers["HX-Replace-Url"] == "/contacts?q=ann"
    assert "<html" not in part.text


def test_counting_stops(app, bob, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 30)
    crowd(app, bob.actor, 31, "Ann")
    assert "of 31 contacts" in bob.get("/contacts").text
    assert "of 30+ contacts" in bob.get("/contacts?q=ann").text
