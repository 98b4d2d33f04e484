"""The list in an order, with chosen columns, and counted in bounded time (P-10)."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.contacts import application as contacts
from app.contacts.application import Search
from app.contacts.domain import Status
from app.contacts.infrastructure import listing
from app.contacts.infrastructure.selecting import counting
from app.contacts.infrastructure.tables import Contact
from app.platform.database import session, transaction
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.contacts.test_list import link, names, walk
from tests.rooms.contacts.test_plans import reads_contacts
from tests.services.statements import listening

IN_LEE_OR_RAY = {
    "any": [
        {"field": "contact.last_name", "op": "in_list", "value": ["Lee", "Ray"]},
        {"field": "contact.email", "op": "is_empty"},
    ]
}
SORTS = ["added", "name", "last_name", "email", "phone", "status"]


@pytest.fixture
def people(app, bob, mallory) -> list[int]:
    """Contacts with equal, different and missing values of everything that the list can be sorted by."""
    add(app, mallory.actor, "elsewhere@example.com", first_name="Aaa")
    ids = []
    for number in range(14):
        first, last = ["Ann", "Ben", "", "Änne"][number % 4], ["Lee", "", "Ray"][number % 3]
        email = f"{'zyx'[number % 3]}{number}@example.com" if number % 5 else ""
        phone = f"+4915123456{number:03}" if number % 2 or not email else ""
        tags = ["lead"] if number % 3 else []
        given = {"first_name": first, "last_name": last, "phone": phone}
        ids.append(add(app, bob.actor, email, tags=tags, **given))
    with app.app_context():
        for number in ids[::4]:
            contacts.unsubscribe(bob.actor, number)
    return ids


def everybody(app, actor) -> list[Contact]:
    with app.app_context():
        found = session().scalars(sa.select(Contact).where(Contact.account_id == actor.account_id))
        return list(found)


def expected(people: list[Contact], sort: str, wanted: set[int] | None = None) -> list[int]:
    """The ids in order, sorted in Python; those without a value come last either way."""
    found = [one for one in people if wanted is None or one.id in wanted]
    name = sort.removeprefix("-")
    keys = {
        "added": lambda one: (one.id,),
        "name": lambda one: (one.first_name_key, one.last_name_key or "", one.id),
        "last_name": lambda one: (one.last_name_key, one.id),
        "email": lambda one: (one.email_key, one.id),
        "phone": lambda one: (one.phone_key, one.id),
        "status": lambda one: (one.status, one.id),
    }
    key, down = keys[name], sort.startswith("-")
    filled = sorted((one for one in found if key(one)[0] is not None), key=key, reverse=down)
    empty = sorted((one for one in found if key(one)[0] is None), key=lambda one: key(one)[1:], reverse=down)
    return [one.id for one in (*filled, *empty)]


def pages_of(app, actor, search: Search) -> list[list[int]]:
    """All pages forwards, checked against all pages backwards."""
    with app.app_context():
        page = contacts.find_contacts(actor, search)
        pages = [[one.id for one in page.contacts]]
        while page.next:
            page = contacts.find_contacts(actor, search, after=page.next)
            pages.append([one.id for one in page.contacts])
        backwards = [pages[-1]]
        while page.previous and len(backwards) < len(pages):
            page = contacts.find_contacts(actor, search, before=page.previous)
            backwards.append([one.id for one in page.contacts])
    assert backwards[::-1] == pages
    return pages


def ids_of(pages: list[list[int]]) -> list[int]:
    return [number for page in pages for number in page]


@pytest.mark.parametrize("few", [0, 10_000])
def test_every_order_shows_everybody_once_in_both_directions(app, bob, people, monkeypatch, few):
    monkeypatch.setattr(listing.ContactList, "page_size", 5)
    monkeypatch.setattr(listing, "FEW", few)
    contacts_there = everybody(app, bob.actor)
    filters = [Search(tag="lead"), Search(status=Status.ACTIVE), Search("ann"), Search("ann", tag="lead")]
    filters += [Search(filter=IN_LEE_OR_RAY), Search(tag="lead", filter=IN_LEE_OR_RAY)]
    found = [set(ids_of(pages_of(app, bob.actor, search))) for search in filters]
    assert all(found)
    for sort in (*SORTS, *(f"-{sort}" for sort in SORTS)):
        for search, wanted in ((Search(), None), *zip(filters, found, strict=True)):
            shown = ids_of(pages_of(app, bob.actor, replace(search, sort=sort)))
            assert shown == expected(contacts_there, sort, wanted), (sort, search)


def test_few_matches_of_a_filter_are_gathered_instead_of_reading_an_index_to_its_end(
    app, bob, people, monkeypatch
):
    """Also if they are few only by an estimate."""
    for few, estimate, gathers in ((20, 7, True), (20, 30_000, False), (0, 7, False)):
        monkeypatch.setattr(listing, "FEW", few)
        monkeypatch.setattr(
            listing, "count_within", lambda *_given, number=estimate: counting.Count(number, about=True)
        )
        with app.app_context(), listening(reads_contacts) as heard:
            found = contacts.find_contacts(bob.actor, Search(filter=IN_LEE_OR_RAY, sort="name"))
        ordered = [statement.partition("ORDER BY")[2] for statement, _ in heard]
        reads = [order for order in ordered if "first_name_key" in order]
        assert len(found.contacts) == 10
        assert [("||" in read) for read in reads] == [gathers], reads


def test_an_estimate_that_is_too_small_to_be_a_number_is_not_shown_as_one(app, bob, people, monkeypatch):
    for number, shown in ((0, "few contacts"), (99, "few contacts"), (100, "about 100 contacts")):
        monkeypatch.setattr(
            listing, "count_within", lambda *_given, number=number: counting.Count(number, about=True)
        )
        page = words_of(bob.get("/contacts", query_string={"status": "active"}).text)
        assert shown in page and "about 0" not in page and "all few" not in page
        given = {"g0-0-field": "contact.status", "g0-0-op": "equals", "g0-0-value": "active"}
        page = words_of(bob.get("/contacts/filter", query_string=given).text)
        assert f"{shown.capitalize()} match." in page


def test_headers_sort_and_keep_what_was_searched(app, bob, people):
    page = bob.get("/contacts?tag=lead").text
    by_email = re.search(r'href="([^"]+)">Email<', page)[1].replace("&amp;", "&")
    assert by_email == "/contacts?tag=lead&sort=email"
    page = bob.get(by_email).text
    assert 'aria-sort="ascending"' in page and "sort=-email" in page
    assert link(bob.get("/contacts?sort=name"), "next") is None
    assert names(bob.get("/contacts?sort=nonsense"))[0] == names(bob.get("/contacts"))[0]


def test_a_page_keeps_its_order(app, bob, people, monkeypatch):
    monkeypatch.setattr(listing.ContactList, "page_size", 4)
    pages = walk(bob, "/contacts?sort=-email")
    assert [len(page) for page in pages] == [4, 4, 4, 2]
    assert len({name for page in pages for name in page}) <= 14


def test_columns_are_remembered_for_each_person(app, bob, alice, vera):
    add(app, bob.actor, "ann@example.com", first_name="Ann", city="Rome", custom={})
    assert ">Rome<" not in bob.get("/contacts").text
    assert bob.post("/contacts/columns", {"column": ["city", "nonsense", "birthday"]}).status_code == 303
    page = bob.get("/contacts").text
    assert ">Rome<" in page and ">City</th>" in page and "Status</a>" not in page
    assert ">Rome<" not in alice.get("/contacts").text
    assert vera.post("/contacts/columns", {"column": ["city"], "tag": "x"}).location == "/contacts?tag=x"
    assert ">Rome<" in vera.get("/contacts").text
    bob.post("/contacts/columns", {"usual": "1"})
    assert ">Rome<" not in bob.get("/contacts").text
    bob.post("/contacts/columns", {})
    assert names(bob.get("/contacts")) == ["Ann"]


def test_custom_fields_can_be_columns_and_hold_no_markup(app, bob):
    from app.contacts.application import ensure_fields

    with app.app_context(), transaction():
        [key] = ensure_fields(bob.actor.account_id, ["<b>Plan"])
    add(app, bob.actor, "ann@example.com", custom={key: "<i>Gold"})
    assert "&lt;b&gt;Plan" in bob.get("/contacts/columns").text
    bob.post("/contacts/columns", {"column": [f"custom.{key}"]})
    page = bob.get("/contacts").text
    assert "&lt;i&gt;Gold" in page and "<i>Gold" not in page and "&lt;b&gt;Plan" in page


def test_counting_is_exact_if_there_is_time_and_projected_if_not(app, bob, monkeypatch):
    with app.app_context(), transaction():
        at = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [
            {
                "account_id": bob.actor.account_id,
                "email_key": f"p{number}@example.com",
                "city": "Rome" if number % 4 == 0 else "Oslo",
                "created_at": at,
                "updated_at": at,
                "status": "active",
            }
            for number in range(2_000)
        ]
        session().execute(sa.insert(Contact), rows)
    monkeypatch.setattr(counting, "SMALL", 100)
    monkeypatch.setattr("app.contacts.application.selecting.listing.COUNT_SECONDS", 60.0)
    romans = {"all": [{"field": "contact.city", "op": "equals", "value": "rome"}]}
    with app.app_context():
        assert contacts.count_matching(bob.actor, romans) == (500, False, False)
        assert contacts.find_contacts(bob.actor, Search()).count == 2_000
        monkeypatch.setattr("app.contacts.application.selecting.listing.COUNT_SECONDS", 0.0)
        count = contacts.count_matching(bob.actor, romans)
        assert count.about and 400 < count.number < 600
        listing_ = contacts.find_contacts(bob.actor, Search(filter=romans))
        assert listing_.about and 400 < listing_.count < 600
    assert re.search(r"about [\d,]+ contacts", bob.get("/contacts").text)
